import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asciiDomain,
  bareOf,
  domainOf,
  localOf,
  parseJid,
  readBareJid,
  readFullJid,
  readJid,
  resourceOf,
  withResource,
} from '../../shared/jid.ts';
import { bare } from '../support/xml.ts';

describe('RFC 7622 §3.5, table 1: addresses', () => {
  test.each([
    ['juliet@example.com', { local: 'juliet', domain: 'example.com' }],
    ['juliet@example.com/foo', { local: 'juliet', domain: 'example.com', resource: 'foo' }],
    ['juliet@example.com/foo bar', { local: 'juliet', domain: 'example.com', resource: 'foo bar' }],
    ['juliet@example.com/foo@bar', { local: 'juliet', domain: 'example.com', resource: 'foo@bar' }],
    ['foo\\20bar@example.com', { local: 'foo\\20bar', domain: 'example.com' }],
    ['fussball@example.com', { local: 'fussball', domain: 'example.com' }],
    ['fu\u00DFball@example.com', { local: 'fu\u00DFball', domain: 'example.com' }],
    ['\u03C0@example.com', { local: '\u03C0', domain: 'example.com' }],
    ['\u03A3@example.com/foo', { local: '\u03C3', domain: 'example.com', resource: 'foo' }],
    ['\u03C3@example.com/foo', { local: '\u03C3', domain: 'example.com', resource: 'foo' }],
    ['\u03C2@example.com/foo', { local: '\u03C2', domain: 'example.com', resource: 'foo' }],
    ['king@example.com/\u265A', { local: 'king', domain: 'example.com', resource: '\u265A' }],
    ['example.com', { domain: 'example.com' }],
    ['example.com/foobar', { domain: 'example.com', resource: 'foobar' }],
    ['a.example.com/b@example.net', { domain: 'a.example.com', resource: 'b@example.net' }],
    // Listed in table 2 by mistake: erratum 4560.
    ['juliet@example.com/ foo', { local: 'juliet', domain: 'example.com', resource: ' foo' }],
  ])('%s', (text, parts) => {
    expect(parseJid(text)).toEqual(parts);
  });
});

describe('RFC 7622 §3.5, table 2, and other texts that are no address', () => {
  test.each([
    ['quotation marks in the local part', '"juliet"@example.com'],
    ['space in the local part', 'foo bar@example.com'],
    ['empty local and resource part', '@example.com/'],
    ['Roman numeral, which has a compatibility equivalent', 'henry\u2163@example.com'],
    ['symbol in the local part', '\u265A@example.com'],
    ['empty domain', 'juliet@'],
    ['empty domain before a resource', '/foobar'],
    ['nothing', ''],
    ['only a separator', '@'],
    ['empty resource', 'juliet@example.com/'],
    ['two at signs', 'foo@bar@baz'],
    ['NUL in the local part', 'ju\u0000liet@example.com'],
    ['NUL in the domain', 'juliet@exam\u0000ple.com'],
    ['NUL in the resource', 'juliet@example.com/a\u0000'],
    ['line feed in the resource', 'juliet@example.com/a\nb'],
    ['full-width at sign, which would become a plain one', 'juliet\uFF20evil@example.com'],
    ['full-width slash in the domain', 'juliet@example.com\uFF0Fevil.example'],
    ['full-width at sign in the domain', 'example.com\uFF20evil.example'],
    ['right-to-left override in the local part', 'juliet\u202E@example.com'],
    ['right-to-left override in the domain', 'juliet@ex\u202Eample.com'],
    ['right-to-left override in the resource', 'juliet@example.com/\u202Egpj'],
    ['zero-width space', 'juliet\u200B@example.com'],
    ['word joiner', 'juliet\u2060@example.com'],
    ['soft hyphen', 'juliet\u00AD@example.com'],
    ['lone surrogate', '\uD800@example.com'],
    ['lone surrogate in the resource', 'juliet@example.com/\uD800'],
    ['private use', 'juliet\uE000@example.com'],
    ['unassigned', 'juliet\u0378@example.com'],
    ['noncharacter in the resource', 'juliet@example.com/\uFFFE'],
    ['conjoining jamo', '\u1112\u1161\u11AB\u1112@example.com'],
    ['ideographic space in the local part', 'a\u3000b@example.com'],
    ['bidi rule: left-to-right letter after a right-to-left one', '\u05D0a@example.com'],
    ['bidi rule: a right-to-left part that ends with a sign', '\u05D0-@example.com'],
    ['bidi rule: both kinds of digits', '\u0627\u06601@example.com'],
    ['middle dot outside of l·l', 'a\u00B7b@example.com'],
    ['joiner without context', 'a\u200Db@example.com'],
    ['mixed Arabic digits', 'juliet@example.com/\u0660\u06F0'],
    ['underscore in the domain', 'juliet@exa_mple.com'],
    ['label that starts with a hyphen', 'juliet@-example.com'],
    ['two dots', 'juliet@example..com'],
    ['two final dots', 'juliet@example.com..'],
    ['a dot', 'juliet@.'],
    ['long label', `juliet@${'a'.repeat(64)}.com`],
    ['long name', `juliet@${'abc.'.repeat(64)}com`],
    ['invalid punycode', 'juliet@xn--\u00E4.com'],
    ['A-label of an ASCII name', 'juliet@xn--abc-.com'],
    ['open bracket', 'juliet@[::1'],
    ['IPv6 with a zone', 'juliet@[fe80::1%25eth0]'],
    ['IPv6 of nonsense', 'juliet@[:::]'],
    ['1,024 bytes', `${'a'.repeat(1_024)}@example.com`],
    ['1,024 bytes in 512 characters', `${'\u00E4'.repeat(512)}@example.com`],
    ['long resource', `juliet@example.com/${'a'.repeat(1_024)}`],
    ['very long', `juliet@example.com/${'a'.repeat(1_000_000)}`],
  ])('%s', (_what, text) => {
    expect(parseJid(text)).toBeUndefined();
    expect(bareOf(text)).toBeUndefined();
    expect(readJid(text)).toBeUndefined();
  });
});

