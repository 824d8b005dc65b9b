/**
 * XEP-0338 Jingle Grouping Framework, version 1.0.0. https://xmpp.org/extensions/xep-0338.html
 * Which contents of a session belong together, e.g. share one transport (RFC 9143).
 */
import type { Group } from '../jingle.ts';
import { distinct, LIMITS, readSome, readToken } from '../jingle-grammar.ts';
import { childElements, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:grouping:0';
/** #disco */
export const features = ['urn:ietf:rfc:5888'];

/** Reads a `<group/>`; `undefined` where it groups nothing. Names of contents that there are not are left in. */
export function readGroup(element: Element): Group | undefined {
  const semantics = readToken(element.attrs['semantics']);
  if (!is(element, 'group', NS) || semantics === undefined) return undefined;
  const names = readSome(childElements(element, 'content', NS), LIMITS.contents, ({ attrs }) =>
    readToken(attrs['name']),
  );
  const contents = distinct(names, (name) => name);
  return contents.length === 0 ? undefined : { semantics, contents };
}

export function writeGroup({ semantics, contents }: Group): Element {
  return xml(
    'group',
    NS,
    { semantics },
    contents.map((name) => xml('content', NS, { name })),
  );
}
