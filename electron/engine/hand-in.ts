/**
 * Files on their way from the window into the profile, piece by piece. They are encrypted as they come; nothing is sent,
 * and nothing is known to the database, before one is whole. What the window forgets is dropped.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Unfinished } from '../files/folder.ts';
import { safeName } from '../files/name.ts';
import { sendFile, type Parcel } from './attachments.ts';
import type { Account } from './account.ts';
import { explain } from './target-file.ts';
import { shownThumbnail, THUMBHASH } from './thumbnails.ts';

/** At the same time; the oldest gives way. */
const MOST = 32;

interface HandIn {
  readonly account: Account;
  readonly chat: number;
  readonly name: string;
  readonly size: number;
  readonly unfinished: Unfinished;
}

export class HandIns {
  readonly #open = new Map<string, HandIn>();

  /** Begins a file of `size` bytes. Returns its handle. @throws Refusal `storage`, `not-allowed` */
  async begin(
    account: Account,
    chat: number,
    { name, size }: { name: string; size: number },
  ): Promise<string> {
    const { profile } = account;
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST && oldest !== undefined) await this.drop(oldest);
    const unfinished = await guarded(() => profile.files.create());
    const handle = profile.host.id();
    this.#open.set(handle, { account, chat, name: safeName(name), size, unfinished });
    return handle;
  }

  /** @throws Refusal `not-found`; `invalid` when it is longer than it was said to be; `storage` */
  async write(handle: string, bytes: Uint8Array): Promise<void> {
    const { unfinished, size } = this.#find(handle);
    if (unfinished.writer.size + bytes.length > size) {
      await this.drop(handle);
      throw new Refusal('invalid', 'longer than it was said to be');
    }
    try {
      await guarded(() => unfinished.writer.write(bytes));
    } catch (error) {
      await this.drop(handle);
      throw error;
    }
  }

  /** Makes a message of it. @throws Refusal `not-found`, `invalid` when it is not whole, `storage` */
  async send(
    handle: string,
    {
      thumbnail: hash,
      ...words
    }: Pick<Parcel, 'description' | 'caption' | 'reply' | 'look' | 'sound'> & { thumbnail?: string },
  ): Promise<number> {
    const { account, chat, name, size, unfinished } = this.#find(handle);
    if (unfinished.writer.size !== size) {
      await this.drop(handle);
      throw new Refusal('invalid', 'shorter than it was said to be');
    }
    this.#open.delete(handle);
    const { files } = account.profile;
    try {
      const written = await guarded(() => unfinished.writer.finish());
      const thumbnail =
        hash === undefined
          ? undefined
          : shownThumbnail([{ type: THUMBHASH, data: Buffer.from(hash, 'base64') }]);
      return sendFile(account, chat, {
        ...words,
        name,
        unfinished,
        written,
        ...(thumbnail !== undefined && { thumbnail }),
      });
    } catch (error) {
      await files.abandon(unfinished);
      throw error;
    }
  }

  async drop(handle: string): Promise<void> {
    const found = this.#open.get(handle);
    if (found === undefined) return;
    this.#open.delete(handle);
    await found.account.profile.files.abandon(found.unfinished);
  }

  #find(handle: string): HandIn {
    const found = this.#open.get(handle);
    if (found === undefined) throw new Refusal('not-found');
    return found;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error);
  }
}