describe('preparation', () => {
  test.each([
    ['case', 'ALICE@A.Test/D1', 'alice@a.test/D1'],
    ['width', '\uFF21\uFF4C\uFF49ce@a.test', 'alice@a.test'],
    ['half-width katakana', '\uFF76\uFF9E@a.test', '\u30AC@a.test'],
    ['composition', 'e\u0301@a.test/e\u0301', '\u00E9@a.test/\u00E9'],
    ['spaces of the resource', 'a@a.test/x\u00A0y\u3000z', 'a@a.test/x y z'],
    ['compatibility characters of the resource stay', 'a@a.test/\u2163', 'a@a.test/\u2163'],
    ['A-labels', 'a@XN--FA-HIA.de', 'a@fa\u00DF.de'],
    ['case and width of the domain', 'a@\u00C4\uFF0Etest', 'a@\u00E4.test'],
    ['final dot', 'a@a.test./r', 'a@a.test/r'],
    ['IPv4', 'a@192.0.2.1', 'a@192.0.2.1'],
    ['IPv6', 'a@[2001:DB8:0:0::1]', 'a@[2001:db8::1]'],
    ['capital I with dot', '\u0130@a.test', 'i\u0307@a.test'],
    ['the Catalan l·l', 'l\u00B7l@a.test', 'l\u00B7l@a.test'],
    ['Persian with a joiner', '\u0645\u06CC\u200C\u062E@a.test', '\u0645\u06CC\u200C\u062E@a.test'],
    ['Hebrew', '\u05D0\u05D1\u05F3@a.test', '\u05D0\u05D1\u05F3@a.test'],
    ['a resource newer than our tables', 'a@a.test/\u0378', 'a@a.test/\u0378'],
    // Confusables are other addresses, and stay so (H30).
    ['Cyrillic', '\u0430lice@a.test', '\u0430lice@a.test'],
    ['object keys', '__proto__@constructor.test/hasOwnProperty', '__proto__@constructor.test/hasOwnProperty'],
  ])('%s', (_what, text, prepared) => {
    expect(readJid(text)).toBe(prepared);
  });

  test('the readers tell bare from full', () => {
    expect(readBareJid('Alice@a.test')).toBe('alice@a.test');
    expect(readBareJid('alice@a.test/d1')).toBeUndefined();
    expect(readFullJid('alice@a.test/d1')).toBe('alice@a.test/d1');
    expect(readFullJid('alice@a.test')).toBeUndefined();
    expect(bareOf('Alice@a.test/d1')).toBe('alice@a.test');
    expect([localOf('a.test/d1'), domainOf('x@A.test'), resourceOf('x@a.test/D1')]).toEqual([
      undefined,
      'a.test',
      'D1',
    ]);
    const alice = bare('alice@a.test');
    expect(withResource(alice, 'd1')).toBe('alice@a.test/d1');
    expect(withResource(alice, '')).toBeUndefined();
    expect(asciiDomain('fa\u00DF.de')).toBe('xn--fa-hia.de');
    expect(asciiDomain('[::1]')).toBe('[::1]');
  });
});

test('preparation is idempotent, and nothing throws', () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
  fc.assert(
    fc.property(part, part, part, (local, domain, resource) => {
      for (const text of [local, `${local}@a.test`, `a@${domain}`, `a@a.test/${resource}`]) {
        const jid = readJid(text);
        if (jid !== undefined) expect(readJid(jid)).toBe(jid);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('every code point of the basic plane is prepared once and for all', () => {
  const unstable: string[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    for (const text of [`${character}@a`, `a@a/${character}`]) {
      const jid = readJid(text);
      if (jid !== undefined && readJid(jid) !== jid) unstable.push(text);
    }
  }
  expect(unstable).toEqual([]);
});
