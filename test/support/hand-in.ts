/** What a window does with files, piece by piece: hands in one that a person chose, and reads one that is here. */
import { PIECE } from '../../shared/calls/files.ts';
import type { FileRow } from '../../shared/contract.ts';
import type { Mirror, TestEngine } from './engine.ts';

/** Sends a file in a chat; resolves with its message when the engine has it, long before it is uploaded. */
export async function sendFile(
  who: Mirror,
  chat: number,
  name: string,
  contents: Uint8Array,
  words: { description?: string; caption?: string } = {},
): Promise<number> {
  const { handle } = await who.call('files.begin', { chat, name, size: contents.length });
  for (let at = 0; at < contents.length; at += PIECE) {
    await who.call('files.write', { handle, bytes: Uint8Array.from(contents.subarray(at, at + PIECE)) });
  }
  const { message } = await who.call('files.send', { handle, ...words });
  return message;
}

/** All bytes of a file that is here. */
export async function contentsOf(who: TestEngine, { id, size = 0 }: FileRow): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < size;) {
    const piece = await who.engine.readFile(id, at, 1_000_000);
    if (piece === undefined || piece.bytes.length === 0) break;
    parts.push(piece.bytes);
    at += piece.bytes.length;
  }
  return Buffer.concat(parts);
}
