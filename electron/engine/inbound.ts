/**
 * A stanza comes in: unwrap → known? → decrypt → interpret → apply → announce.
 * Read top to bottom, this is the life of a message. Each step either hands on or drops; a drop is logged once.
 */
import { bareOf, domainOf, type BareJid } from '../../shared/jid.ts';
import * as messages from '../store/messages.ts';
import { originalText } from '../store/versions.ts';
import { findChat } from '../store/chats.ts';
import * as outbox from '../store/outbox.ts';
import type { Decrypted, KeySession } from '../omemo/omemo.ts';
import { readMessage, withContent, type Message } from '../xmpp/message.ts';
import { isCarbon, isFromOwnAccount, readCarbon } from '../xmpp/xep/xep0280.ts';
import type { Delay } from '../xmpp/xep/xep0203.ts';
import type { Forwarded } from '../xmpp/xep/xep0297.ts';
import { isResult } from '../xmpp/xep/xep0313.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { answerRequest } from './answers.ts';
import { apply, commitWork, countOnly, progress, type Meaning, type UnitOfWork } from './apply.ts';
import { archivedAs, idInArchive } from './archived-as.ts';
import { isBlocked } from './blocking.ts';
import { receiveEvent } from './events.ts';
import { interpret, type Content, type Envelope, type Road } from './facts.ts';
import type { History } from './history.ts';
import { sayingInside, sayingOutside } from './offers.ts';
import { receivePresence } from './presence.ts';
import { withoutQuote } from './quotes.ts';
import { isPrivate, PRIVATE, refusePrivate } from './private-messages.ts';
import { reflectionIn } from './reflections.ts';
import { unwrapArchivedInRoom, unwrapInRoom } from './room-messages.ts';
import { hearRoomItself } from './room-running.ts';
import { heardIn } from './trust-messages.ts';

/**
 * Handles one stanza to the end. When it resolves, what the stanza meant is committed and may be acknowledged.
 * @param position its place in the stream-management session, 0 without one
 * @throws only when nothing could be stored
 */
export async function receive(account: Account, stanza: Element, position: number): Promise<void> {
  if (stanza.name === 'presence') receivePresence(account, stanza);
  else if (stanza.name === 'iq') await answerRequest(account, stanza);
  else await receiveMessage(account, stanza, position);
}

/** Whose archive a result comes from, as its sender says; the archive itself finds out whether it asked. */
function archiveOf(account: Account, { attrs: { from } }: Element): History {
  const sender = from === undefined ? undefined : bareOf(from);
  return (sender && account.rooms.get(sender)?.history) ?? account.history;
}

/** What is committed with a message from the stream: the cursor of the archive that it is in follows it. */
function workOf(account: Account, { archiveId, peer, room }: Envelope, position: number): UnitOfWork {
  const history = room === undefined ? account.history : account.rooms.get(peer)?.history;
  if (history === undefined) return { position };
  const { archive } = history;
  const cursor = history.follow(archiveId === undefined ? undefined : idInArchive(archive, archiveId));
  return { position, ...(cursor !== undefined && { cursor: { archive, id: cursor } }) };
}

async function receiveMessage(account: Account, stanza: Element, position: number): Promise<void> {
  const { host } = account.profile;
  host.step('received');
  if (isResult(stanza)) {
    archiveOf(account, stanza).collect(stanza);
    return;
  }
  const message = readMessage(stanza);
  if (message?.event !== undefined) {
    receiveEvent(account, message);
    return;
  }
  hearRoomItself(account, stanza);
  const envelope = message === undefined ? 'no-message' : unwrap(account, message, stanza);
  if (typeof envelope === 'string') account.log('dropped', { rule: envelope, from: stanza.attrs['from'] });
  if (envelope === PRIVATE && message !== undefined) refusePrivate(account, message);
  if (typeof envelope === 'string' || isKnown(account, envelope, position)) {
    countOnly(account, position);
    return;
  }
  host.step('unwrapped');
  const work = workOf(account, envelope, position);
  const plain = plainMeaning(account, envelope);
  if (plain !== undefined) {
    apply(account, plain, work);
    return;
  }
  // Decrypting and committing are one unit: no other use of the keys may come between them (house §7).
  await account.omemo.exclusive(async (keys) => {
    const meaning = await decrypt(account, envelope, keys);
    host.step('decrypted');
    if (meaning === undefined) countOnly(account, position);
    else apply(account, meaning, work);
  });
}

