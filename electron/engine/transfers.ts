/**
 * What moves the files of one account: a few at a time, as soon as that is possible, again after what passes, and not at
 * all any more when the person takes it back. What the rows say is decided in `attachments.ts`.
 */
import type { BareJid } from '../../shared/jid.ts';
import { Refusal } from '../../shared/answer.ts';
import { kindOfType } from '../files/kind.ts';
import * as attachments from '../store/attachments.ts';
import { getContact } from '../store/contacts.ts';
import { removeParts } from '../store/download-parts.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Database } from '../store/database.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import type { Account } from './account.ts';
import { fileChange, fileFailed, fileUploaded, sweepFiles } from './attachments.ts';
import { Direct } from './direct.ts';
import { downloadFile } from './download.ts';
import { problemOfTransfer, TransferProblem } from './transfer-problem.ts';
import { uploadFile } from './upload.ts';

/** So many files in each direction at the same time. */
const AT_ONCE = 2;
/** Milliseconds before the next try, after each that failed for reasons that pass. */
const PAUSES = [500, 2_000, 8_000, 30_000];
/** Between two announcements of how far it is, in milliseconds. */
const NEWS = 120;
/** The largest file that is fetched, in bytes. */
const MOST = 2 ** 31;
/** Up to here pictures of contacts are fetched unasked, in bytes. */
const AUTOMATIC = 5 * 1_048_576;
const SETTING = 'automatic-files';

export function getAutomatic(database: Database): number {
  const value = getSetting(database, SETTING);
  return typeof value === 'number' && value >= 0 ? value : AUTOMATIC;
}

export function setAutomatic(database: Database, limit: number): void {
  setSetting(database, SETTING, limit);
}

interface Wanted {
  /** The largest contents, in bytes. */
  readonly limit: number;
  /** By the person. */
  readonly isAsked: boolean;
}

export class Transfers {
  readonly direct: Direct;
  readonly #account: Account;
  readonly #uploads = new Map<number, AbortController>();
  readonly #downloads = new Map<number, AbortController>();
  /** Files to be fetched; those under way are among them. */
  readonly #wanted = new Map<number, Wanted>();
  /** How often in a row a file failed for reasons that pass. */
  readonly #tries = new Map<number, number>();
  readonly #pauses = new Map<number, NodeJS.Timeout>();

  constructor(account: Account) {
    this.#account = account;
    this.direct = new Direct(account);
  }

  isFetching(id: number): boolean {
    return this.#wanted.has(id);
  }

