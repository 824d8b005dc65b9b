/**
 * XEP-0283 Moved, version 0.2.0. https://xmpp.org/extensions/xep-0283.html
 * What somebody who moved to another address says at the old one and from the new one. Only both together mean
 * something, and only to those who knew the old address; comparing them is the engine's part.
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import { readXmppUri } from '../../../shared/xmpp-uri.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, childText, is, xml, type Element } from '../xml.ts';
import { askItems, askPublish } from './xep0060.ts';

export const NS = 'urn:xmpp:moved:1';
/** Also the name of the node (§4.1). */
export const NODE = NS;
/** Requests come from anybody: nothing to advertise. */
export const features: readonly string[] = [];
const ITEM = 'current';
const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** The notification in a request from the new address (§4.2): the old one, or `undefined`. */
export function readMoved(element: Element): BareJid | undefined {
  return is(element, 'moved', NS) ? readAddress(element, 'old-jid') : undefined;
}

/** The notification among the children of a presence. */
export function movedIn(presence: Element): BareJid | undefined {
  const found = child(presence, 'moved', NS);
  return found && readMoved(found);
}

export function writeMoved(oldAddress: BareJid): Element {
  return xml('moved', NS, {}, xml('old-jid', NS, {}, oldAddress));
}

/** The statement at the old address (§4.1): the new one, or `undefined`. */
export function readStatement(element: Element): BareJid | undefined {
  return is(element, 'moved', NS) ? readAddress(element, 'new-jid') : undefined;
}

/** A single one (§4.1): two of them are no statement. */
function readAddress(element: Element, name: string): BareJid | undefined {
  const found = childElements(element, name, NS);
  return found.length === 1 ? readBareJid(childText(element, name, NS)?.trim() ?? '') : undefined;
}

type Requester = Pick<Wire, 'request'>;

/**
 * Asks the old address where its owner went (§4.4). Its server may say so instead by `<gone/>` with an address.
 * @returns `undefined` when it says nothing of the kind
 * @throws StanzaError for any other refusal, WireClosed
 */
export async function askStatement(wire: Requester, oldAddress: BareJid): Promise<BareJid | undefined> {
  try {
    const items = await askItems(wire, { to: oldAddress, node: NODE, ids: [ITEM] });
    const payload = items.find(({ id }) => id === ITEM)?.payload;
    return payload && readStatement(payload);
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'gone') throw error;
    return readGone(error.stanza);
  }
}

function readGone(iq: Element | undefined): BareJid | undefined {
  const error = iq && childElements(iq, 'error')[0];
  const uri = readXmppUri((error && childText(error, 'gone', NS_STANZA_ERRORS))?.trim() ?? '');
  return uri && readBareJid(uri.address);
}

/** States at this, our old address where we are from now on; for those only who see our presence (#security-user). */
export async function askStating(wire: Requester, newAddress: BareJid): Promise<void> {
  await askPublish(wire, {
    node: NODE,
    id: ITEM,
    payload: xml('moved', NS, {}, xml('new-jid', NS, {}, newAddress)),
    options: { access_model: 'presence', persist_items: true },
  });
}
