/** Debian's Profanity 0.13 as a peer of the interop tests: what it heard is read from the lines of its screen. */
import { startProfanity } from '../profanity.ts';
import type { Heard, Peer, PeerOptions } from './peer.ts';

export interface ProfanityOptions extends PeerOptions {
  readonly isFirst: boolean;
}

export async function startProfanityPeer(options: ProfanityOptions): Promise<Peer> {
  const { server: prosody, name, resource, isFirst } = options;
  const program = await startProfanity({ prosody, name, resource, isFirst });
  /** With whom it encrypts; it forgets that when it ends. */
  const encrypted = new Set<string>();
  return {
    address: program.address,
    start: () => program.launch(),
    stop: async () => {
      encrypted.clear();
      await program.end();
    },
    remove: () => program.stop(),
    say: async (to, text) => {
      if (!encrypted.has(to)) await program.startEncryption(to);
      encrypted.add(to);
      await program.say(to, text);
    },
    heard: async (from) => {
      await program.command(`/msg ${from}`);
      return (await program.screen()).split('\n').flatMap((line) => readLine(line, from));
    },
  };
}

/** `12:00:00 ~ first@localhost/Waxwing.x: words`; `-` instead of `~` where it was not encrypted. */
function readLine(line: string, from: string): Heard[] {
  const [, mark, author, text] = /^\S+ ([~-]) ([^\s:]+): (.*)$/.exec(line.trimEnd()) ?? [];
  if (mark === undefined || text === undefined || author?.split('/')[0] !== from) return [];
  return [{ text, isEncrypted: mark === '~' }];
}
