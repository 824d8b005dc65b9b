/** What a window does with a file that a person chose: hands it in piece by piece. */
import { PIECE } from '../../shared/calls/files.ts';
import type { Mirror } from './engine.ts';

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
