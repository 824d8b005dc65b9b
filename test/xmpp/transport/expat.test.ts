/** Our parser and serialiser beside expat: no document that only one of them accepts, and both see the same in it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitsAfterLogin, parseStanza } from '../../../electron/xmpp/transport/parser.ts';
import { serialize, type Element } from '../../../electron/xmpp/xml.ts';
import { compare } from '../../support/difference.ts';
import { STREAM_OPEN, cut, damage, randomDocument } from '../../support/documents.ts';
import { judge } from '../../support/expat.ts';
import { seededRandom } from '../../support/random.ts';
import { anyElement } from '../../support/xml.ts';

const seed = Number(process.env['WAXWING_SEED'] ?? 20_261_121);

function compareMany(count: number, most: number): Map<string, number> {
  const random = seededRandom(seed);
  const kinds = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const whole = randomDocument(random);
    const document = most === 0 ? whole : damage(random, whole, most);
    const { kind, difference } = compare(cut(random, document));
    if (difference !== undefined) {
      expect.fail(
        `seed ${seed}, document ${index}: ${difference}\n${JSON.stringify(document.toString('latin1'))}`,
      );
    }
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

describe('ours and expat agree', () => {
  it('on documents by the grammar', () => {
    const kinds = compareMany(1_500, 0);
    expect(kinds.get('accepted')).toBeGreaterThan(150);
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['malformed', 'encoding', 'version', 'limit']));
  });

  it('on damaged documents', () => {
    const kinds = compareMany(3_000, 3);
    expect(kinds.get('accepted')).toBeGreaterThan(50);
  });

  it.each([
    [
      'a name of the 5th edition only',
      `${STREAM_OPEN}<a\u203F/></stream:stream>`,
      'names of the 5th edition',
    ],
    ['a byte order mark', `\uFEFF${STREAM_OPEN}</stream:stream>`, 'byte order mark'],
    [
      'an endless declaration',
      `<?xml version='1.0'${' '.repeat(300)}?>${STREAM_OPEN}</stream:stream>`,
      'long declaration',
    ],
    ['a comment', `${STREAM_OPEN}<a><!-- - --></a></stream:stream>`, 'comment'],
    ['a processing instruction', `${STREAM_OPEN}<?a?></stream:stream>`, 'processing instruction'],
    ['no stream', '<a/>', 'no client stream, no stream'],
    ['a server stream', `${STREAM_OPEN.replace('client', 'server')}</stream:stream>`, 'no client stream'],
    ['junk after the end', `${STREAM_OPEN}</stream:stream><<<&\0`, 'accepted'],
    ['a document type without entities', `<!DOCTYPE a>${STREAM_OPEN}</stream:stream>`, 'document type'],
    [
      'a declared entity',
      `<!DOCTYPE a [<!ENTITY b 'c'>]>${STREAM_OPEN}<a>&b;</a></stream:stream>`,
      'document type',
    ],
    ['a reference between stanzas', `${STREAM_OPEN}&#32;<a/>&#10;</stream:stream>`, 'accepted'],
    ['CDATA between stanzas', `${STREAM_OPEN}<![CDATA[x]]></stream:stream>`, 'text between stanzas'],
    ['an end of CDATA in an attribute', `${STREAM_OPEN}<a b=']]>'/></stream:stream>`, 'accepted'],
    ['a greater-than in an attribute', `${STREAM_OPEN}<a b='>' c="/>"/></stream:stream>`, 'accepted'],
    [
      'the xml prefix declared',
      `${STREAM_OPEN}<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/></stream:stream>`,
      'accepted',
    ],
  ])('on %s', (_name, document, kind) => {
    for (let at = 0; at <= document.length; at += 1) {
      const pieces = [document.slice(0, at), document.slice(at)].map((piece) => Buffer.from(piece));
      expect(compare(pieces)).toEqual({ kind });
    }
  });
});

it('both read back what we serialise', () => {
  const merged = (element: Element): Element => {
    const children: (Element | string)[] = [];
    for (const part of element.children) {
      const last = children.at(-1);
      if (typeof part !== 'string') children.push(merged(part));
      else if (typeof last === 'string') children[children.length - 1] = last + part;
      else children.push(part);
    }
    return { ...element, children };
  };
  fc.assert(
    fc.property(anyElement, (element) => {
      const text = serialize(element);
      expect(parseStanza(text)).toEqual(merged(element));
      const { fault, elements } = judge(
        Buffer.from(`${STREAM_OPEN}${text}</stream:stream>`),
        limitsAfterLogin,
      );
      expect(fault).toBeUndefined();
      // Expat's wrapper keeps attributes in plain objects, which lose this one name.
      const known = JSON.stringify(merged(element)).includes('"__proto__"');
      if (!known) expect(elements).toEqual([merged(element)]);
    }),
    { numRuns: 1_000 },
  );
});
