/**
 * XEP-0030 Service Discovery, version 2.5.0. https://xmpp.org/extensions/xep-0030.html
 * Asks what others support and says what we do. Who may ask is decided by the engine.
 */
import type { Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { ownInfo } from './self.ts';
import { ownNode } from './xep0115.ts';

export const NS = 'http://jabber.org/protocol/disco#info';
export const features = [NS];

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly language?: string;
}

export interface Info {
  readonly identities: readonly Identity[];
  readonly features: ReadonlySet<string>;
}

/** Reads the `<query/>` of a reply; what is not well formed in it is left out (#info-basic). */
export function readInfo(element: Element): Info | undefined {
  if (!is(element, 'query', NS)) return undefined;
  const identities = childElements(element, 'identity', NS).flatMap(({ attrs }) => {
    const { category, type, name } = attrs;
    const language = attrs['xml:lang'];
    if (category === undefined || category === '' || type === undefined || type === '') return [];
    return [
      { category, type, ...(name !== undefined && { name }), ...(language !== undefined && { language }) },
    ];
  });
  const vars = childElements(element, 'feature', NS).map(({ attrs }) => attrs['var'] ?? '');
  return { identities, features: new Set(vars.filter((name) => name !== '')) };
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
  );
}

/**
 * Asks an entity what it is and supports.
 * @param to absent: our own account, for which our server answers
 * @throws StanzaError, WireClosed
 */
export async function askInfo(
  wire: Pick<Wire, 'request'>,
  to: string | undefined,
  node?: string,
): Promise<Info> {
  const payload = xml('query', NS, { node });
  const reply = await wire.request({ type: 'get', ...(to !== undefined && { to }), payload });
  const query = child(reply, 'query', NS);
  return (query && readInfo(query)) ?? { identities: [], features: new Set() };
}

/** What we answer when asked (#info-basic); the only info node we have is the one of XEP-0115 #discover. */
export const answer = {
  ns: NS,
  name: 'query',
  type: 'get',
  handle(payload: Element): Element | undefined {
    const { node } = payload.attrs;
    return node === undefined || node === ownNode ? writeInfo(ownInfo, node) : undefined;
  },
} as const;
