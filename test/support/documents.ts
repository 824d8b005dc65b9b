/** Documents for parsers, from a seed: streams by the grammar of XML with everything odd that it allows, and damage. */

type Random = () => number;

export const STREAM_OPEN =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const STREAM_CLOSE = '</stream:stream>';

const PREFIXES = ['', '', '', 'a', 'b', 'stream', 'xml'];
const LOCALS = [
  'message',
  'body',
  'x',
  'iq',
  'a',
  'b',
  'item',
  '_',
  'a-1.2',
  'été',
  'c',
  'd',
  'to',
  'from',
  'id',
];
const ODD_LOCALS = ['xmlns', 'xml', ':', 'a:b', ''];
const NAMESPACES = [
  'jabber:client',
  'urn:a',
  'urn:b',
  'urn:a&amp;b',
  '',
  'http://www.w3.org/XML/1998/namespace',
];
const SPACES = ['', '', '', ' ', '\n', '\t ', '\r\n', '\r'];
const TEXTS = [
  ...[
    'hello',
    'é日本😀',
    ' ',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ']',
    ']]',
    '>',
    '"',
    "'",
    '\u0085\u2028',
    '\uFFFD',
    '\u{10FFFF}',
  ],
  ...[
    '&amp;',
    '&lt;',
    '&gt;',
    '&quot;',
    '&apos;',
    '&#65;',
    '&#x1F600;',
    '&#13;',
    '&#0000065;',
    '&#xD7FF;',
    '&#9;',
  ],
  ...['<![CDATA[x]]>', '<![CDATA[]]]]>', '<![CDATA[<a>&b;\r\n]]>', '<![CDATA[]]>'],
];
/** Each of them is an error, or forbidden, almost wherever it stands. */
export const POISON = [
  ...[
    '<',
    '>',
    '/',
    '&',
    "'",
    '"',
    '=',
    ' ',
    ':',
    ']]>',
    '<![CDATA[',
    '<!--',
    '<!-- x -->',
    '<?x?>',
    '<?xml',
    '?>',
  ],
  ...[
    '<!DOCTYPE a>',
    '<!',
    '&#0;',
    '&#x110000;',
    '&#xD800;',
    '&x;',
    '&amp',
    '&#;',
    '&#x;',
    '&#X41;',
    '\0',
    '\u0001',
  ],
  ...[
    '\uFFFE',
    '\uFFFF',
    '\uFEFF',
    'xmlns=""',
    " xmlns:a=''",
    " xmlns:xml='urn:a'",
    " xmlns:xmlns='urn:a'",
    '<a:b:c/>',
  ],
  ...[
    " a='1' a='2'",
    " xmlns='http://www.w3.org/2000/xmlns/'",
    '</message>',
    '</stream:stream>',
    '<a/>',
    '<:a/>',
    '<a:/>',
  ],
  ...["<?xml version='1.0'?>", 'ÿ', '\u00B7', '\u0300', '\u{10000}', '0', '-', '.'],
];
const BYTES = [
  [0x80],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
  [0xe6, 0x97],
];

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[below(random, list.length)];
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

function repeat(random: Random, most: number, make: () => string): string {
  return Array.from({ length: below(random, most + 1) }, make).join('');
}

/** Mostly valid: prefixes are usually declared, attributes usually differ. */
function element(random: Random, depth: number): string {
  const space = (): string => pick(random, SPACES);
  const prefix = pick(random, PREFIXES);
  const local = (): string => pick(random, random() < 0.02 ? ODD_LOCALS : LOCALS);
  const name = (prefix === '' || prefix === 'xml' ? '' : `${prefix}:`) + local();
  const written = new Set<string>();
  const attribute = (): string => {
    const of = pick(random, PREFIXES);
    const attributeName = (of === '' ? '' : `${of}:`) + local();
    // Twice is an error, and so interesting only now and then.
    if (written.has(attributeName) && random() < 0.95) return '';
    written.add(attributeName);
    const quote = pick(random, ['"', "'"]);
    const value = repeat(random, 2, () => pick(random, TEXTS))
      .replaceAll('<![CDATA[', '')
      .replaceAll(/[<"']/g, '');
    return ` ${space()}${attributeName}${space()}=${space()}${quote}${value}${quote}`;
  };
  const declaration = (): string =>
    ` ${pick(random, ['xmlns', 'xmlns:a', 'xmlns:b'])}='${pick(random, NAMESPACES)}'`;
  const declarations = random() < 0.9 ? " xmlns:a='urn:a' xmlns:b='urn:b'" : repeat(random, 2, declaration);
  const attributes = declarations + repeat(random, 3, attribute);
  if (random() < 0.2) return `<${name}${attributes}${space()}/>`;
  const content = (): string =>
    depth > 0 && random() < 0.5 ? element(random, depth - 1) : pick(random, TEXTS);
  return `<${name}${attributes}${space()}>${repeat(random, 4, content)}</${name}${space()}>`;
}

/** A whole stream. */
export function randomDocument(random: Random): Buffer {
  const declaration = pick(random, [
    ...['', '', "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8"?>\n'],
    ..."<?xml version='1.0' encoding='utf-8' standalone='yes' ?>|<?xml version='1.1'?>|<?xml version='1.0' encoding='latin1'?>".split(
      '|',
    ),
  ]);
  const content = (): string => pick(random, SPACES) + element(random, below(random, 4));
  return Buffer.from(
    `${declaration}${STREAM_OPEN}${repeat(random, 3, content)}${STREAM_CLOSE}${pick(random, SPACES)}`,
  );
}

/** The bytes with one to `most` injuries: some changed, lost, doubled, moved, or joined by something nasty. */
export function damage(random: Random, original: Buffer, most: number): Buffer {
  let bytes = original;
  for (let count = 1 + below(random, most); count > 0; count -= 1) {
    const at = below(random, bytes.length + 1);
    const length = below(random, random() < 0.5 ? 3 : 40);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at);
    const from = below(random, original.length);
    const kinds = [
      (): Buffer[] => [before, Buffer.from([below(random, random() < 0.9 ? 128 : 256)]), after.subarray(1)],
      (): Buffer[] => [before, after.subarray(length)],
      (): Buffer[] => [before, after.subarray(0, length), after],
      (): Buffer[] => [before, original.subarray(from, from + below(random, 200)), after],
      (): Buffer[] => [before, Buffer.from(pick(random, POISON)), after],
      (): Buffer[] => [before, Buffer.from(pick(random, POISON)), after],
      (): Buffer[] => [before, Buffer.from(random() < 0.3 ? pick(random, BYTES) : 'é'), after],
    ];
    bytes = Buffer.concat(pick(random, kinds)());
  }
  return bytes;
}

/** The bytes in pieces of random sizes: seldom tiny ones, which cost the most time. */
export function cut(random: Random, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  const most = pick(random, random() < 0.05 ? [2, 20] : [200, 1_400, 65_536]);
  for (let at = 0; at < bytes.length;) {
    const size = 1 + below(random, most);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
