/**
 * Where an interop run about rooms plays: an open room and a private group, made by `first` with Waxwing, and somebody with
 * another program in both. `second` has Waxwing, too, and is in none of them yet.
 */
import type { MessageRow } from '../../shared/contract.ts';
import { askInfo } from '../../electron/xmpp/xep/xep0030.ts';
import { askPublishBookmark } from '../../electron/xmpp/xep/xep0402.ts';
import type { HeardInRoom, Peer, PeerInRooms, PeerRoom } from '../support/peers/peer.ts';
import { eventually } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { ROOMS, roomsComponent } from '../support/servers.ts';
import { speakAs } from '../support/speak-as.ts';
import { bare } from '../support/xml.ts';
import type { Program } from './programs.ts';
import { arrives, PATIENCE, Person, type AnyStage } from './stage.ts';

export const OPEN = bare(`open@${ROOMS}`);
export const GROUP = bare(`group@${ROOMS}`);
/** What the one with the other program is called in both. */
export const PEER = 'Pete';

export interface RoomStage extends AnyStage {
  readonly first: Person;
  readonly second: Person;
  readonly peer: Peer & { readonly rooms: PeerInRooms };
}

/** The chat of a room that somebody is in. */
export async function chatIn({ engine, name }: Person, address: string): Promise<number> {
  const room = (): number | undefined =>
    [...engine.rooms.values()].find((row) => row.address === address && row.state === 'in')?.chat;
  return await engine.until(room, `${name} is in ${address}`, PATIENCE);
}

/** Says something in a room, and waits until the room has said it again. */
export async function saysIn(who: Person, room: string, ...texts: readonly string[]): Promise<void> {
  const chat = await chatIn(who, room);
  const { engine } = who;
  for (const text of texts) {
    const { message } = await engine.call('messages.send', { chat, text });
    const isSaid = (): boolean => engine.messages.get(message)?.delivery === 'sent';
    await engine.until(isSaid, `"${text}" to be said`, PATIENCE);
  }
}

/** Other words for what they said last; the room has them when this resolves. */
export async function correctsIn(who: Person, room: string, before: string, text: string): Promise<void> {
  const isIt = (row: MessageRow): boolean => row.isOutgoing && row.text === before;
  const message = (await who.history(room)).find(isIt);
  if (message === undefined) throw new Error(`"${before}" was never said`);
  await who.engine.call('messages.correct', { message: message.id, text });
}

/** Waits until all texts of somebody in a room are there, in this order and encrypted if the room is the group. */
export async function getsIn(
  who: Person,
  room: string,
  nick: string,
  texts: readonly string[],
): Promise<void> {
  const encryption = room === GROUP ? 'omemo' : 'none';
  const isWanted = (row: MessageRow): boolean =>
    row.sender === `${room}/${nick}` && row.encryption === encryption && texts.includes(row.text);
  const found = async (): Promise<string[]> =>
    (await who.history(room)).filter(isWanted).map(({ text }) => text);
  await arrives(found, texts, `${who.name}’s device`);
}

/** The same of the other program. */
export async function peerGetsIn(
  { rooms }: RoomStage['peer'],
  room: string,
  nick: string,
  texts: readonly string[],
): Promise<void> {
  const isWanted = ({ nick: from, text, isEncrypted = room === GROUP }: HeardInRoom): boolean =>
    from === nick && isEncrypted === (room === GROUP) && texts.includes(text);
  const found = async (): Promise<string[]> =>
    (await rooms.heard(room)).filter(isWanted).map(({ text }) => text);
  await arrives(found, texts, 'the other program');
}

export async function openRoomStage(program: Program): Promise<RoomStage> {
  const server = await startProsody({
    accounts: ['first', 'second', 'peer'],
    contacts: [['first', 'peer'], ...(program.keysAreForContacts ? [['second', 'peer'] as const] : [])],
    components: roomsComponent,
    logStanzas: true,
  });
  const [first, second] = [new Person(server, 'first'), new Person(server, 'second')];
  let peer: Peer | undefined;
  const end = async (): Promise<void> => {
    await peer?.remove();
    for (const person of [first, second]) await person.remove();
    await server.stop();
  };
  try {
    await first.start();
    await second.start();
    for (const [address, isPrivate] of [
      [OPEN, false],
      [GROUP, true],
    ] as const) {
      const people = isPrivate ? [server.account('peer').address] : [];
      const made = { account: first.engine.account().id, name: '', isPrivate, address, people };
      await first.engine.call('rooms.create', made);
    }
    const wanted = [
      { address: OPEN, nick: PEER, isEncrypted: false },
      { address: GROUP, nick: PEER, isEncrypted: true },
    ];
    await bookmark(server, 'peer', wanted);
    const options = { server, name: 'peer', resource: 'one', contacts: [first.address], isFirst: true };
    peer = await program.start({ ...options, rooms: wanted });
    const { rooms } = peer;
    if (rooms === undefined) throw new Error(`nobody knows how ${program.name} goes into rooms`);
    for (const address of [OPEN, GROUP]) {
      const chat = await chatIn(first, address);
      const isThere = (): boolean => first.engine.rooms.get(chat)?.occupants === 2;
      await first.engine.until(isThere, `${program.name} is in ${address}`, PATIENCE);
    }
    return { server, first, second, peer: { ...peer, rooms }, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Bookmarks rooms for an account, to be entered by whatever program it uses. */
async function bookmark(server: Prosody, name: string, rooms: readonly PeerRoom[]): Promise<void> {
  await speakAs(server, name, async (wire) => {
    const { features } = await askInfo(wire, server.account(name).address);
    for (const { address, nick } of rooms) {
      const value = {
        address: bare(address),
        nick,
        autojoin: true,
        isPinned: false,
        extensions: [],
        others: [],
      };
      await askPublishBookmark(wire, value, features);
    }
  });
}

/** Waits until somebody is called so in a room. */
export async function untilSeen(who: Person, room: string, nick: string): Promise<void> {
  const chat = await chatIn(who, room);
  const isThere = async (): Promise<boolean> => {
    const { occupants } = await who.engine.call('rooms.occupants', { chat, limit: 50 });
    return occupants.some((each) => each.nick === nick);
  };
  await eventually(isThere, `${nick} in ${room}`, PATIENCE);
}
