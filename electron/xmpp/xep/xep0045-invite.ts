/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html#invite-mediated
 * Invitations that a room delivers for its occupants, and the answer that somebody would rather not. Anybody can claim to be a
 * room (H33): nothing is entered because of one, and its password is a secret that is never logged.
 */
import { bareOf, readBareJid, readJid, resourceOf, type BareJid, type Jid } from '../../../shared/jid.ts';
import { child, is, NS_CLIENT, stanza, xml, type Element } from '../xml.ts';
import { NS_USER, readPassword, readReason } from './xep0045.ts';

/** It goes with the rest of the extension. */
export const features: readonly string[] = [];

/** Who invited or declined. */
interface Sender {
  readonly room: BareJid;
  /** The real address, where the room tells it. */
  readonly from?: BareJid;
  /** As what they are in the room, where it tells that instead. */
  readonly nick?: string;
  readonly reason?: string;
}

export interface Invite extends Sender {
  readonly password?: string;
}

export type Decline = Sender;

/**
 * Reads the invitation in a message from a room's bare address; `undefined` in one from anywhere else: an occupant could
 * have written it.
 */
export function readInvite(message: Element): Invite | undefined {
  const mark = markOf(message);
  const element = mark && child(mark, 'invite', NS_USER);
  const sender = element && readSender(message, element);
  if (mark === undefined || sender === undefined) return undefined;
  const password = readPassword(mark);
  return { ...sender, ...(password !== undefined && { password }) };
}

/** @param to whom to invite @param id of the message, to recognise a refusal of the room by */
export function writeInvite(room: BareJid, to: Jid, reason?: string, id?: string): Element {
  return write('invite', room, to, reason, id);
}

/** Reads that somebody declined our invitation, from the room's bare address only. */
export function readDecline(message: Element): Decline | undefined {
  const mark = markOf(message);
  const element = mark && child(mark, 'decline', NS_USER);
  return element && readSender(message, element);
}

/** @param to who invited us: the address that the invitation named */
export function writeDecline(room: BareJid, to: Jid, reason?: string, id?: string): Element {
  return write('decline', room, to, reason, id);
}

/** A message that came back as an error holds only the echo of what we wrote. */
function markOf(message: Element): Element | undefined {
  const { type } = message.attrs;
  if (!is(message, 'message', NS_CLIENT) || type === 'error' || type === 'groupchat') return undefined;
  return child(message, 'x', NS_USER);
}

function readSender(message: Element, element: Element): Sender | undefined {
  const room = readBareJid(message.attrs['from'] ?? '');
  if (room === undefined) return undefined;
  const from = readJid(element.attrs['from'] ?? '');
  const bare = from && bareOf(from);
  // #invite-mediated: "the bare JID, full JID, or occupant JID of the inviter".
  const nick = bare === room && from !== undefined ? resourceOf(from) : undefined;
  const reason = readReason(element);
  return {
    room,
    ...(bare !== undefined && bare !== room && { from: bare }),
    ...(nick !== undefined && { nick }),
    ...(reason !== undefined && { reason }),
  };
}

function write(name: string, room: BareJid, to: Jid, reason?: string, id?: string): Element {
  const inner = reason !== undefined && xml('reason', NS_USER, {}, reason);
  return stanza('message', { to: room, id }, xml('x', NS_USER, {}, xml(name, NS_USER, { to }, inner)));
}
