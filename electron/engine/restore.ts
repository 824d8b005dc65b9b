/**
 * Takes a backup in: into an empty profile, or beside what is there. The whole file is read and checked before anything
 * of it is used; then it is taken in piece by piece, with a note of what was added, so that a failure, a change of mind
 * or a crash leaves nothing of it behind. No key of ours comes back: this device is another one (OMEMO), and only what
 * was decided about others is kept.
 */
import { open, type FileHandle } from 'node:fs/promises';
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import { backupRecordSchema, type BackupRecord } from '../../shared/backup.ts';
import { isRestoring, takeBack } from '../store/restoring.ts';
import { sweepFiles } from './attachments.ts';
import { linesOf } from './lines.ts';
import type { Profile } from './profile.ts';
import { RestoreFiles } from './restore-files.ts';
import { RestoreIntake } from './restore-intake.ts';
import { checkSealed, openSealed, type Sealed } from './sealed-file.ts';
import { explain } from './target-file.ts';

/** Messages taken back in one transaction. */
const STEP = 500;

export interface RestoreOrder {
  readonly path: string;
  readonly passphrase: string;
  readonly signal: AbortSignal;
  /** Told how far it is; checking is one half of it and taking in the other. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface Restored {
  /** Accounts that were not there before. Without a password they stay signed out until they get one. */
  readonly newAccounts: readonly number[];
  /** Chats that may have changed. */
  readonly chats: readonly number[];
  readonly accounts: number;
  /** Messages that were not there before. */
  readonly messages: number;
}

/** @throws Refusal `invalid` when the file is no backup, `too-new`, `damaged`, `not-allowed` */
export async function checkBackup(path: string): Promise<void> {
  await withFile(path, checkSealed);
}

/** @throws Refusal `wrong-secret`, `damaged`, `invalid`, `too-new`, `cancelled`, `storage`, `not-allowed` */
export function restoreBackup(profile: Profile, order: RestoreOrder): Promise<Restored> {
  return withFile(order.path, async (file) => {
    if (isRestoring(profile.database)) throw new Refusal('busy');
    const sealed = await openSealed(file, order.passphrase);
    const sequence = new RecordSequence();
    let done = 0;
    for await (const records of recordsOf(sealed)) {
      if (order.signal.aborted) throw new Refusal('cancelled');
      for (const record of records) sequence.take(record);
      order.onProgress((done += records.length), Math.max(done, sequence.expected * 2));
      await new Promise(setImmediate); // a small file may all be in memory: everything else has its turn
    }
    sequence.finish();
    return takeIn(profile, sealed, order, done);
  });
}

async function takeIn(
  profile: Profile,
  sealed: Sealed,
  { signal, onProgress }: RestoreOrder,
  count: number,
): Promise<Restored> {
  const intake = new RestoreIntake(profile);
  const files = new RestoreFiles(profile);
  let done = count;
  try {
    for await (const records of recordsOf(sealed)) {
      for (const part of partsOf(records)) {
        if (signal.aborted) throw new Refusal('cancelled');
        const [first] = part;
        if (first?.kind === 'bytes') {
          await files.write(Buffer.from(first.data, 'base64'));
          continue;
        }
        await files.finish();
        profile.commit(() => {
          for (const record of part) intake.take(record);
        });
        profile.settle(); // here, where it is known what is lost when the disk does not take it
        await files.expect(intake.takeExpected());
      }
      profile.host.step('restored-some');
      onProgress((done += records.length), count * 2);
      await new Promise(setImmediate);
    }
    await files.finish();
    if (signal.aborted) throw new Refusal('cancelled');
    const restored = profile.commit(() => intake.finish());
    profile.settle();
    return restored;
  } catch (error) {
    await files.discard();
    await undoRestore(profile);
    throw error;
  }
}

/** Records that are taken in together: a file ends a part, as its contents may follow, and each of these is one. */
function* partsOf(records: readonly BackupRecord[]): Generator<readonly BackupRecord[]> {
  let start = 0;
  for (const [index, { kind }] of records.entries()) {
    if (kind !== 'file' && kind !== 'bytes') continue;
    if (kind === 'bytes' && index > start) yield records.slice(start, index);
    start = kind === 'bytes' ? index : start;
    yield records.slice(start, index + 1);
    start = index + 1;
  }
  if (start < records.length) yield records.slice(start);
}

/** Takes back what a restore has added that did not come to its end. What cannot be taken back now is at the next start. */
export async function undoRestore(profile: Profile): Promise<void> {
  const { database, host } = profile;
  try {
    if (!isRestoring(database)) return;
    while (database.open && profile.commit(() => takeBack(database, STEP))) {
      profile.settle();
      await new Promise(setImmediate);
    }
    if (database.open) sweepFiles(profile);
  } catch (error) {
    host.log('restore', 'not-undone', { error: String(error) });
    profile.suspect(error);
  }
}

/** The records of a backup, in portions. @throws Refusal `damaged`, `too-new` */
async function* recordsOf(sealed: Sealed): AsyncGenerator<BackupRecord[]> {
  try {
    for await (const lines of linesOf(sealed.chunks())) {
      // The last line is ended as well, so that nothing follows it.
      yield lines.filter((line) => line !== '').map((line) => v.parse(backupRecordSchema, JSON.parse(line)));
    }
  } catch (error) {
    // It is whole, and sealed by somebody who knew the passphrase: what is in it we do not know.
    if (error instanceof SyntaxError || v.isValiError(error)) throw new Refusal('damaged', 'not our records');
    throw error;
  }
}

/** What may follow what. @throws Refusal `damaged` */
class RecordSequence {
  #place: 'start' | 'top' | 'account' | 'chat' | 'end' = 'start';
  #isFile = false;
  #messages = 0;
  /** Messages that there are to be. */
  expected = 0;

  take(record: BackupRecord): void {
    if (record.kind === 'bytes' && !this.#isFile) throw new Refusal('damaged', 'bytes of no file');
    this.#isFile = record.kind === 'file' || record.kind === 'bytes';
    switch (record.kind) {
      case 'head':
        this.#at('start');
        this.#place = 'top';
        this.expected = record.messages + (record.pieces ?? 0);
        return;
      case 'privacy':
        this.#at('top');
        return;
      case 'account':
        this.#at('top', 'account', 'chat');
        this.#place = 'account';
        return;
      case 'chat':
        this.#at('account', 'chat');
        this.#place = 'chat';
        return;
      case 'message':
        this.#at('chat');
        this.#messages += 1;
        return;
      case 'file':
      case 'bytes':
        this.#at('chat');
        return;
      case 'note':
        this.#at('account', 'chat');
        return;
      case 'end':
        this.#at('top', 'account', 'chat');
        this.#place = 'end';
        if (record.messages !== this.#messages) throw new Refusal('damaged', 'messages are missing');
        return;
      default:
        this.#at('account');
    }
  }

  finish(): void {
    this.#at('end');
  }

  #at(...places: readonly string[]): void {
    if (!places.includes(this.#place)) throw new Refusal('damaged', 'records out of order');
  }
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(path, 'r');
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explain(error);
  }
}
