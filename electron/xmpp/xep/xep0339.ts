/**
 * XEP-0339 Source-Specific Media Attributes in Jingle, version 1.0.1. https://xmpp.org/extensions/xep-0339.html
 * Which sources of RTP packets there are in a medium, and how they belong together (RFC 5576).
 */
import type { Parameter, Source, SourceGroup } from '../jingle.ts';
import { distinct, LIMITS, readNumber, readSome, readText, readToken } from '../jingle-grammar.ts';
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:rtp:ssma:0';
/** #disco */
export const features = ['urn:ietf:rfc:5576'];

const MOST = 0xffffffff;

/** Reads the sources among the children of a `<description/>`. */
export function readSources(description: Element): readonly Source[] {
  return distinct(
    readSome(childElements(description, 'source', NS), LIMITS.sources, (element) => {
      const ssrc = readNumber(element.attrs['ssrc'], 0, MOST);
      // Conversations leaves the namespace of parameters to be that of their parent, Dino writes none.
      const parts = childElements(element).filter(({ name }) => name === 'parameter');
      return ssrc === undefined
        ? undefined
        : { ssrc, parameters: readSome(parts, LIMITS.sourceParameters, readParameter) };
    }),
    ({ ssrc }) => ssrc,
  );
}

function readParameter({ attrs }: Element): Parameter | undefined {
  const name = readToken(attrs['name']);
  if (name === undefined) return undefined;
  if (attrs['value'] === undefined) return { name };
  const value = readText(attrs['value']);
  return value === undefined ? undefined : { name, value };
}

/** Reads how sources belong together; each has to be a number, or the group says something else. */
export function readSourceGroups(description: Element): readonly SourceGroup[] {
  return readSome(childElements(description, 'ssrc-group', NS), LIMITS.sourceGroups, (element) => {
    const semantics = readToken(element.attrs['semantics']);
    const parts = childElements(element, 'source', NS);
    const sources = readSome(parts, LIMITS.sources, ({ attrs }) => readNumber(attrs['ssrc'], 0, MOST));
    const isWhole = sources.length > 0 && sources.length === parts.length;
    return semantics === undefined || !isWhole ? undefined : { semantics, sources };
  });
}

export function writeSources(sources: readonly Source[], groups: readonly SourceGroup[]): Element[] {
  return [
    ...groups.map((group) =>
      xml(
        'ssrc-group',
        NS,
        { semantics: group.semantics },
        group.sources.map((ssrc) => xml('source', NS, { ssrc })),
      ),
    ),
    ...sources.map(({ ssrc, parameters }) =>
      xml(
        'source',
        NS,
        { ssrc },
        // One without a value makes Conversations refuse the whole session; WebRTC knows none.
        parameters.flatMap(({ name, value }) =>
          value === undefined ? [] : [xml('parameter', NS, { name, value })],
        ),
      ),
    ),
  ];
}
