/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html#owner
 * What owners do: a new room is locked until it is configured, an old one may be configured again, or be destroyed.
 */
import type { BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, xml } from '../xml.ts';
import { NS as NS_FORM, readFillable, writeForm, type FillableForm } from './xep0004.ts';
import { NS_OWNER } from './xep0045.ts';

/** It goes with the rest of the extension. */
export const features: readonly string[] = [];

export const FORM_CONFIGURATION = 'http://jabber.org/protocol/muc#roomconfig';

type Requester = Pick<Wire, 'request'>;

/**
 * How a room is configured (#createroom-reserved, #roomconfig).
 * @returns `undefined` when the answer holds no form, or more than anybody fills in @throws StanzaError, WireClosed
 */
export async function askConfiguration(wire: Requester, room: BareJid): Promise<FillableForm | undefined> {
  const reply = await wire.request({ type: 'get', to: room, payload: xml('query', NS_OWNER) });
  const query = child(reply, 'query', NS_OWNER);
  const form = query && child(query, 'x', NS_FORM);
  return form && readFillable(form);
}

/**
 * Configures a room; what is not among the values stays as it is, or as the service likes it in a new room.
 * @param values by the name of the field; an empty one clears it
 * @throws StanzaError (`not-acceptable` for values that contradict each other), WireClosed
 */
export async function configure(
  wire: Requester,
  room: BareJid,
  values: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const form = writeForm({ type: 'submit', formType: FORM_CONFIGURATION, fields: values });
  await wire.request({ type: 'set', to: room, payload: xml('query', NS_OWNER, {}, form) });
}

/** Opens a new room as the service likes rooms to be (#createroom-instant). @throws StanzaError, WireClosed */
export async function createInstantly(wire: Requester, room: BareJid): Promise<void> {
  const payload = xml('query', NS_OWNER, {}, xml('x', NS_FORM, { type: 'submit' }));
  await wire.request({ type: 'set', to: room, payload });
}

/** Does not want the new room after all (#createroom-reserved): it is destroyed. @throws StanzaError, WireClosed */
export async function cancelCreation(wire: Requester, room: BareJid): Promise<void> {
  const payload = xml('query', NS_OWNER, {}, xml('x', NS_FORM, { type: 'cancel' }));
  await wire.request({ type: 'set', to: room, payload });
}

/** Ends a room for everybody (#destroyroom). @param alternate where to go instead @throws StanzaError, WireClosed */
export async function destroy(
  wire: Requester,
  room: BareJid,
  reason?: string,
  alternate?: BareJid,
): Promise<void> {
  const inner = reason !== undefined && reason !== '' && xml('reason', NS_OWNER, {}, reason);
  const payload = xml('query', NS_OWNER, {}, xml('destroy', NS_OWNER, { jid: alternate }, inner));
  await wire.request({ type: 'set', to: room, payload });
}