/**
 * What a message means that nobody has seen yet; undefined when its keys were used before. Stores nothing: what the
 * keys want stored comes with the meaning.
 */
export async function understand(
  account: Account,
  envelope: Envelope,
  keys: KeySession,
): Promise<Meaning | undefined> {
  return plainMeaning(account, envelope) ?? decrypt(account, envelope, keys);
}

/** Of what takes no key; undefined for the rest. */
function plainMeaning(account: Account, envelope: Envelope): Meaning | undefined {
  const { message, peer } = envelope;
  const reflection = reflectionIn(account, envelope);
  if (reflection !== undefined) return { peer, facts: [reflection] };
  if (message.encrypted !== undefined && message.type !== 'error') return undefined;
  return { peer, facts: interpret(envelope, plainContent(message)) };
}

async function decrypt(account: Account, envelope: Envelope, keys: KeySession): Promise<Meaning | undefined> {
  const { message, peer, road } = envelope;
  if (message.encrypted === undefined) return undefined;
  const author = authorOf(account, envelope);
  // Who wrote it can only be checked against the keys of an address.
  if (author === undefined) {
    return { peer, facts: interpret(envelope, { kind: 'unreadable', reason: 'unsupported' }) };
  }
  const recipient = envelope.isOutgoing || envelope.room !== undefined ? peer : account.address;
  const opened = await keys.decrypt(message.encrypted, { sender: author, recipient, at: envelope.at });
  if (opened.kind === 'duplicate') return undefined;
  // What was said long ago with another key says nothing about the key of today (H40).
  const isLate = road === 'past' && 'hasOtherKey' in opened;
  const heard = envelope.room === undefined ? heardIn(opened, author) : undefined;
  const said = unsealed(envelope, opened);
  return {
    peer,
    ...(heard !== undefined && { heard }),
    facts: interpret(said, contentOf(opened, said)),
    ...('writes' in opened && !isLate && { writes: opened.writes }),
    ...('needsAnswer' in opened && {
      confirmSessions: opened.needsAnswer.map((protocol) => ({
        protocol,
        address: author,
        device: opened.device,
      })),
    }),
  };
}

/** Whose keys a message is encrypted with; undefined in a room that does not say who wrote it. */
function authorOf(account: Account, { isOutgoing, sender, room }: Envelope): BareJid | undefined {
  if (isOutgoing) return account.address;
  return room === undefined ? bareOf(sender) : room.address;
}

/**
 * Finds out who really wrote to whom, and when; or the rule by which the message is none: carbons come only from our
 * own account (CVE-2017-5589), one level deep, never of rooms (H06, H07).
 */
function unwrap(account: Account, outer: Message, stanza: Element): Envelope | string {
  if (outer.type === 'groupchat') return unwrapInRoom(account, outer, stanza);
  const own = account.address;
  const carbon = readCarbon(stanza);
  let message = outer;
  let road: Road = 'live';
  if (carbon !== undefined) {
    if (!isFromOwnAccount(outer.from, own)) return 'forged-carbon';
    const inner = readMessage(carbon.message);
    if (inner === undefined || inner.type === 'groupchat' || isCarbon(carbon.message)) {
      return 'nested-carbon';
    }
    message = inner;
    road = 'carbon';
  } else if (isCarbon(stanza)) {
    return 'broken-carbon';
  }
  const archiveId = account.assignsArchiveIds ? ownArchiveId(message, own) : undefined;
  const stamp = stampOf(account, carbon?.delay ?? message.delay);
  const at = stamp ?? account.clock.now();
  const envelope = addressed(account, message, { road, at, ...(archiveId !== undefined && { archiveId }) });
  if (typeof envelope === 'string') return envelope;
  if (carbon !== undefined && envelope.isOutgoing !== (carbon.direction === 'sent'))
    return 'carbon-direction';
  return account.arrivals.inOrder(envelope, stamp !== undefined);
}

