/**
 * A file under a passphrase, as a backup is one. It is written and read in pieces, whoever has no passphrase learns
 * nothing but its length, and a piece that was changed, moved, left out or cut off is refused before it is used.
 *
 * Format, version 1 (integers big-endian):
 *
 *     8  "WXBACKUP"
 *     2  version of the format
 *     1  log2 of scrypt's N, 4  its r, 4  its p, 32  its salt (RFC 7914)
 *     16 mark: HMAC-SHA-256 over all before it, truncated; tells a wrong passphrase from damage
 *     …  chunks: 65,536 bytes of text each, only the last one may have fewer, each followed by a tag of 16 bytes
 *
 * scrypt makes 32 bytes of the passphrase (NFKC), HKDF (RFC 5869) a key for the mark and one for the chunks, with the
 * header in its info. The chunks are AES-256-GCM in the STREAM construction (https://eprint.iacr.org/2015/189): the
 * nonce is the number of the chunk in 11 bytes and 1 in the last chunk, else 0. A key is used for one file only, so that
 * no nonce repeats.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';
import { canonicalSecret, COST, isBearable, stretch, type Stretching } from './wrapping.ts';

const MAGIC = Buffer.from('WXBACKUP');
const VERSION = 1;
const SALT = 32;
const MARK = 16;
const HEADER = MAGIC.length + 2 + 1 + 4 + 4 + SALT + MARK;
const CHUNK = 65_536;
const TAG = 16;

type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** Takes text; `finish` writes the last chunk, without which the file counts as cut off. */
export interface Seal {
  write(text: string): Promise<void>;
  finish(): Promise<void>;
}

/**
 * Begins a file: writes its header.
 * @param cost only tests give their own
 */
export async function sealInto(
  write: WriteBytes,
  passphrase: string,
  cost: Omit<Stretching, 'salt'> = COST,
): Promise<Seal> {
  const stretching = { salt: randomBytes(SALT).toString('base64'), ...cost };
  const front = frontOf(stretching);
  const { key, mark } = await keysFor(front, stretching, passphrase);
  await write(Buffer.concat([front, mark]));
  let index = 0;
  let gathered: Buffer[] = [];
  let size = 0;
  const chunk = async (text: Buffer, isLast: boolean): Promise<void> => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast));
    index += 1;
    await write(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]));
  };
  return {
    async write(text) {
      const bytes = Buffer.from(text);
      gathered.push(bytes);
      size += bytes.length;
      if (size <= CHUNK) return; // a full one may still be the last
      let rest = Buffer.concat(gathered);
      for (; rest.length > CHUNK; rest = rest.subarray(CHUNK)) await chunk(rest.subarray(0, CHUNK), false);
      [gathered, size] = [[rest], rest.length];
    },
    async finish() {
      await chunk(Buffer.concat(gathered), true);
      key.fill(0);
    },
  };
}

/** @throws Refusal `invalid` when this does not begin as a file of ours, `too-new` */
export async function checkSealed(file: FileHandle): Promise<void> {
  await readHeader(file);
}

export interface Sealed {
  /** The text of the file from its beginning; may be asked for again. Throws Refusal `damaged` at the first piece that is not as it was. */
  chunks(): AsyncGenerator<Uint8Array>;
}

/** @throws Refusal `wrong-secret`, `invalid` or `too-new` */
export async function openSealed(file: FileHandle, passphrase: string): Promise<Sealed> {
  const { front, mark: known, stretching } = await readHeader(file);
  const { key, mark } = await keysFor(front, stretching, passphrase);
  if (!timingSafeEqual(known, mark)) throw new Refusal('wrong-secret');
  return {
    async *chunks() {
      const { size } = await file.stat();
      let at = HEADER;
      for (let index = 0; ; index += 1) {
        // A new one each time: what was given away is the reader's.
        const piece = Buffer.alloc(Math.max(TAG, Math.min(CHUNK + TAG, size - at)));
        await readFully(file, piece, at);
        at += piece.length;
        const isLast = at >= size;
        yield openChunk(key, piece, nonceOf(index, isLast));
        if (isLast) return;
      }
    },
  };
}

function openChunk(key: Uint8Array, piece: Buffer, nonce: Uint8Array): Uint8Array {
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  cipher.setAuthTag(piece.subarray(piece.length - TAG));
  try {
    return Buffer.concat([cipher.update(piece.subarray(0, piece.length - TAG)), cipher.final()]);
  } catch {
    throw new Refusal('damaged'); // the tag does not fit
  }
}

function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

// ————— The header —————————————————————————————————————————————————————————————————————————————————————————

interface Header {
  readonly front: Buffer;
  readonly mark: Buffer;
  readonly stretching: Stretching;
}

function frontOf({ salt, N, r, p }: Stretching): Buffer {
  const front = Buffer.alloc(HEADER - MARK);
  MAGIC.copy(front);
  front.writeUInt16BE(VERSION, 8);
  front.writeUInt8(Math.log2(N), 10);
  front.writeUInt32BE(r, 11);
  front.writeUInt32BE(p, 15);
  Buffer.from(salt, 'base64').copy(front, 19);
  return front;
}

async function readHeader(file: FileHandle): Promise<Header> {
  const header = Buffer.alloc(HEADER);
  const { bytesRead } = await file.read(header, 0, HEADER, 0);
  if (bytesRead < 10 || !header.subarray(0, 8).equals(MAGIC)) throw new Refusal('invalid', 'not a backup');
  if (header.readUInt16BE(8) > VERSION) throw new Refusal('too-new');
  if (bytesRead < HEADER) throw new Refusal('damaged');
  const stretching = {
    N: 2 ** header.readUInt8(10),
    r: header.readUInt32BE(11),
    p: header.readUInt32BE(15),
    salt: header.subarray(19, 19 + SALT).toString('base64'),
  };
  if (!isBearable(stretching)) throw new Refusal('damaged');
  return { front: header.subarray(0, HEADER - MARK), mark: header.subarray(HEADER - MARK), stretching };
}

async function keysFor(
  front: Buffer,
  stretching: Stretching,
  passphrase: string,
): Promise<{ key: Uint8Array; mark: Buffer }> {
  const master = await stretch(canonicalSecret(passphrase), stretching);
  const derive = (purpose: string): Uint8Array => {
    const info = Buffer.concat([Buffer.from(`waxwing backup 1 ${purpose} `), front]);
    return new Uint8Array(hkdfSync('sha256', master, '', info, 32));
  };
  const mark = createHmac('sha256', derive('mark')).update(front).digest().subarray(0, MARK);
  const key = derive('chunks');
  master.fill(0);
  return { key, mark };
}

async function readFully(file: FileHandle, piece: Buffer, at: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesRead } = await file.read(piece, done, piece.length - done, at + done);
    if (bytesRead === 0) throw new Refusal('damaged'); // cut off
    done += bytesRead;
  }
}
