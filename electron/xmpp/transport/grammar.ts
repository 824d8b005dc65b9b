/**
 * The small words of XML 1.0 (5th edition) and Namespaces in XML 1.0: characters, names, references, the declaration.
 * What XMPP takes away from them (RFC 6120 §11) is refused here, too.
 */
import { StreamViolation } from './violation.ts';

/** For what no parser of XML may accept. */
export function malformed(message: string): StreamViolation {
  return new StreamViolation('not-well-formed', message);
}

const CONTROL = /[\0-\x08\x0B\x0C\x0E-\x1F]/;

/** Where the first thing is that XML has no character for (§2.2); -1 without one. Lone surrogates are not looked for. */
export function indexOfNonCharacter(text: string): number {
  // Three questions, because one for all takes several times as long.
  const places = [text.search(CONTROL), text.indexOf('\uFFFE'), text.indexOf('\uFFFF')];
  const found = places.filter((place) => place >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Line ends as XML has them (§2.11). */
export function normalizeLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

export interface QualifiedName {
  /** As it was written. */
  readonly whole: string;
  /** Empty when there is none. */
  readonly prefix: string;
  readonly local: string;
  /** What an attribute of this name is: a declaration of a namespace, one of a foreign namespace, or an ordinary one. */
  readonly kind: 'declaration' | 'foreign' | 'ordinary';
}

const START =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF' +
  '\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME = `[${START}][-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040${START}]*`;
const QUALIFIED_NAME = new RegExp(`^(?:(${NAME}):)?(${NAME})$`, 'u');

/** @throws StreamViolation when the text is no name, or one with more than one colon */
function readName(whole: string): QualifiedName {
  const [, prefix = '', local] = QUALIFIED_NAME.exec(whole) ?? [];
  if (local === undefined) throw malformed('a name is malformed');
  const isOrdinary = prefix === '' ? whole !== 'xmlns' : prefix === 'xml';
  const isDeclaration = prefix === 'xmlns' || whole === 'xmlns';
  return { whole, prefix, local, kind: isOrdinary ? 'ordinary' : isDeclaration ? 'declaration' : 'foreign' };
}

/** A power of two. An honest server uses fewer names, and a hostile one gets no more of our memory. */
const SLOTS = 512;

/** Finds names in texts, and remembers the last of them, because a stream repeats a few. */
export class NameTable {
  readonly #slots = new Array<QualifiedName | undefined>(SLOTS).fill(undefined);

  /**
   * The name that begins at `start`.
   * @returns `undefined` when it may go on at `limit`
   * @throws StreamViolation when there is none
   */
  readAt(text: string, start: number, limit: number): QualifiedName | undefined {
    let end = start;
    let hash = 0;
    for (; end < limit; end += 1) {
      const code = text.charCodeAt(end);
      // Space, `/`, `=` and `>`; everything else is part of the name or an error in it.
      if (code <= 0x20 || code === 0x2f || code === 0x3d || code === 0x3e) break;
      hash = (hash * 31 + code) & 0xfff_ffff;
    }
    if (end >= limit) return undefined;
    const slot = hash & (SLOTS - 1);
    const kept = this.#slots[slot];
    if (kept?.whole.length === end - start && text.startsWith(kept.whole, start)) return kept;
    const name = readName(text.slice(start, end));
    if (name.whole.length <= 64) this.#slots[slot] = name;
    return name;
  }
}

const REFERENCE = /&(?:(lt|gt|amp|quot|apos);|#([0-9]+);|#x([0-9A-Fa-f]+);)?/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The text with its references replaced (§4.1, §4.6).
 * @throws StreamViolation for another entity (RFC 6120 §11.1), and for what is no reference or refers to no character
 */
export function replaceReferences(text: string): string {
  return text.replace(REFERENCE, (_whole, entity?: string, decimal?: string, hexadecimal?: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? '';
    const code = decimal === undefined ? parseInt(hexadecimal ?? '', 16) : Number(decimal);
    if (!isCharacter(code)) throw new StreamViolation('restricted-xml', 'a reference to an unknown entity');
    return String.fromCodePoint(code);
  });
}

function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

// Each space stands for white space.
const DECLARATION = new RegExp(
  String.raw`^<\?xml +version *= *(["'])1\.0\1(?: +encoding *= *(["'])([A-Za-z][\w.-]*)\2)?(?: +standalone *= *(["'])(?:yes|no)\4)? *\?>$`.replaceAll(
    ' ',
    String.raw`[ \t\r\n]`,
  ),
);

/**
 * Judges an XML declaration (§2.8): XMPP has one version and one encoding (RFC 6120 §11.5, §11.6).
 * @throws StreamViolation
 */
export function checkDeclaration(text: string): void {
  const parts = DECLARATION.exec(text);
  if (parts === null) throw malformed('the XML declaration is malformed');
  const encoding = parts[3] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'utf-8') {
    throw new StreamViolation('unsupported-encoding', 'the stream claims an encoding other than UTF-8');
  }
}