/**
 * The same for a result of our archive, whose word on ids and times counts; nothing in it is unwrapped again (H07).
 * @param at when the archive stored it, as far as it says so
 */
export function unwrapArchived(
  account: Account,
  { message: element, delay }: Forwarded,
  { road, archive }: { readonly road: Extract<Road, 'archive' | 'past'>; readonly archive: BareJid },
  id: string,
): Envelope | string {
  const message = readMessage(element);
  if (message === undefined) return 'no-message';
  if (isCarbon(element) || isResult(element)) return 'wrapped-in-archive';
  const now = account.clock.now();
  const known = { road, archiveId: archivedAs(account, archive, id), at: Math.min(delay?.at ?? now, now) };
  if (archive !== account.address)
    return unwrapArchivedInRoom(account, message, element, { ...known, archive });
  return addressed(account, message, known);
}

/** Who wrote to whom. */
function addressed(
  account: Account,
  message: Message,
  known: Pick<Envelope, 'road' | 'at' | 'archiveId'>,
): Envelope | string {
  if (message.type === 'groupchat') return 'not-in-room';
  const own = account.address;
  // Without a sender it is our own server, speaking for our account (RFC 6120 §8.1.2.1).
  const sender = message.from === undefined ? own : bareOf(message.from);
  const recipient = message.to === undefined ? own : bareOf(message.to);
  const isOutgoing = sender === own && message.type !== 'error';
  if (!isOutgoing && isUnwanted(account, message, sender, known.road)) return 'blocked';
  if (isPrivate(account, isOutgoing ? message.to : message.from, message)) return PRIVATE;
  return { ...known, message, isOutgoing, sender, peer: isOutgoing ? recipient : sender };
}

/**
 * Our server should not let it through, and may not know the list (H80). What was said before is in the archive and
 * belongs to the chat, if there is one. An error is our server's own word about something that we sent.
 */
function isUnwanted(account: Account, message: Message, sender: BareJid, road: Road): boolean {
  if (message.type === 'error' || !isBlocked(account, message.from ?? sender)) return false;
  const isOfBefore = road === 'archive' || road === 'past';
  return !isOfBefore || findChat(account.profile.database, account.id, sender) === undefined;
}

/** The id that our archive gave it; two of them are a forgery, and neither counts (H27). */
function ownArchiveId(message: Message, own: BareJid): string | undefined {
  const ours = message.stanzaIds.filter((id) => id.by === own);
  return ours.length === 1 ? ours[0]?.id : undefined;
}

/** When it was said, where our own server has stamped that: nobody else's delay counts (H75), nor one from the future. */
function stampOf(account: Account, delay: Delay | undefined): number | undefined {
  const stamper = delay?.from === undefined ? undefined : bareOf(delay.from);
  if (delay === undefined || stamper === undefined) return undefined;
  const isOurs = stamper === account.address || stamper === domainOf(account.address);
  return isOurs ? Math.min(delay.at, account.clock.now()) : undefined;
}

/** Stored already? Asked before decrypting, because a ratchet key works once. Fills in an archive id that was missing. */
function isKnown(account: Account, envelope: Envelope, position: number): boolean {
  const known = findKnown(account, envelope);
  if (known === undefined) return false;
  const { archiveId } = envelope;
  if (known.archiveId === undefined && archiveId !== undefined) {
    messages.setIds(account.profile.database, known.id, { archiveId });
  }
  if (envelope.room !== undefined && envelope.isOutgoing) reflected(account, known, envelope, position);
  return true;
}

