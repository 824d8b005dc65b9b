/**
 * One file of the profile in clear, outside of it, where the person wanted it: whole or not there at all, readable by this
 * user only, with no right to be run. It asks nobody and remembers nothing.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';
import { readBlob, type Blob } from '../files/blob.ts';
import { writeBytes } from './target-file.ts';

/** What Windows asks before it runs something from elsewhere ([MS-FSCC] §5.6.1: zone 3 is the Internet). */
const MARK_OF_THE_WEB = '[ZoneTransfer]\r\nZoneId=3\r\n';

/**
 * @param unique goes into the name that it has meanwhile
 * @param onPiece told how many bytes come next; what it throws ends it
 * @throws Refusal `damaged` when it cannot be read as it was written, `storage`, `not-allowed`
 */
export async function writeCopy(
  path: string,
  unique: string,
  blob: Blob,
  onPiece: (bytes: number) => void,
): Promise<void> {
  await writeBytes(path, unique, async (write) => {
    for await (const piece of readWhole(blob)) {
      onPiece(piece.length);
      await write(piece);
    }
  });
  if (process.platform === 'win32') await writeFile(`${path}:Zone.Identifier`, MARK_OF_THE_WEB);
  else await chmod(path, 0o600);
}

/** What goes wrong in here is the reading; the writing fails elsewhere. */
async function* readWhole(blob: Blob): AsyncGenerator<Buffer> {
  try {
    yield* readBlob(blob);
  } catch (error) {
    throw new Refusal('damaged', error instanceof Error ? error.message : '');
  }
}
