/**
 * XEP-0249 Direct MUC Invitations, version 1.2. https://xmpp.org/extensions/xep-0249.html
 * Invitations to rooms from one person to another. Nothing is entered because of one (H33), and of several to one room
 * one is shown (#impl): that is the engine's. The password is a secret that is never logged.
 */
import { readBareJid, type BareJid, type Jid } from '../../../shared/jid.ts';
import { child, is, NS_CLIENT, stanza, xml, type Element } from '../xml.ts';
import { NS_USER } from './xep0045.ts';
import { readId } from './xep0359.ts';

export const NS = 'jabber:x:conference';
/** #support */
export const features = [NS];

/** In characters. */
const LONGEST_REASON = 500;
const LONGEST_PASSWORD = 1_024;

export interface DirectInvite {
  readonly room: BareJid;
  readonly password?: string;
  readonly reason?: string;
  /** The room goes on where the chat of the two was. */
  readonly continues: boolean;
  /** Which thread of that chat. */
  readonly thread?: string;
}

/**
 * Reads the invitation in a message; `undefined` without one or without a room's address. Beside an invitation of the
 * room itself the element is only an echo of it for old programs (XEP-0045 #invite-mediated).
 */
export function readDirectInvite(message: Element): DirectInvite | undefined {
  const { type } = message.attrs;
  if (!is(message, 'message', NS_CLIENT) || type === 'error' || type === 'groupchat') return undefined;
  const element = child(message, 'x', NS);
  const mark = child(message, 'x', NS_USER);
  const room = readBareJid(element?.attrs['jid'] ?? '');
  if (element === undefined || room === undefined || (mark && child(mark, 'invite'))) return undefined;
  const { password, continue: continues } = element.attrs;
  const reason = element.attrs['reason']?.trim().slice(0, LONGEST_REASON).toWellFormed();
  const thread = readId(element.attrs['thread']);
  const hasPassword = password !== undefined && password !== '' && password.length <= LONGEST_PASSWORD;
  return {
    room,
    ...(hasPassword && { password }),
    ...(reason !== undefined && reason !== '' && { reason }),
    continues: continues === 'true' || continues === '1',
    ...(thread !== undefined && { thread }),
  };
}

/** @param to whom to invite @param id of the message */
export function writeDirectInvite(to: Jid, invite: DirectInvite, id?: string): Element {
  const { room, password, reason, continues, thread } = invite;
  const attrs = { jid: room, password, reason, continue: continues ? true : undefined, thread };
  return stanza('message', { to, id }, xml('x', NS, attrs));
}