/** A room has said a message of ours again: those in it have it, and it need not leave any more (XEP-0045 #message). */
function reflected(
  account: Account,
  row: messages.MessageRecord,
  envelope: Envelope,
  position: number,
): void {
  const { profile } = account;
  const occupant = envelope.room?.occupant;
  profile.commit((changes) => {
    outbox.removeByMessage(profile.database, row.id);
    if (occupant !== undefined) messages.setOccupant(profile.database, row.id, occupant);
    progress(account, row, 'acknowledged', changes);
    commitWork(account, workOf(account, envelope, position));
  });
}

/** The row that this message is already: by the archive's id, or else by its author's. */
export function findKnown(account: Account, envelope: Envelope): messages.MessageRecord | undefined {
  const { database } = account.profile;
  const { message, road, sender, peer, archiveId, isOutgoing } = envelope;
  if (message.type === 'error') return undefined;
  const archived =
    archiveId === undefined ? undefined : messages.findByArchiveId(database, account.id, archiveId);
  const chat = archived === undefined ? findChat(database, account.id, peer) : undefined;
  if (chat === undefined) return archived;
  if (message.originId !== undefined) {
    return messages.findByOriginId(database, chat.id, sender, message.originId);
  }
  if (road === 'live' || road === 'carbon') return undefined;
  if (message.id === undefined || message.encrypted !== undefined) return undefined;
  // A copy of what came live when our archive's ids could not be believed. Stanza ids repeat in some programs, so the
  // text has to be the same as well: two rows for one message are better than none.
  const same = messages.findByStanzaId(database, chat.id, message.id, { isOutgoing });
  if (same?.archiveId !== undefined || same?.originId !== undefined) return undefined;
  // It may have other words by now, or none any more.
  if (same?.retracted !== undefined) return same;
  const text = same && (originalText(database, same.id) ?? same.text);
  return text === sayingOutside(message).text ? same : undefined;
}

function plainContent(message: Message): Content {
  if (message.hasMalformedEncryption) return { kind: 'unreadable', reason: 'malformed' };
  if (message.hasUnsupportedEncryption) return { kind: 'unreadable', reason: 'unsupported' };
  const { text, quote, offers } = sayingOutside(message);
  if (text === '') return { kind: 'nothing' };
  return { kind: 'plain', text, ...(quote !== undefined && { quote }), ...(offers.length > 0 && { offers }) };
}

/**
 * The message as it was before it was encrypted (XEP-0420 #receiving). The older protocol encrypts text alone: what else
 * is said of it stands outside.
 */
function unsealed(envelope: Envelope, opened: Decrypted): Envelope {
  if (opened.kind !== 'content' || opened.protocol === 'legacy') return envelope;
  return { ...envelope, message: withContent(envelope.message, opened.elements) };
}

function contentOf(opened: Exclude<Decrypted, { kind: 'duplicate' }>, { road, message }: Envelope): Content {
  switch (opened.kind) {
    case 'content': {
      const { elements, device, trust } = opened;
      const { text: rest, quote } = withoutQuote(opened.text ?? '', message.quotes);
      const { text, offers } = sayingInside(rest, elements);
      const saying = {
        ...(text !== '' && { text }),
        ...(quote !== undefined && { quote }),
        ...(offers.length > 0 && { offers }),
      };
      const whole = opened.protocol === 'omemo2' && { isWhole: true as const };
      return { kind: 'decrypted', ...saying, elements, ...whole, device, trust };
    }
    case 'key-transport':
      return { kind: 'nothing' };
    case 'unreadable':
      // A device that is new cannot read what was said before: hundreds of lines that say so help nobody.
      const isForOthers = opened.reason === 'not-for-this-device';
      if (isForOthers && (road === 'past' || isErrand(message))) return { kind: 'nothing' };
      return { kind: 'unreadable', reason: opened.reason, device: opened.device };
  }
}

/**
 * What one device tells another and nobody reads, such as a trust message (XEP-0450 #implementation-notes-gui): it has
 * neither words for programs that cannot decrypt, nor the id that everything has to which somebody may refer.
 */
function isErrand({ body, originId }: Message): boolean {
  return body === undefined && originId === undefined;
}
