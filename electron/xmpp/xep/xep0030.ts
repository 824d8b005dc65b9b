/**
 * XEP-0030 Service Discovery, version 2.5.0. https://xmpp.org/extensions/xep-0030.html
 * Asks what others are, support and have, and says what we are. Who may ask is decided by the engine.
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { NS as NS_FORM, readForm, writeForm, type Form } from './xep0004.ts';

export const NS = 'http://jabber.org/protocol/disco#info';
export const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
export const features = [NS, NS_ITEMS];

/** What no honest entity needs more of; the rest is not read. */
const MOST_IDENTITIES = 32;
const MOST_FEATURES = 512;
const MOST_FORMS = 16;
const MOST_ITEMS = 256;
/** In characters, for each name, type and feature. */
const LONGEST = 1_024;

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly language?: string;
}

export interface Info {
  readonly identities: readonly Identity[];
  readonly features: ReadonlySet<string>;
  /** Extended information (XEP-0128). */
  readonly forms: readonly Form[];
}

/** Something that an entity has, for example a service of a server (#items). */
export interface Item {
  readonly jid: Jid;
  readonly node?: string;
  readonly name?: string;
}

export const NO_INFO: Info = { identities: [], features: new Set(), forms: [] };

/** Reads the `<query/>` of a reply; what is not well formed in it, or too much, is left out (#info-basic). */
export function readInfo(element: Element): Info | undefined {
  if (!is(element, 'query', NS)) return undefined;
  const identities = childElements(element, 'identity', NS).flatMap(({ attrs }) => {
    const { category, type, name } = attrs;
    const language = attrs['xml:lang'];
    if (!isUsable(category) || !isUsable(type)) return [];
    return [
      {
        category,
        type,
        ...(name !== undefined && { name: name.slice(0, LONGEST).toWellFormed() }),
        ...(language !== undefined && language.length <= LONGEST && { language }),
      },
    ];
  });
  const vars = childElements(element, 'feature', NS).map(({ attrs }) => attrs['var']);
  const forms = childElements(element, 'x', NS_FORM)
    .slice(0, MOST_FORMS)
    .flatMap((form) => readForm(form) ?? []);
  return {
    identities: identities.slice(0, MOST_IDENTITIES),
    features: new Set(vars.filter(isUsable).slice(0, MOST_FEATURES)),
    forms: forms.filter(({ type }) => type === 'result'),
  };
}

function isUsable(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= LONGEST;
}

export function writeInfo(info: Info, node?: string): Element {
  return xml(
    'query',
    NS,
    { node },
    info.identities.map(({ category, type, name, language }) =>
      xml('identity', NS, { category, type, name, 'xml:lang': language }),
    ),
    [...info.features].map((name) => xml('feature', NS, { var: name })),
    info.forms.map(writeForm),
  );
}

/** Reads the items of a reply; what is not well formed in it, or too much, is left out (#items-basic). */
export function readItems(element: Element): Item[] | undefined {
  if (!is(element, 'query', NS_ITEMS)) return undefined;
  return childElements(element, 'item', NS_ITEMS)
    .slice(0, MOST_ITEMS)
    .flatMap(({ attrs }) => {
      const jid = readJid(attrs['jid'] ?? '');
      const { node, name } = attrs;
      if (jid === undefined || (node !== undefined && node.length > LONGEST)) return [];
      return [
        {
          jid,
          ...(node !== undefined && { node }),
          ...(name !== undefined && { name: name.slice(0, LONGEST).toWellFormed() }),
        },
      ];
    });
}

export function writeItems(items: readonly Item[], node?: string): Element {
  return xml(
    'query',
    NS_ITEMS,
    { node },
    items.map(({ jid, node: itemNode, name }) => xml('item', NS_ITEMS, { jid, node: itemNode, name })),
  );
}

/** Whom to ask, and how long to wait for the answer, in milliseconds. */
interface Question {
  /** Absent: our own account, for which our server answers. */
  readonly to?: string | undefined;
  readonly node?: string | undefined;
  readonly timeout?: number | undefined;
}

/**
 * The `<query/>` with which an entity says what it is, unread: a hash covers it as it came.
 * @throws StanzaError, WireClosed
 */
export async function askQuery(
  wire: Pick<Wire, 'request'>,
  { to, node, timeout }: Question,
): Promise<Element | undefined> {
  const reply = await wire.request({
    type: 'get',
    payload: xml('query', NS, { node }),
    ...(to !== undefined && { to }),
    ...(timeout !== undefined && { timeout }),
  });
  return child(reply, 'query', NS);
}

/**
 * Asks an entity what it is and supports.
 * @param to absent: our own account
 * @throws StanzaError, WireClosed
 */
export async function askInfo(
  wire: Pick<Wire, 'request'>,
  to: string | undefined,
  node?: string,
): Promise<Info> {
  const query = await askQuery(wire, { to, node });
  return (query && readInfo(query)) ?? NO_INFO;
}

/**
 * Asks an entity what it has.
 * @throws StanzaError, WireClosed
 */
export async function askItems(wire: Pick<Wire, 'request'>, to: string, node?: string): Promise<Item[]> {
  const reply = await wire.request({ type: 'get', to, payload: xml('query', NS_ITEMS, { node }) });
  const query = child(reply, 'query', NS_ITEMS);
  return (query && readItems(query)) ?? [];
}

/** What we answer when asked what we are (#info-basic). */
export const answer = {
  ns: NS,
  name: 'query',
  type: 'get',
  /** @param infoUnder what we say under a node; `undefined` where we have none (#errors) */
  handle(
    { attrs: { node } }: Element,
    { infoUnder }: { readonly infoUnder: (node: string | undefined) => Info | undefined },
  ): Element | 'item-not-found' {
    const info = infoUnder(node);
    return info === undefined ? 'item-not-found' : writeInfo(info, node);
  },
} as const;

/** Asks which rooms somebody is in (XEP-0045 #disco-client). */
const NODE_ROOMS = 'http://jabber.org/protocol/muc#rooms';

/** A client has no items (#items-basic): the list is empty. Of nodes there is one, and what would be in it is private. */
export const answerItems = {
  ns: NS_ITEMS,
  name: 'query',
  type: 'get',
  handle({ attrs: { node } }: Element): Element | 'item-not-found' {
    return node === undefined || node === NODE_ROOMS ? writeItems([], node) : 'item-not-found';
  },
} as const;
