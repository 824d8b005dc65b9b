/** What this window shows of all: everything, or one chat, or one picture in it. Its address says so. */
import type { WindowRole } from '../../shared/contract.ts';

/** @param hash of the page's address, as the shell writes it; anything else is the window of everything */
export function readRole(hash: string): WindowRole | undefined {
  const found = /^#chat=([1-9]\d{0,14})(?:&message=([1-9]\d{0,14})&file=([1-9]\d{0,14}))?$/u.exec(hash);
  if (found === null) return undefined;
  const [, chat, message, file] = found;
  return {
    chat: Number(chat),
    ...(file !== undefined && { picture: { message: Number(message), file: Number(file) } }),
  };
}
