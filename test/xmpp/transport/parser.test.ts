import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  StreamParser,
  StreamViolation,
  limitsAfterLogin,
  limitsBeforeLogin,
  parseStanza,
} from '../../../electron/xmpp/transport/parser.ts';
import type { ParserLimits } from '../../../electron/xmpp/transport/parser.ts';
import { serialize, xml } from '../../../electron/xmpp/xml.ts';
import type { Element } from '../../../electron/xmpp/xml.ts';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='a.test' version='1.0'>";

interface Seen {
  header?: Element;
  elements: Element[];
  ended: boolean;
}

function parse(chunks: Iterable<Uint8Array>, limits: ParserLimits = limitsAfterLogin): Seen {
  const seen: Seen = { elements: [], ended: false };
  const parser = new StreamParser(
    {
      start: (header) => (seen.header = header),
      element: (element) => seen.elements.push(element),
      end: () => (seen.ended = true),
    },
    limits,
  );
  for (const chunk of chunks) parser.write(chunk);
  return seen;
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** What was delivered before the violation, and its condition. */
function violation(text: string | Buffer, limits?: ParserLimits): { condition: string; delivered: number } {
  const seen: Element[] = [];
  const parser = new StreamParser(
    { start: () => undefined, element: (element) => seen.push(element), end: () => undefined },
    limits,
  );
  try {
    parser.write(Buffer.concat([Buffer.from(HEADER), Buffer.from(text)]));
  } catch (error) {
    if (error instanceof StreamViolation) return { condition: error.condition, delivered: seen.length };
    throw error;
  }
  return { condition: 'none', delivered: seen.length };
}

describe('a well-formed stream', () => {
  const document = `${HEADER}
    <message xmlns:a='urn:a' from='bob@b.test/r' xml:lang='ar' a:from='mallory@evil.example'>
      <body>日本語😀é &lt;&amp;&#x1F600;<![CDATA[<x> & y]]></body>
      <a:x><y/><z xmlns='urn:z' __proto__='p' constructor='c'/></a:x>
    </message> <presence/></stream:stream>`;
  const bytes = Buffer.from(document);

  it('yields resolved elements', () => {
    const seen = parse([bytes]);
    expect(seen.header).toEqual(
      xml('stream', 'http://etherx.jabber.org/streams', { id: 's1', from: 'a.test', version: '1.0' }),
    );
    expect(seen.ended).toBe(true);
    expect(seen.elements).toHaveLength(2);
    const [message, presence] = seen.elements;
    expect(presence).toEqual(xml('presence', 'jabber:client'));
    expect({ ...message?.attrs }).toEqual({ from: 'bob@b.test/r', 'xml:lang': 'ar' });
    const parts = message?.children.filter((part) => typeof part !== 'string');
    expect(parts).toEqual([
      xml('body', 'jabber:client', {}, '日本語😀é <&😀<x> & y'),
      xml(
        'x',
        'urn:a',
        {},
        xml('y', 'jabber:client'),
        xml('z', 'urn:z', JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, string>),
      ),
    ]);
    expect(Object.getPrototypeOf(message?.attrs)).toBeNull();
  });

  it('is the same at every single split and byte by byte', () => {
    const whole = parse([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    expect(parse([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('ignores what follows the end of the stream', () => {
    expect(parse([Buffer.from(`${HEADER}</stream:stream><message/>`), Buffer.from('<<<')])).toMatchObject({
      elements: [],
      ended: true,
    });
  });

  it('normalises line ends, also when split', () => {
    const seen = parse([Buffer.from(`${HEADER}<a>1\r`), Buffer.from('\n2\r'), Buffer.from('3</a>')]);
    expect(seen.elements).toEqual([xml('a', 'jabber:client', {}, '1\n2\n3')]);
  });
});

describe('a broken or hostile stream', () => {
  it.each([
    ['mismatched close', '<message><body></message>', 'not-well-formed', 0],
    ['mismatched close of a stanza', '<message></presence>', 'not-well-formed', 0],
    ['wrong close of the stream', '</stream:strea>', 'not-well-formed', 0],
    ['duplicate attribute', "<message a='1' a='2'/>", 'not-well-formed', 0],
    [
      'duplicate attribute by namespace',
      "<m xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>",
      'not-well-formed',
      0,
    ],
    ['unbound prefix', '<x:message/>', 'bad-namespace-prefix', 0],
    ['unbound prefix of an attribute', "<message x:a='1'/>", 'bad-namespace-prefix', 0],
    ['comment', '<presence/><!-- hello --><message/>', 'restricted-xml', 1],
    ['processing instruction', '<?php 1 ?><message/>', 'restricted-xml', 0],
    ['document type', "<!DOCTYPE a [<!ENTITY b 'c'>]><message/>", 'restricted-xml', 0],
    ['undefined entity', '<message>&foo;</message>', 'restricted-xml', 0],
    ['undefined entity in an attribute', "<message a='&foo;'/>", 'restricted-xml', 0],
    ['character reference to NUL', '<message>&#0;</message>', 'restricted-xml', 0],
    ['NUL', '<message>\0</message>', 'not-well-formed', 0],
    ['control character', '<message>\u0001</message>', 'not-well-formed', 0],
    ['noncharacter', '<message>\uFFFF</message>', 'not-well-formed', 0],
    ['second XML declaration', "<?xml version='1.0'?>", 'not-well-formed', 0],
    ['text between stanzas', '<presence/>hello<message/>', 'bad-format', 1],
    ['less-than in an attribute', "<message a='<'/>", 'not-well-formed', 0],
    ['unquoted attribute', '<message a=1/>', 'not-well-formed', 0],
    ['attributes without space', "<message a='1'b='2'/>", 'not-well-formed', 0],
    ['end of CDATA in text', '<message>]]></message>', 'not-well-formed', 0],
  ])('%s', (_name, text, condition, delivered) => {
    expect(violation(text)).toEqual({ condition, delivered });
  });

  it.each([
    ['lone continuation', [0x80]],
    ['overlong slash', [0xc0, 0xaf]],
    ['overlong three bytes', [0xe0, 0x80, 0xaf]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut character', [0xe6, 0x97, 0x3c]],
  ])('invalid UTF-8: %s', (_name, bytes) => {
    const text = Buffer.concat([Buffer.from('<message>'), Buffer.from(bytes), Buffer.from('</message>')]);
    expect(violation(text)).toEqual({ condition: 'unsupported-encoding', delivered: 0 });
    for (let cut = 1; cut < text.length; cut += 1) {
      expect(() => parse([Buffer.from(HEADER), text.subarray(0, cut), text.subarray(cut)])).toThrow(
        StreamViolation,
      );
    }
  });

  const billion = `<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>${Array.from(
    { length: 9 },
    (_value, level) => `<!ENTITY lol${level + 1} '${`&lol${level || ''};`.repeat(10)}'>`,
  ).join('')}]>`;
  it.each([
    ['exponential entities', billion],
    ['quadratic entities', `<!DOCTYPE a [<!ENTITY b '${'x'.repeat(20_000)}'>]>`],
    ['external entity over http', "<!DOCTYPE a [<!ENTITY b SYSTEM 'http://127.0.0.1:1/x'>]>"],
    ['external entity of a file', "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"],
    ['external DTD', "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'>"],
  ])('before the header: %s', (_name, prologue) => {
    expect(() => parse([Buffer.from(prologue), Buffer.from(HEADER), Buffer.from('<a>&b;</a>')])).toThrow(
      expect.objectContaining({ condition: 'restricted-xml' }) as Error,
    );
  });

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a web page', '<html><body/></html>'],
    ['another namespace', "<stream:stream xmlns:stream='urn:x' xmlns='jabber:client'>"],
    ['a server stream', HEADER.replace('jabber:client', 'jabber:server')],
    ['another encoding', `<?xml version='1.0' encoding='ISO-8859-1'?>${HEADER.slice(21)}`],
  ])('is not started by %s', (_name, text) => {
    const parser = new StreamParser({
      start: () => expect.fail(),
      element: () => expect.fail(),
      end: () => undefined,
    });
    expect(() => parser.write(Buffer.from(text))).toThrow(StreamViolation);
    expect(parser.isStarted).toBe(false);
  });
});

describe('limits', () => {
  it('counts bytes of a stanza, not characters, and resets at its end', () => {
    const limits = { ...limitsBeforeLogin, stanzaBytes: 200 };
    const fits = `<a>${'é'.repeat(96)}</a>`; // 3 + 192 + 4 = 199 bytes
    expect(parse([Buffer.from(HEADER + fits + fits)], { ...limits, stanzaBytes: 300 }).elements).toHaveLength(
      2,
    );
    expect(violation(fits, limits).condition).toBe('none');
    expect(violation(`<a>${'é'.repeat(97)}</a>`, limits)).toEqual({
      condition: 'policy-violation',
      delivered: 0,
    });
    for (let cut = 1; cut < fits.length; cut += 7) {
      const bytes = Buffer.from(fits);
      expect(
        parse([Buffer.from(HEADER), bytes.subarray(0, cut), bytes.subarray(cut)], {
          ...limits,
          stanzaBytes: 199,
        }).elements,
      ).toHaveLength(1);
    }
  });

  it('refuses a stanza that never ends', () => {
    const parser = new StreamParser({
      start: () => undefined,
      element: () => expect.fail(),
      end: () => undefined,
    });
    parser.write(Buffer.from(`${HEADER}<message><body>`));
    const more = Buffer.alloc(1024, 'x');
    let written = 0;
    expect(() => {
      for (; written < 1000; written += 1) parser.write(more);
    }).toThrow(StreamViolation);
    expect(written).toBe(63);
  });

  it('refuses depth, attributes and elements beyond theirs', () => {
    const nested = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels);
    expect(violation(nested(128)).condition).toBe('none');
    expect(violation(nested(129)).condition).toBe('policy-violation');
    expect(violation('<a>'.repeat(37_000), limitsAfterLogin).condition).toBe('policy-violation');
    const attributes = (count: number): string =>
      `<a ${Array.from({ length: count }, (_value, index) => `a${index}='1'`).join(' ')}/>`;
    expect(violation(attributes(64)).condition).toBe('none');
    expect(violation(attributes(65)).condition).toBe('policy-violation');
    expect(violation(attributes(5_000), limitsAfterLogin).condition).toBe('policy-violation');
    const wide = (count: number): string => `<a>${'<b/>'.repeat(count - 1)}</a>`;
    expect(violation(wide(20_000), limitsAfterLogin).condition).toBe('none');
    expect(violation(wide(20_001), limitsAfterLogin).condition).toBe('policy-violation');
  });
});

describe('stop()', () => {
  function stopping(): { parser: StreamParser; seen: string[] } {
    const seen: string[] = [];
    const parser = new StreamParser({
      start: () => undefined,
      element: (element) => {
        seen.push(element.name);
        if (element.name === 'proceed') parser.stop('refuse');
        if (element.name === 'done') parser.stop();
      },
      end: () => seen.push('end'),
    });
    return { parser, seen };
  }

  it('reports nothing more and accepts white space', () => {
    const { parser, seen } = stopping();
    parser.write(Buffer.from(`${HEADER}<proceed/> \n`));
    parser.write(Buffer.from('<message/>'));
    expect(seen).toEqual(['proceed']);
  });

  it('ignores the rest when there is nothing to protect', () => {
    const { parser, seen } = stopping();
    parser.write(Buffer.from(`${HEADER}<done/><message/><<<`));
    expect(seen).toEqual(['done']);
  });

  it.each(['<message/>', 'x', '<mess', ' \0', '</stream:stream>'])('refuses %j sent along', (along) => {
    const { parser, seen } = stopping();
    expect(() => parser.write(Buffer.from(`${HEADER}<proceed/>${along}`))).toThrow(StreamViolation);
    expect(seen).toEqual(['proceed']);
  });
});

describe('parseStanza()', () => {
  it('reads exactly one element', () => {
    expect(parseStanza("<message to='bob@b.test'><body>é</body></message>")).toEqual(
      xml('message', 'jabber:client', { to: 'bob@b.test' }, xml('body', 'jabber:client', {}, 'é')),
    );
    for (const text of ['', 'x', '<a/><b/>', '<a>', '</stream:stream><a/>', '<a></b>']) {
      expect(parseStanza(text), text).toBeUndefined();
    }
  });
});

describe('properties', () => {
  // Characters that XML can carry; carriage returns are escaped by the serialiser.
  const text = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .map((value) => value.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, ''));
  const name = fc.constantFrom('message', 'body', 'x', 'item', 'été', '日本');
  const attributes = fc.dictionary(fc.constantFrom('to', 'from', 'id', 'xml:lang', '__proto__'), text);
  const element: fc.Arbitrary<Element> = fc.letrec<{ tree: Element }>((tie) => ({
    tree: fc
      .tuple(
        name,
        fc.constantFrom('jabber:client', 'urn:a', 'urn:b&c', ''),
        attributes,
        fc.array(fc.oneof({ depthSize: 'small' }, text, tie('tree')), { maxLength: 4 }),
      )
      .map(([local, ns, attrs, children]) => xml(local, ns, attrs, ...children)),
  })).tree;
  const merged = (tree: Element): Element => {
    const children: (Element | string)[] = [];
    for (const part of tree.children) {
      const last = children.at(-1);
      if (typeof part !== 'string') children.push(merged(part));
      else if (typeof last === 'string') children[children.length - 1] = last + part;
      else children.push(part);
    }
    return { ...tree, children };
  };

  it('reads what was written, at any split', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 5 }), fc.array(fc.nat()), (elements, cuts) => {
        const bytes = Buffer.from(HEADER + elements.map((tree) => serialize(tree)).join('\n'));
        expect(parse(pieces(bytes, cuts)).elements).toEqual(elements.map(merged));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws anything but a violation, and after the same elements at any split', () => {
    const mutation = fc.record({
      at: fc.nat(),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 3 }),
        fc.constantFrom(
          ...['<', '>', '/', '&', "'", '<!--', '<?', ']]>', '<![CDATA[', ' ', ':'].map((t) => Buffer.from(t)),
        ),
      ),
      remove: fc.nat({ max: 4 }),
    });
    const outcome = (chunks: Iterable<Uint8Array>): unknown => {
      const elements: Element[] = [];
      const parser = new StreamParser(
        { start: () => undefined, element: (each) => elements.push(each), end: () => undefined },
        limitsAfterLogin,
      );
      try {
        for (const chunk of chunks) parser.write(chunk);
        return { elements, condition: 'none' };
      } catch (error) {
        expect(error).toBeInstanceOf(StreamViolation);
        // With two faults in one text the cut decides which is found first.
        return { elements, condition: 'some' };
      }
    };
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 3 }),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat()),
        (elements, mutations, cuts) => {
          let bytes = Buffer.from(HEADER + elements.map((tree) => serialize(tree)).join(''));
          for (const { at, bytes: inserted, remove } of mutations) {
            const place = at % (bytes.length + 1);
            bytes = Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place + remove)]);
          }
          expect(outcome(pieces(bytes, cuts))).toEqual(outcome([bytes]));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
