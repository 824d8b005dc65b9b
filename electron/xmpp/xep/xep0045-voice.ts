/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html#requestvoice
 * Visitors who would like to speak in a moderated room, and moderators who let them.
 */
import { readBareJid, readJid, type BareJid, type Jid } from '../../../shared/jid.ts';
import { child, is, NS_CLIENT, stanza, type Element } from '../xml.ts';
import { NS as NS_FORM, readForm, writeForm } from './xep0004.ts';
import { NS, readNick } from './xep0045.ts';

/** It goes with the rest of the extension. */
export const features: readonly string[] = [];

const FORM_REQUEST = `${NS}#request`;

export interface VoiceRequest {
  readonly room: BareJid;
  readonly nick: string;
  /** The real address, where the room tells it. */
  readonly jid?: Jid;
}

/** Asks a room for voice (#requestvoice). */
export function writeVoiceRequest(room: BareJid, id?: string): Element {
  const fields = new Map([['muc#role', ['participant']]]);
  return stanza('message', { to: room, id }, writeForm({ type: 'submit', formType: FORM_REQUEST, fields }));
}

/**
 * Reads what a room asks its moderators (#voiceapprove); `undefined` when it comes from anywhere but a room's bare
 * address, because an occupant could have written it, or names nobody.
 */
export function readVoiceRequest(message: Element): VoiceRequest | undefined {
  if (!is(message, 'message', NS_CLIENT) || message.attrs['type'] === 'error') return undefined;
  const room = readBareJid(message.attrs['from'] ?? '');
  const element = child(message, 'x', NS_FORM);
  const form = element && readForm(element);
  if (room === undefined || form?.type !== 'form' || form.formType !== FORM_REQUEST) return undefined;
  const nick = readNick(form.fields.get('muc#roomnick')?.[0]);
  const jid = readJid(form.fields.get('muc#jid')?.[0] ?? '');
  if (nick === undefined || form.fields.get('muc#role')?.[0] !== 'participant') return undefined;
  return { room, nick, ...(jid !== undefined && { jid }) };
}

/** Answers such a question. @param isAllowed whether they may speak from now on */
export function writeVoiceApproval(
  { room, nick, jid }: VoiceRequest,
  isAllowed: boolean,
  id?: string,
): Element {
  const fields = new Map([
    ['muc#role', ['participant']],
    ...(jid === undefined ? [] : [['muc#jid', [jid]] as const]),
    ['muc#roomnick', [nick]],
    ['muc#request_allow', [String(isAllowed)]],
  ] as const);
  return stanza('message', { to: room, id }, writeForm({ type: 'submit', formType: FORM_REQUEST, fields }));
}