  /** Starts what waits, as far as that is possible now. Returns at once; safe to call at any time. */
  flush(): void {
    const { wire, maySend, profile, id } = this.#account;
    if (wire === undefined || !maySend) return;
    for (const record of attachments.listSending(profile.database, id)) {
      if (this.#uploads.size >= AT_ONCE) return;
      if (!this.#uploads.has(record.id) && !this.#pauses.has(record.id)) void this.#upload(wire, record);
    }
  }

  /** The account goes offline: what is under way ends, and what was to be fetched waits to be asked for again. */
  stop(): void {
    const given = [...this.#wanted.keys()];
    this.abort();
    this.#account.profile.announce(given.flatMap((id) => fileChange(this.#account, id)));
  }

  /** Ends what is under way, and says nothing. */
  abort(): void {
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
    this.#wanted.clear();
    for (const running of [...this.#uploads.values(), ...this.#downloads.values()]) running.abort();
  }

  /** Ends what is under way for files that are gone. */
  forget(): void {
    const { database } = this.#account.profile;
    for (const [id, running] of [...this.#uploads, ...this.#downloads]) {
      if (attachments.getAttachment(database, id) === undefined) running.abort();
    }
  }

  /** Brings a file here. @throws Refusal `too-late` when it is here, or ours and on its way out */
  fetch(record: attachments.AttachmentRecord): void {
    if (record.state !== 'offered') throw new Refusal('too-late');
    this.#fetch(record.id, { limit: Math.min(record.size ?? MOST, MOST), isAsked: true });
  }

  /** Stops fetching. */
  cancel(id: number): void {
    this.#wanted.delete(id);
    this.#downloads.get(id)?.abort();
    this.#account.profile.announce(fileChange(this.#account, id));
  }

  /** A file was offered: a picture of somebody whom the person knows is fetched unasked, if it is not too large. */
  consider(id: number, peer: BareJid): void {
    const { profile, id: account } = this.#account;
    const record = attachments.getAttachment(profile.database, id);
    const limit = getAutomatic(profile.database);
    if (record?.state !== 'offered' || limit === 0 || (record.size ?? 0) > limit) return;
    if (kindOfType(record.mediaType) !== 'image') return;
    const { subscription = 'none' } = getContact(profile.database, account, peer) ?? {};
    if (subscription === 'none' && !record.isOutgoing) return;
    this.#fetch(id, { limit: record.size ?? limit, isAsked: false });
  }

  #fetch(id: number, wanted: Wanted): void {
    if (this.#wanted.has(id)) return;
    const { profile } = this.#account;
    this.#wanted.set(id, wanted);
    profile.commit((changes) => {
      attachments.setFailure(profile.database, id, undefined);
      changes.push(...fileChange(this.#account, id));
    });
    this.#fetchMore();
  }

  #fetchMore(): void {
    for (const [id, wanted] of this.#wanted) {
      if (this.#downloads.size >= AT_ONCE) return;
      const record = attachments.getAttachment(this.#account.profile.database, id);
      if (record === undefined) this.#wanted.delete(id);
      else if (!this.#downloads.has(id)) void this.#download(record, wanted);
    }
  }

  async #upload(wire: Wire, record: attachments.AttachmentRecord): Promise<void> {
    const running = new AbortController();
    const { signal } = running;
    this.#uploads.set(record.id, running);
    try {
      const onProgress = this.#progress(record.id);
      const address = await uploadFile(this.#account, wire, record, { signal, onProgress });
      signal.throwIfAborted();
      this.#tries.delete(record.id);
      this.#account.profile.host.step('uploaded');
      fileUploaded(this.#account, record.id, address);
    } catch (error) {
      if (!signal.aborted) this.#uploadFailed(record.id, error);
    } finally {
      this.#uploads.delete(record.id);
      if (!signal.aborted) this.flush();
    }
  }

  #uploadFailed(id: number, error: unknown): void {
    const account = this.#account;
    const problem = this.#problemOf(error);
    const isOffline = error instanceof WireClosed || account.wire === undefined;
    const tries = isOffline ? 0 : (this.#tries.get(id) ?? 0) + 1;
    account.log('upload-failed', { error: String(error), tries });
    const pause = PAUSES[Math.max(0, tries - 1)];
    if ((isOffline || problem.isPassing) && pause !== undefined) {
      this.#tries.set(id, tries);
      const timer = setTimeout(() => {
        this.#pauses.delete(id);
        this.flush();
      }, pause);
      this.#pauses.set(id, timer);
      return;
    }
    this.#tries.delete(id);
    fileFailed(account, id, problem);
  }

  async #download(record: attachments.AttachmentRecord, wanted: Wanted): Promise<void> {
    const account = this.#account;
    const { profile } = account;
    const running = new AbortController();
    const { signal } = running;
    this.#downloads.set(record.id, running);
    let failure: TransferProblem | undefined;
    try {
      const fetched = await downloadFile(account, record, {
        limit: wanted.limit,
        signal,
        onProgress: this.#progress(record.id),
      });
      this.#wanted.delete(record.id);
      const isThere = attachments.getAttachment(profile.database, record.id) !== undefined;
      if (signal.aborted || !isThere) {
        await profile.files.abandon(fetched.unfinished);
        return;
      }
      profile.commit((changes) => {
        attachments.setFetched(profile.database, record.id, fetched.contents);
        removeParts(profile.database, record.id);
        changes.push(...fileChange(account, record.id));
      });
      profile.files.keep(fetched.unfinished);
      if (fetched.isFromPieces) sweepFiles(profile);
    } catch (error) {
      if (!signal.aborted) {
        account.log('download-failed', { error: String(error) });
        failure = this.#problemOf(error);
      }
    } finally {
      this.#downloads.delete(record.id);
      if (!signal.aborted) {
        this.#wanted.delete(record.id);
        if (failure !== undefined) this.#downloadFailed(record, failure, wanted);
        this.#fetchMore();
      }
    }
  }

  /** What nobody asked for and turned out too large, though nobody had said how large, waits to be asked for. */
  #downloadFailed(
    { id, size }: attachments.AttachmentRecord,
    problem: TransferProblem,
    wanted: Wanted,
  ): void {
    const { profile } = this.#account;
    if (problem.code !== 'too-large' || wanted.isAsked || size !== undefined) {
      fileFailed(this.#account, id, problem);
      return;
    }
    profile.commit((changes) => {
      if (problem.size !== undefined) attachments.setSize(profile.database, id, problem.size);
      changes.push(...fileChange(this.#account, id));
    });
  }

  /** Anything unexpected is a bug; the file is told to have failed all the same, and not to be on its way for ever. */
  #problemOf(error: unknown): TransferProblem {
    return problemOfTransfer(error) ?? new TransferProblem('unreachable', String(error));
  }

  /** Announces how far it is, now and then. */
  #progress(file: number): (done: number, total: number | undefined) => void {
    const { profile } = this.#account;
    let at = -Infinity;
    return (done, total) => {
      if (profile.host.now() - at < NEWS && done !== total) return;
      at = profile.host.now();
      profile.announce([{ put: 'transfer', file, done, ...(total !== undefined && { total }) }]);
    };
  }
}
