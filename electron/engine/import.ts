/**
 * Takes an export in JSON back into a profile that has no messages yet. The file is read line by line, as
 * `export-json.ts` writes it, and believed in nothing: every entry is checked, and what does not fit undoes the whole.
 */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import {
  accountEntrySchema,
  chatEntrySchema,
  fileHeadSchema,
  messageEntrySchema,
  type MessageEntry,
} from '../../shared/transcript.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as accounts from '../store/accounts.ts';
import * as chats from '../store/chats.ts';
import { hasMessages, insertEntry, insertTranscript } from '../store/transcript.ts';
import { sweepFiles } from './attachments.ts';
import { ImportFiles } from './import-files.ts';
import { linesOf } from './lines.ts';
import type { Profile } from './profile.ts';
import { explain } from './target-file.ts';

export interface ImportOrder {
  readonly path: string;
  readonly signal: AbortSignal;
  /** Told how many bytes were read, of how many. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface Imported {
  readonly chats: number;
  readonly messages: number;
  /** Accounts that were not there before; they have no password and stay signed out until they get one. */
  readonly newAccounts: readonly number[];
  /** Chats that were there before and may have changed. */
  readonly touched?: readonly number[];
}

/**
 * @throws Refusal `too-late` when there are messages already; `invalid` for a file that is no export of ours, or of a
 *   later version; `cancelled`, `storage`, `not-allowed`
 */
export async function importChats(profile: Profile, order: ImportOrder): Promise<Imported> {
  const { database } = profile;
  if (hasMessages(database)) throw new Refusal('too-late');
  const files = new ImportFiles(profile, order.path);
  const intake = new Intake(profile, files);
  try {
    for await (const lines of linesOf(piecesOf(order))) {
      if (order.signal.aborted) throw new Refusal('cancelled');
      // Whatever else arrives meanwhile is not overwritten: the schema says what is unique.
      const mark = intake.mark();
      try {
        profile.commit(() => {
          for (const line of lines) intake.take(line);
        });
        profile.settle(); // here, where it is known what is lost when the disk does not take it
      } catch (error) {
        // What that transaction made is gone already, and its ids may be somebody else's by the time of `undo`.
        intake.backTo(mark);
        throw error;
      }
    }
    intake.finish();
    await files.take(order.signal);
  } catch (error) {
    profile.commit(() => {
      intake.undo();
    });
    sweepFiles(profile);
    if (error instanceof SyntaxError || v.isValiError(error)) throw new Refusal('invalid', 'not an export');
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code.startsWith('SQLITE_CONSTRAINT') ? new Refusal('invalid', code) : explain(error);
  }
  return intake.result();
}

/** What stands on the lines, one after the other: a file holds accounts, they hold chats, and these hold messages. */
class Intake {
  readonly #profile: Profile;
  #depth: 'file' | 'accounts' | 'chats' | 'messages' | 'end' = 'file';
  #account = 0;
  #chat = 0;
  #messages = 0;
  readonly #chats: number[] = [];
  readonly #newAccounts: number[] = [];
  readonly #files: ImportFiles;

  constructor(profile: Profile, files: ImportFiles) {
    this.#profile = profile;
    this.#files = files;
  }

  take(line: string): void {
    const { database } = this.#profile;
    const text = line.endsWith(',') ? line.slice(0, -1) : line;
    if (text === ']}') {
      this.#close();
      return;
    }
    switch (this.#depth) {
      case 'file':
        v.parse(fileHeadSchema, opened(text));
        this.#depth = 'accounts';
        return;
      case 'accounts':
        this.#account = this.#accountFor(v.parse(accountEntrySchema, opened(text)).address as BareJid);
        this.#depth = 'chats';
        return;
      case 'chats':
        this.#chat = insertTranscript(database, this.#account, v.parse(chatEntrySchema, opened(text)));
        this.#chats.push(this.#chat);
        this.#depth = 'messages';
        return;
      case 'messages': {
        const entry: MessageEntry = v.parse(messageEntrySchema, JSON.parse(text));
        insertEntry(database, { account: this.#account, chat: this.#chat }, entry);
        this.#files.insert(this.#account, entry);
        this.#messages += 1;
        return;
      }
      case 'end':
        if (text !== '') throw new SyntaxError('more than an export');
    }
  }

  #close(): void {
    if (this.#depth === 'messages') {
      chats.refreshLast(this.#profile.database, this.#chat);
      this.#depth = 'chats';
    } else if (this.#depth === 'chats') this.#depth = 'accounts';
    else if (this.#depth === 'accounts') this.#depth = 'end';
    else throw new SyntaxError('closed too often');
  }

  #accountFor(address: BareJid): number {
    const { database } = this.#profile;
    const known = accounts.listAccounts(database);
    const own = known.find((each) => each.address === address);
    if (own !== undefined) return own.id;
    const id = accounts.insertAccount(database, {
      address,
      password: '',
      // Another device than the one it was exported from.
      resource: `Waxwing.${randomBytes(6).toString('base64url')}`,
      hue: (known.length * 137) % 360,
      enabled: false,
      pins: [],
      scramSeen: false,
    });
    this.#newAccounts.push(id);
    return id;
  }

  /** @throws SyntaxError when the file was cut off */
  finish(): void {
    if (this.#depth !== 'end') throw new SyntaxError('cut off');
  }

  mark(): readonly [number, number, number] {
    return [this.#chats.length, this.#newAccounts.length, this.#files.mark()];
  }

  backTo([chats, newAccounts, files]: readonly [number, number, number]): void {
    this.#files.backTo(files);
    this.#chats.length = chats;
    this.#newAccounts.length = newAccounts;
  }

  undo(): void {
    const { database } = this.#profile;
    for (const chat of this.#chats) chats.deleteChat(database, chat);
    for (const account of this.#newAccounts) accounts.deleteAccount(database, account);
  }

  result(): Imported {
    return { chats: this.#chats.length, messages: this.#messages, newAccounts: this.#newAccounts };
  }
}

/** An object whose last key is a list that goes on in the next lines. */
function opened(text: string): unknown {
  if (!text.endsWith('[')) throw new SyntaxError('no list follows');
  return JSON.parse(`${text}]}`);
}

/** What is in the file, in pieces. */
async function* piecesOf({ path, onProgress }: ImportOrder): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw explain(error);
  });
  try {
    const { size } = await file.stat();
    const piece = new Uint8Array(65_536);
    for (let done = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, done);
      if (bytesRead === 0) return;
      done += bytesRead;
      yield piece.subarray(0, bytesRead);
      onProgress(done, size);
    }
  } finally {
    await file.close();
  }
}
