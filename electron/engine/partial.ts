/**
 * What has come of a file so far, as it lies at the other end: kept in pieces, each encrypted for our own disk, so that a
 * download goes on where it was cut off, after a restart as well. Nothing of it is decrypted before it is whole.
 */
import { readBlob } from '../files/blob.ts';
import type { Unfinished } from '../files/folder.ts';
import { getAttachment, type AttachmentRecord } from '../store/attachments.ts';
import { insertPart, listParts, removeParts, type DownloadPart } from '../store/download-parts.ts';
import type { Profile } from './profile.ts';

/** Bytes after which a piece is put away for good: so much is lost with the power at most. */
const PIECE = 4 * 1_048_576;
/** Less than this, in bytes, is fetched again more easily than it is kept. */
const WORTH = 262_144;

export class Partial {
  readonly #profile: Profile;
  readonly #record: AttachmentRecord;
  #parts: DownloadPart[];
  /** The piece that is being written. */
  #open: Unfinished | undefined;

  constructor(profile: Profile, record: AttachmentRecord) {
    this.#profile = profile;
    this.#record = record;
    this.#parts = listParts(profile.database, record.id);
  }

  /** Bytes that are here. */
  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0) + (this.#open?.writer.size ?? 0);
  }
  /** What the other end calls this state of the file; absent when nothing was kept. */
  get validator(): string | undefined {
    return this.#parts[0]?.validator;
  }

  /** Adds bytes. @param validator without it nothing is kept beyond this try @throws what the file system says */
  async write(bytes: Uint8Array, validator: string | undefined): Promise<void> {
    this.#open ??= await this.#profile.files.create();
    await this.#open.writer.write(bytes);
    if (validator !== undefined && this.#open.writer.size >= PIECE) await this.#putAway(validator);
  }

  /** It was cut off: what is worth it stays for the next try. @returns whether more is kept than `before` bytes */
  async keep(validator: string | undefined, before: number): Promise<boolean> {
    const isWorth = validator !== undefined && (this.#open?.writer.size ?? 0) >= WORTH;
    if (isWorth) await this.#putAway(validator);
    else await this.#drop();
    return this.size > before;
  }

  /** All bytes, once they are all here. @throws BrokenSeal, what the file system says */
  async *read(): AsyncGenerator<Buffer> {
    const { files } = this.#profile;
    const open = this.#open;
    const pieces = this.#parts.map(({ name, key, size }) => ({ path: files.pathOf(name), key, size }));
    if (open !== undefined) {
      const { size } = await open.writer.finish();
      pieces.push({ path: files.pathOf(open.name), key: open.writer.key, size });
    }
    for (const piece of pieces) if (piece.size > 0) yield* readBlob(piece);
  }

  /** The whole was made of it: what is not in the database goes at once. */
  async end(): Promise<void> {
    await this.#drop();
  }

  /** Nothing of it stays, neither here nor in the database. */
  async discard(): Promise<void> {
    await this.#drop();
    const { database, files } = this.#profile;
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 0 || !database.open) return;
    this.#profile.commit(() => removeParts(database, this.#record.id));
    this.#profile.whenDurable(() => {
      for (const { name } of parts) void files.remove(name);
    });
  }

  async #putAway(validator: string): Promise<void> {
    const { database, files } = this.#profile;
    const open = this.#open;
    if (open === undefined) return;
    const position = this.size - open.writer.size;
    const { size } = await open.writer.finish();
    // The program may be ending, and the message may be gone.
    if (!database.open || getAttachment(database, this.#record.id) === undefined) return this.#drop();
    this.#open = undefined;
    const part = { name: open.name, key: open.writer.key, size, validator };
    this.#profile.commit(() => {
      insertPart(database, this.#record.id, position, part);
    });
    files.keep(open);
    this.#parts = [...this.#parts, part];
  }

  async #drop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) await this.#profile.files.abandon(open);
  }
}
