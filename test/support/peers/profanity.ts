/** Debian's Profanity 0.13 as a peer of the interop tests: what it heard is read from the lines of its screen. */
import { eventually } from '../people.ts';
import { startProfanity } from '../profanity.ts';
import type { Heard, HeardInRoom, Peer, PeerInRooms, PeerOptions } from './peer.ts';

export interface ProfanityOptions extends PeerOptions {
  readonly isFirst: boolean;
}

export async function startProfanityPeer(options: ProfanityOptions): Promise<Peer> {
  const { server: prosody, name, resource, isFirst, rooms = [] } = options;
  const program = await startProfanity({ prosody, name, resource, isFirst });
  /** With whom it encrypts; it forgets that when it ends. */
  const encrypted = new Set<string>();
  /** Goes into a room, unless it did so by itself, and looks at it: the room is what the first line names then. */
  const open = async (address: string): Promise<void> => {
    const room = rooms.find((each) => each.address === address);
    if (room === undefined) throw new Error(`${address} is none of its rooms`);
    const head = async (): Promise<string> => (await program.screen()).split('\n')[0] ?? '';
    const isOpen = async (): Promise<boolean> => {
      if ((await head()).includes(address)) return true;
      await program.command(`/join ${address} nick ${room.nick}`);
      return false;
    };
    await eventually(isOpen, `Profanity shows ${address}`);
    if (!room.isEncrypted || (await head()).includes('[OMEMO]')) return;
    await program.command('/omemo start');
    await eventually(async () => (await head()).includes('[OMEMO]'), `Profanity encrypts in ${address}`);
  };
  const commandIn = async (room: string, line: string): Promise<void> => {
    await open(room);
    await program.command(line);
  };
  const inRooms: PeerInRooms = {
    say: commandIn,
    correct: (room, text) => commandIn(room, `/correct ${text}`),
    setNick: (room, nick) => commandIn(room, `/nick ${nick}`),
    setSubject: (room, subject) => commandIn(room, `/subject set "${subject}"`),
    subject: async (room) => {
      await open(room);
      const said = [...(await program.screen()).matchAll(/(?:set the room subject|Room subject): (.*)/g)];
      return said.at(-1)?.[1]?.trim() ?? '';
    },
    heard: async (room) => {
      await open(room);
      return (await program.screen()).split('\n').flatMap(readRoomLine);
    },
  };
  const enterAll = async (): Promise<void> => {
    for (const { address } of rooms) await open(address);
  };
  await enterAll();
  return {
    address: program.address,
    rooms: inRooms,
    start: async () => {
      await program.launch();
      await enterAll();
    },
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

/** `12:00:00 ~ first: words`; a plus where the words are others now, which hides whether they were encrypted. */
function readRoomLine(line: string): HeardInRoom[] {
  const [, mark, nick, text] = /^\S+ ([~+-]) ([^\s:!*]+): (.*)$/.exec(line.trimEnd()) ?? [];
  if (mark === undefined || nick === undefined || text === undefined) return [];
  return [{ nick, text, ...(mark !== '+' && { isEncrypted: mark === '~' }) }];
}
