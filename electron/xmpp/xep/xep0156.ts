/**
 * XEP-0156 Discovering Alternative XMPP Connection Methods, version 1.4.0
 * https://xmpp.org/extensions/xep-0156.html
 *
 * Where a domain says that it can be reached over the web. DNS TXT records were never proof of anything and are gone.
 */
import { childElements, is } from '../xml.ts';
import type { Element } from '../xml.ts';

export const NS = 'urn:xmpp:alt-connections';
export const features = [];

const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';

/** More than this a domain does not need to name. */
const MOST = 4;
const LONGEST = 2_000;

/** Addresses in the order of the document, which means nothing (#httpbizrules 5). */
export interface AlternativeConnections {
  /** `wss:` addresses (RFC 7395). */
  readonly websocket: readonly string[];
  /** `https:` addresses (XEP-0206). */
  readonly bosh: readonly string[];
}

interface Link {
  readonly rel: unknown;
  readonly href: unknown;
}

/** Reads the XRD form (RFC 6415 §3); `undefined` when it is none. */
export function read(element: Element): AlternativeConnections | undefined {
  if (!is(element, 'XRD', NS_XRD)) return undefined;
  return chosen(
    childElements(element, 'Link', NS_XRD).map(({ attrs }) => ({ rel: attrs['rel'], href: attrs['href'] })),
  );
}

/** Reads the JSON form (RFC 6415 appendix A); `undefined` when it is none. */
export function readJson(text: string): AlternativeConnections | undefined {
  const links = linksOf(parse(text));
  return links && chosen(links);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON at all
  }
}

function linksOf(value: unknown): Link[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const links: unknown = 'links' in value ? value.links : [];
  if (!Array.isArray(links)) return undefined;
  return links.flatMap((link: unknown) =>
    typeof link === 'object' && link !== null && 'rel' in link && 'href' in link
      ? [{ rel: link.rel, href: link.href }]
      : [],
  );
}

function chosen(links: readonly Link[]): AlternativeConnections {
  const of = (rel: string, protocol: string): string[] =>
    links
      .filter((link) => link.rel === `${NS}:${rel}`)
      .flatMap(({ href }) => addressOf(href, protocol) ?? [])
      .slice(0, MOST);
  return { websocket: of('websocket', 'wss:'), bosh: of('xbosh', 'https:') };
}

/** #httpbizrules 1: only what TLS protects. Names and passwords have no place in such an address, nor has a fragment. */
function addressOf(href: unknown, protocol: string): string | undefined {
  if (typeof href !== 'string' || href.length > LONGEST || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.protocol !== protocol || url.username !== '' || url.password !== '' || url.hash !== '')
    return undefined;
  return url.href;
}
