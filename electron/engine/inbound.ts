/**
 * A stanza comes in: unwrap → known? → decrypt → interpret → apply → announce.
 * Read top to bottom, this is the life of a message. Each step either hands on or drops; a drop is logged once.
 */
import { bareOf, domainOf, type BareJid } from '../../shared/jid.ts';
import * as messages from '../store/messages.ts';
import { findChat } from '../store/chats.ts';
import type { Decrypted } from '../omemo/omemo.ts';
import { readMessage, type Message } from '../xmpp/message.ts';
import { isCarbon, isFromOwnAccount, readCarbon } from '../xmpp/xep/xep0280.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { answerRequest } from './answers.ts';
import { apply, countOnly } from './apply.ts';
import { receiveEvent } from './events.ts';
import { interpret, type Content, type Envelope, type Road } from './facts.ts';
import { receivePresence } from './presence.ts';

/**
 * Handles one stanza to the end. When it resolves, what the stanza meant is committed and may be acknowledged.
 * @param position its place in the stream-management session, 0 without one
 * @throws only when nothing could be stored
 */
export async function receive(account: Account, stanza: Element, position: number): Promise<void> {
  if (stanza.name === 'presence') receivePresence(account, stanza);
  else if (stanza.name === 'iq') answerRequest(account, stanza);
  else await receiveMessage(account, stanza, position);
}

async function receiveMessage(account: Account, stanza: Element, position: number): Promise<void> {
  const { host } = account.profile;
  host.step('received');
  const message = readMessage(stanza);
  if (message?.event !== undefined) {
    receiveEvent(account, message);
    return;
  }
  const envelope = message === undefined ? 'no-message' : unwrap(account, message, stanza);
  if (typeof envelope === 'string') account.log('dropped', { rule: envelope, from: stanza.attrs['from'] });
  if (typeof envelope === 'string' || isKnown(account, envelope)) {
    countOnly(account, position);
    return;
  }
  host.step('unwrapped');
  const { encrypted } = envelope.message;
  if (encrypted === undefined || envelope.message.type === 'error') {
    apply(account, envelope.peer, interpret(envelope, plainContent(envelope.message)), { position });
    return;
  }
  // Decrypting and committing are one unit: no other use of the keys may come between them (house §7).
  await account.omemo.exclusive(async (keys) => {
    const opened = await keys.decrypt(encrypted, envelope.sender);
    host.step('decrypted');
    if (opened.kind === 'duplicate') {
      countOnly(account, position);
      return;
    }
    const content = contentOf(opened);
    const writes = 'writes' in opened ? opened.writes : undefined;
    apply(account, envelope.peer, interpret(envelope, content), {
      position,
      ...(writes !== undefined && { writes }),
      ...('needsAnswer' in opened &&
        opened.needsAnswer && { confirmSession: { address: envelope.sender, device: opened.device } }),
    });
  });
}

/**
 * Finds out who really wrote to whom, and when; or the rule by which the message is none: carbons come only from our
 * own account (CVE-2017-5589), one level deep, never of rooms (H06, H07).
 */
function unwrap(account: Account, outer: Message, stanza: Element): Envelope | string {
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
  if (message.type === 'groupchat') return 'not-in-room';
  // Without a sender it is our own server, speaking for our account (RFC 6120 §8.1.2.1).
  const sender = message.from === undefined ? own : bareOf(message.from);
  const recipient = message.to === undefined ? own : bareOf(message.to);
  const isOutgoing = sender === own && message.type !== 'error';
  if (carbon !== undefined && isOutgoing !== (carbon.direction === 'sent')) {
    return 'carbon-direction';
  }
  const archiveId = account.assignsArchiveIds ? ownArchiveId(message, own) : undefined;
  return {
    message,
    road,
    isOutgoing,
    sender,
    peer: isOutgoing ? recipient : sender,
    at: timeOf(account, carbon?.delay ?? message.delay),
    ...(archiveId !== undefined && { archiveId }),
  };
}

/** The id that our archive gave it; two of them are a forgery, and neither counts (H27). */
function ownArchiveId(message: Message, own: BareJid): string | undefined {
  const ours = message.stanzaIds.filter((id) => id.by === own);
  return ours.length === 1 ? ours[0]?.id : undefined;
}

/** A delay counts only when our own server stamped it, and never leads into the future (H75). */
function timeOf(account: Account, delay: Message['delay']): number {
  const now = account.profile.host.now();
  const stamper = delay?.from === undefined ? undefined : bareOf(delay.from);
  if (delay === undefined || stamper === undefined) return now;
  const isOurs = stamper === account.address || stamper === domainOf(account.address);
  return isOurs ? Math.min(delay.at, now) : now;
}

/** Stored already? Asked before decrypting, because a ratchet key works once. Fills in an archive id that was missing. */
function isKnown(account: Account, envelope: Envelope): boolean {
  const { database } = account.profile;
  const { message, sender, peer, archiveId } = envelope;
  if (message.type === 'error') return false;
  if (archiveId !== undefined && messages.findByArchiveId(database, account.id, archiveId) !== undefined) {
    return true;
  }
  if (message.originId === undefined) return false;
  const chat = findChat(database, account.id, peer);
  const known = chat && messages.findByOriginId(database, chat.id, sender, message.originId);
  if (known === undefined) return false;
  if (known.archiveId === undefined && archiveId !== undefined) {
    messages.setIds(database, known.id, { archiveId });
  }
  return true;
}

function plainContent(message: Message): Content {
  if (message.hasMalformedEncryption) return { kind: 'unreadable', reason: 'malformed' };
  if (message.hasUnsupportedEncryption) return { kind: 'unreadable', reason: 'unsupported' };
  return message.body === undefined || message.body === ''
    ? { kind: 'nothing' }
    : { kind: 'plain', text: message.body };
}

function contentOf(opened: Exclude<Decrypted, { kind: 'duplicate' }>): Content {
  switch (opened.kind) {
    case 'content':
      return { kind: 'decrypted', text: opened.text, device: opened.device, trust: opened.trust };
    case 'key-transport':
      return { kind: 'nothing' };
    case 'unreadable':
      return { kind: 'unreadable', reason: opened.reason, device: opened.device };
  }
}
