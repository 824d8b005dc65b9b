/**
 * A file as it lies on our disk: encrypted from the first byte on, under a key of its own that only the database has, and
 * readable from any place. A piece that was changed, moved or cut off is refused before it is used.
 *
 * Pieces of 65,536 bytes, only the last one may have fewer, each with a tag of 16 bytes behind it: AES-256-GCM in the
 * STREAM construction (https://eprint.iacr.org/2015/189). The nonce is the number of the piece in 11 bytes and 1 for the
 * last one, else 0. A key is used for one file only, so that no nonce repeats.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { HEAD } from './kind.ts';
import { BrokenSeal, TAG } from './seal.ts';

const PIECE = 65_536;
const CIPHER = 'aes-256-gcm';

/** The room that contents take on the disk, in bytes: each piece carries its tag, and there is always one. */
export function sealedSize(size: number): number {
  return size + TAG * Math.max(1, Math.ceil(size / PIECE));
}

/** What is known of contents that were written. */
export interface Written {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the contents. */
  readonly hash: Buffer;
  /** The first bytes of the contents. */
  readonly head: Buffer;
}

/** Writes contents that come piece by piece. Unless `finish` resolves there is no file. */
export class BlobWriter {
  readonly key = randomBytes(32);
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #gathered: Buffer[] = [];
  #room = PIECE;
  #index = 0;
  #size = 0;
  #head: Buffer[] = [];
  #headSize = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws what the file system says; also when there is such a file already */
  static async create(path: string): Promise<BlobWriter> {
    return new BlobWriter(path, await open(path, 'wx', 0o600));
  }

  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#size += bytes.length;
    if (this.#headSize < HEAD) {
      const part = Buffer.from(bytes.subarray(0, HEAD - this.#headSize));
      this.#head.push(part);
      this.#headSize += part.length;
    }
    for (let rest = bytes; rest.length > 0;) {
      // A full one may still be the last.
      if (this.#room === 0) await this.#flush(false);
      const part = rest.subarray(0, this.#room);
      this.#gathered.push(Buffer.from(part));
      this.#room -= part.length;
      rest = rest.subarray(part.length);
    }
  }

  /** Puts the whole file on the disk. */
  async finish(): Promise<Written> {
    await this.#flush(true);
    await this.#file.sync();
    await this.#file.close();
    return { size: this.#size, hash: this.#hash.digest(), head: Buffer.concat(this.#head) };
  }

  /** Nothing of it stays. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined); // closed already, when the disk refused to sync
    await rm(this.#path, { force: true });
  }

  async #flush(isLast: boolean): Promise<void> {
    const cipher = createCipheriv(CIPHER, this.key, nonceOf(this.#index, isLast), { authTagLength: TAG });
    const piece = Buffer.concat([
      ...this.#gathered.map((part) => cipher.update(part)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    await this.#file.writeFile(piece);
    this.#index += 1;
    this.#gathered = [];
    this.#room = PIECE;
  }
}

/** Where a file lies, and what opens it. */
export interface Blob {
  readonly path: string;
  readonly key: Uint8Array;
  /** Of the contents, in bytes. */
  readonly size: number;
}

/**
 * The contents from `start` to `end` (exclusive), in bytes.
 * @throws BrokenSeal where it is not as it was written; what the file system says
 */
export async function* readBlob(blob: Blob, start = 0, end = blob.size): AsyncGenerator<Buffer> {
  const until = Math.min(end, blob.size);
  if (start >= until && blob.size > 0) return;
  const file = await open(blob.path, 'r');
  try {
    const last = Math.max(0, Math.ceil(blob.size / PIECE) - 1);
    for (
      let index = Math.floor(start / PIECE);
      index <= last && index * PIECE < Math.max(until, 1);
      index += 1
    ) {
      const length = Math.min(PIECE, blob.size - index * PIECE);
      const sealed = Buffer.alloc(length + TAG);
      await readFully(file, sealed, index * (PIECE + TAG));
      const piece = openPiece(blob.key, sealed, nonceOf(index, index === last));
      const from = Math.max(0, start - index * PIECE);
      const part = piece.subarray(from, Math.max(from, until - index * PIECE));
      if (part.length > 0) yield part;
    }
  } finally {
    await file.close();
  }
}

function openPiece(key: Uint8Array, sealed: Buffer, nonce: Uint8Array): Buffer {
  const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG });
  cipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(0, sealed.length - TAG)), cipher.final()]);
  } catch (error) {
    throw new BrokenSeal('a piece is not as it was written', { cause: error });
  }
}

async function readFully(file: FileHandle, piece: Buffer, at: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesRead } = await file.read(piece, done, piece.length - done, at + done);
    if (bytesRead === 0) throw new BrokenSeal('cut off');
    done += bytesRead;
  }
}

function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
