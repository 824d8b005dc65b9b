/**
 * Who wrote what in a room: the same questions that unwrapping asks of other messages, with a room's answers. The room
 * speaks for its occupants, and only a room that we are in is heard (H29); what it says of who is who counts as far as
 * nobody in it can choose it.
 */
import { bareOf, resourceOf, type BareJid } from '../../shared/jid.ts';
import type { Message } from '../xmpp/message.ts';
import { occupantJid, readRoomUser } from '../xmpp/xep/xep0045.ts';
import { readOccupantId } from '../xmpp/xep/xep0421.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { archivedAs } from './archived-as.ts';
import { isBlocked } from './blocking.ts';
import type { Envelope, InRoom, Road } from './facts.ts';
import { identityOf } from './occupants.ts';
import type { Room } from './room.ts';

/** A live message of a room, or what it repeats to us after we came in; or the rule by which it is none. */
export function unwrapInRoom(account: Account, message: Message, stanza: Element): Envelope | string {
  const room = message.from === undefined ? undefined : account.rooms.get(bareOf(message.from));
  if (room === undefined || room.state === 'out' || room.state === 'failed') return 'not-in-room';
  const now = account.clock.now();
  room.heardAt = account.profile.host.now();
  // #enter-history: what was said before has a stamp of the room; nobody else's counts (H75).
  const { delay } = message;
  const isRepeated = delay?.from !== undefined && bareOf(delay.from) === room.address;
  const at = isRepeated ? Math.min(delay.at, now) : now;
  const ids = message.stanzaIds.filter(({ by }) => by === room.address);
  // Two of them are a forgery, and neither counts (H27).
  const id = room.features.hasStableIds && ids.length === 1 ? ids[0]?.id : undefined;
  const named = id === undefined ? {} : { archiveId: archivedAs(account, room.address, id) };
  return addressed(account, room, message, stanza, { at, road: 'live', ...named }, !isRepeated);
}

/** A message of the archive of a room. */
export function unwrapArchivedInRoom(
  account: Account,
  message: Message,
  stanza: Element,
  known: Pick<Envelope, 'road' | 'at' | 'archiveId'> & { readonly archive: string },
): Envelope | string {
  const { archive, ...rest } = known;
  const room = account.rooms.get(archive);
  const isOfRoom = message.from !== undefined && bareOf(message.from) === archive;
  if (room === undefined || !isOfRoom || message.type !== 'groupchat') return 'of-another-room';
  return addressed(account, room, message, stanza, rest, false);
}

function addressed(
  account: Account,
  room: Room,
  message: Message,
  stanza: Element,
  known: { readonly road: Road; readonly at: number; readonly archiveId?: string },
  isLive: boolean,
): Envelope | string {
  const nick = message.from === undefined ? undefined : resourceOf(message.from);
  // The room itself says what its subject is, and else things for people that our program says better.
  if (nick === undefined || message.from === undefined) {
    if (message.subject === undefined && message.moderation === undefined) return 'room-itself';
    const said = { message, isOutgoing: false, sender: room.address, peer: room.address };
    return { ...known, ...said, room: ownIn(account, room) };
  }
  const address = addressIn(room, nick, stanza, isLive);
  const occupant = identityOf(room.features.hasOccupantIds ? readOccupantId(stanza) : undefined, address);
  const isOutgoing = isOwn(account, room, { nick, occupant, isLive });
  if (!isOutgoing && address !== undefined && isBlocked(account, address)) return 'blocked';
  return {
    ...known,
    message,
    isOutgoing,
    sender: isOutgoing ? account.address : message.from,
    peer: room.address,
    room: {
      ...ownIn(account, room),
      ...(occupant !== undefined && { occupant }),
      ...(address !== undefined && { address }),
    },
  };
}

/** Who we are in it. */
function ownIn({ address }: Account, room: Room): Omit<InRoom, 'occupant' | 'address'> {
  const { nick } = room;
  const ownOccupant = room.record()?.ownOccupant;
  const ownJid = occupantJid(room.address, nick);
  return {
    ownNick: nick,
    ownAddress: address,
    ...(ownOccupant !== undefined && { ownOccupant }),
    ...(ownJid !== undefined && { ownJid }),
  };
}

/** The address of who wrote a message, as far as the room tells it to everybody (H12). */
function addressIn(room: Room, nick: string, stanza: Element, isLive: boolean): BareJid | undefined {
  if (!room.features.isNonAnonymous) return undefined;
  const jid = isLive ? room.occupants.get(nick)?.address : readRoomUser(stanza)?.item?.jid;
  return jid === undefined ? undefined : bareOf(jid);
}

/** While we are in a room nobody else has our name. Of what was said before, an identity tells, or else nothing. */
function isOwn(
  account: Account,
  room: Room,
  said: { readonly nick: string; readonly occupant: string | undefined; readonly isLive: boolean },
): boolean {
  if (said.isLive) return room.state === 'in' && said.nick === room.nick;
  if (said.occupant === undefined) return false;
  return (
    said.occupant === room.record()?.ownOccupant || said.occupant === identityOf(undefined, account.address)
  );
}
