/**
 * A file that a person chose, outside the profile: written piece by piece under another name and given its own when it
 * is whole. Whatever stops it, nothing half-written stays, and a file that was there before is untouched.
 */
import { open, rename, rm } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';

/** Characters gathered before they are written. */
const PIECE = 65_536;

export type Write = (text: string) => Promise<void>;

/**
 * Writes a file of text by `work`, in UTF-8, readable by this user only.
 * @param unique goes into the name that it has meanwhile
 * @throws what `work` throws; Refusal `storage` when the disk is full or failing, `not-allowed` when the place does not
 *   let itself be written
 */
export function writeTarget(
  path: string,
  unique: string,
  work: (write: Write) => Promise<void>,
): Promise<void> {
  return writeBytes(path, unique, async (write) => {
    let [gathered, size] = [[] as string[], 0];
    const flush = async (): Promise<void> => {
      await write(Buffer.from(gathered.join('')));
      [gathered, size] = [[], 0];
    };
    await work(async (text) => {
      gathered.push(text);
      size += text.length;
      if (size >= PIECE) await flush();
    });
    await flush();
  });
}

/** The same for bytes, which are written as they come. */
export async function writeBytes(
  path: string,
  unique: string,
  work: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const unfinished = `${path}.${unique}.part`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      // `writeFile` on a handle goes on from where the last one ended, and writes all of it or throws.
      await work((bytes) => file.writeFile(bytes));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw explain(error);
  }
}

/** A refusal for what the file system says; everything else as it is. The path is nobody else's business. */
export function explain(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ENOSPC|EDQUOT|EFBIG|EIO)$/.test(code)) return new Refusal('storage', code);
  return /^E[A-Z0-9]+$/.test(code) ? new Refusal('not-allowed', code) : error;
}
