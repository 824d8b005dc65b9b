/**
 * XEP-0292 vCard4 Over XMPP, version 0.12.0. https://xmpp.org/extensions/xep-0292.html
 * Cards as the IETF writes them in XML (RFC 6351), on a personal node.
 */
import type { Card } from '../../../shared/rows/card.ts';
import { mergeFields, readFields, type CardField } from '../card-fields.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { childElements, is, textOf, xml, type Element } from '../xml.ts';
import { askItems, askPublishAs } from './xep0060.ts';

export const NS = 'urn:ietf:params:xml:ns:vcard-4.0';
export const NODE = 'urn:xmpp:vcard4';
/** Cards are asked for when somebody looks at them, so that we want no news of them. */
export const features: readonly string[] = [];

const VALUES = ['text', 'uri', 'date', 'date-time', 'date-and-or-time'];

/**
 * A property is an element that holds its parameters and its value, which names its own type (RFC 6351 §5).
 * @param type how a new one is written
 */
function property(key: keyof Card, name: string, type: string, scheme = ''): CardField {
  const valueIn = (element: Element): Element | undefined =>
    childElements(element).find((each) => each.ns === NS && VALUES.includes(each.name));
  return {
    key,
    holds: (element) => is(element, name, NS),
    valueOf: (element) => {
      const value = valueIn(element);
      const text = value && textOf(value).trim();
      return value?.name === 'uri' && scheme !== '' && text?.startsWith(scheme) === true
        ? text.slice(scheme.length)
        : text;
    },
    write: (value, before) => {
      const old = before && valueIn(before);
      const rest = before?.children.filter((each) => each !== old) ?? [];
      return xml(name, NS, before?.attrs ?? {}, rest, xml(type, NS, {}, scheme + value));
    },
  };
}

const FIELDS: readonly CardField[] = [
  property('fullName', 'fn', 'text'),
  property('nickname', 'nickname', 'text'),
  property('birthday', 'bday', 'date'),
  property('organisation', 'org', 'text'),
  property('title', 'title', 'text'),
  property('note', 'note', 'text'),
  property('emails', 'email', 'text'),
  property('phones', 'tel', 'uri', 'tel:'),
  property('pages', 'url', 'uri'),
];

/** `undefined` for another element. */
export function readCard(element: Element): Card | undefined {
  return is(element, 'vcard', NS) ? readFields(FIELDS, element) : undefined;
}

/** @param before what is there; all of it that this program does not show stays */
export function writeCard(card: Card, before: Element = xml('vcard', NS)): Element {
  return mergeFields(FIELDS, before, card);
}

/**
 * Fetches a card (#self-pep-retrieval).
 * @param to whose; absent: our own
 * @returns nothing when there is none @throws StanzaError, WireClosed
 */
export async function askCard(
  wire: Pick<Wire, 'request'>,
  to?: string,
): Promise<{ readonly id?: string; readonly card: Element } | undefined> {
  try {
    const items = await askItems(wire, { ...(to !== undefined && { to }), node: NODE, max: 1 });
    for (const { id, payload } of items) {
      if (payload !== undefined && is(payload, 'vcard', NS)) {
        return { ...(id !== undefined && { id }), card: payload };
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return undefined;
    throw error;
  }
}

/** Publishes our own, for those who may see us (#self-iq-publication). @throws StanzaError, WireClosed */
export async function askPublishCard(
  wire: Pick<Wire, 'request'>,
  card: Element,
  id = 'current',
): Promise<void> {
  const options = { access_model: 'presence', persist_items: true } as const;
  await askPublishAs(wire, { node: NODE, id, payload: card, options });
}
