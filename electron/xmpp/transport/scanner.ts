/**
 * Turns the text of an XML document, as it comes, into opened elements, closed elements and character data. It is strict
 * (XML 1.0 5th edition, Namespaces in XML 1.0) about the subset that XMPP allows (RFC 6120 §11.1), throws a violation at
 * anything else, and takes time linear in the text however that is cut. It knows neither streams nor stanzas.
 */
import {
  NameTable,
  checkDeclaration,
  indexOfNonCharacter,
  isSpace,
  malformed,
  normalizeLines,
  replaceReferences,
} from './grammar.ts';
import { OUTERMOST, declare, namespaceOf } from './namespaces.ts';
import type { Scope } from './namespaces.ts';
import { StreamViolation } from './violation.ts';

export interface ScannerEvents {
  /**
   * Attributes without a namespace come under their name, those of the `xml` namespace under `xml:…`, others not at
   * all: XMPP defines none, and `a:from` shall never be taken for `from`.
   * @param inner the default namespace of what the element contains
   */
  opened(name: string, ns: string, attrs: Readonly<Record<string, string>>, inner: string): void;
  closed(): void;
  /** The next piece of the character data, never empty. */
  text(text: string): void;
}

interface Open {
  /** The name as it was written, which the closing tag has to repeat. */
  readonly tag: string;
  /** What is declared inside. */
  readonly scope: Scope;
}

/** In UTF-16 units: three times what there is to say. */
const MAXIMUM_DECLARATION = 256;
const CDATA = '<![CDATA[';
const CDATA_END = ']]>';
/** Instead of the place of the next markup: what is needed first has not come yet. */
const UNFINISHED = -2;
/** Beyond any text; small enough for V8 to keep it unboxed. */
const NOWHERE = 2 ** 30 - 1;
const NO_ATTRIBUTES: Record<string, string> = Object.freeze(Object.create(null) as Record<string, string>);

/** What makes an unfinished beginning worth another look: in a tag, in its two kinds of quotes, in a reference. */
const STOPS = { '<': /[<>"']/g, '"': /[<"]/g, "'": /[<']/g, '&': /[^#0-9A-Za-z]/g };
const LAYOUT = /[\t\n\r]/g;

const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const CLOSE = 0x3e;
const QUESTION = 0x3f;

export class Scanner {
  /** Of one element, declarations of namespaces included. */
  maximumAttributes = NOWHERE;
  readonly #events: ScannerEvents;
  readonly #names = new NameTable();
  readonly #open: Open[] = [];
  /** What is declared in the innermost open element. */
  #scope = OUTERMOST;
  #isInCdata = false;
  #isStopped = false;
  /** The end of what came, which means nothing without what follows, and how it breaks off. */
  #held = '';
  #stops: keyof typeof STOPS | undefined;
  /** How much text came before the one that is looked at, and how much of that is understood. */
  #before = 0;
  #at = 0;
  // What was found in the text so far, so that each is looked for once: see `#hasReference`.
  #reference = -1;
  #layout = -1;
  #hasCdataEnd = false;

  constructor(events: ScannerEvents) {
    this.#events = events;
  }

  /** How much text is understood, in UTF-16 units; exact within `opened` and `closed`. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** Nothing more is reported. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Takes the next text. What follows the end of the document is ignored.
   * @throws StreamViolation; the scanner must not be used afterwards
   */
  write(chunk: string): void {
    const bad = indexOfNonCharacter(chunk);
    this.#take(bad < 0 ? chunk : chunk.slice(0, bad));
    if (bad >= 0 && !this.#isStopped) throw malformed('something that is no character of XML');
  }

  #take(chunk: string): void {
    if (this.#isStopped || chunk === '') return;
    if (this.#stops !== undefined && !this.#meetsStop(chunk)) {
      this.#held += chunk;
      return;
    }
    const text = this.#held + chunk;
    this.#before += this.#at;
    this.#at = 0;
    this.#stops = undefined;
    this.#reference = -1;
    this.#layout = -1;
    this.#hasCdataEnd = text.includes(CDATA_END);
    this.#scan(text);
    this.#held = text.slice(this.#at);
  }

  /** Looks through a text, once, for what could end the unfinished beginning before it. */
  #meetsStop(text: string): boolean {
    for (let at = 0; this.#stops !== undefined;) {
      const stops: RegExp = STOPS[this.#stops];
      stops.lastIndex = at;
      const stop = stops.exec(text)?.[0];
      if (stop === undefined) return false;
      if (this.#stops === '&' || (stop !== '"' && stop !== "'")) return true;
      this.#stops = this.#stops === '<' ? stop : '<';
      at = stops.lastIndex;
    }
    return true;
  }

  /** Goes through the text as far as it can be understood. */
  #scan(text: string): void {
    let markup = this.#isInCdata ? this.#cdata(text) : text.indexOf('<');
    while (markup !== UNFINISHED) {
      this.#characters(text, markup < 0 ? this.#endOfWhole(text) : markup);
      if (markup < 0) return;
      const next = text.indexOf('<', markup + 1);
      if (!this.#markup(text, markup, next < 0 ? text.length : next)) {
        if (next >= 0) throw malformed('a tag inside of a tag');
        return;
      }
      if (this.#isStopped) return;
      markup = this.#isInCdata ? this.#cdata(text) : next;
    }
  }

  /** Where the character data ends that needs nothing of what follows. */
  #endOfWhole(text: string): number {
    const { length } = text;
    if (text.endsWith('\r')) return length - 1;
    if (text.endsWith(']')) return Math.max(this.#at, text.endsWith(']]') ? length - 2 : length - 1);
    const reference = this.#hasReference(text, this.#at, length) ? text.lastIndexOf('&') : -1;
    STOPS['&'].lastIndex = reference + 1;
    if (reference < this.#at || STOPS['&'].test(text)) return length;
    this.#stops = '&';
    return reference;
  }

  #characters(text: string, end: number): void {
    const start = this.#at;
    if (end === start) return;
    this.#at = end;
    const raw = text.slice(start, end);
    if (this.#open.length === 0) {
      if (/[^ \t\r\n]/.test(raw)) throw malformed('text outside of the document');
      return;
    }
    if (this.#hasCdataEnd && raw.includes(CDATA_END)) throw malformed('the end of no CDATA section');
    const lines = this.#hasLayout(text, start, end) ? normalizeLines(raw) : raw;
    this.#events.text(this.#hasReference(text, start, end) ? replaceReferences(lines) : lines);
  }

  #hasReference(text: string, start: number, end: number): boolean {
    if (this.#reference < start) {
      const found = text.indexOf('&', start);
      this.#reference = found < 0 ? NOWHERE : found;
    }
    return this.#reference < end;
  }

  /** White space other than spaces, which attributes may not contain and texts contain in one form only. */
  #hasLayout(text: string, start: number, end: number): boolean {
    if (this.#layout < start) {
      LAYOUT.lastIndex = start;
      this.#layout = LAYOUT.test(text) ? LAYOUT.lastIndex - 1 : NOWHERE;
    }
    return this.#layout < end;
  }

  /** Takes the rest of a CDATA section and yields where the next markup is, -1 without one. */
  #cdata(text: string): number {
    const start = this.#at;
    const end = this.#hasCdataEnd ? text.indexOf(CDATA_END, start) : -1;
    const isWhole = end >= 0;
    const until = isWhole
      ? end
      : Math.max(start, text.length - (/(?:\]\]?|\r)$/.exec(text.slice(-2))?.[0].length ?? 0));
    this.#at = isWhole ? end + CDATA_END.length : until;
    if (until > start) this.#events.text(normalizeLines(text.slice(start, until)));
    if (!isWhole) return UNFINISHED;
    this.#isInCdata = false;
    return text.indexOf('<', this.#at);
  }

  /** Takes the markup at `start`, which has to end before `limit`; false when it may go on there. */
  #markup(text: string, start: number, limit: number): boolean {
    if (start + 1 >= limit) return false;
    const kind = text.charCodeAt(start + 1);
    if (kind === EXCLAMATION) return this.#section(text, start, limit);
    if (kind === QUESTION) return this.#declaration(text, start, limit);
    try {
      if (kind === SLASH) {
        if (this.#closeTag(text, start, limit)) return true;
      } else if (this.#openTag(text, start, limit)) return true;
      this.#holdTag(text, start);
    } catch (error) {
      // A tag is judged when it is whole, so that the verdict does not depend on how it was cut.
      if (limit < text.length || this.#holdTag(text, start)) throw error;
    }
    return false;
  }

  /** Leaves the tag for later; true when there is no reason to. */
  #holdTag(text: string, start: number): boolean {
    this.#stops = '<';
    return this.#meetsStop(text.slice(start + 1));
  }

  #section(text: string, start: number, limit: number): boolean {
    const seen = text.slice(start, Math.min(limit, start + CDATA.length));
    if (seen.startsWith('<!-')) throw new StreamViolation('restricted-xml', 'a comment');
    if (seen.startsWith('<!D')) throw new StreamViolation('restricted-xml', 'a document type declaration');
    if (!CDATA.startsWith(seen)) throw malformed('markup that there is not');
    if (seen !== CDATA) return false;
    if (this.#open.length === 0) throw malformed('text outside of the document');
    this.#isInCdata = true;
    this.#at = start + CDATA.length;
    return true;
  }

  #declaration(text: string, start: number, limit: number): boolean {
    const seen = text.slice(start, Math.min(limit, start + 6));
    if ('<?xml'.startsWith(seen)) return false;
    if (!/^<\?xml[ \t\r\n]/.test(seen))
      throw new StreamViolation('restricted-xml', 'a processing instruction');
    if (this.#before + start > 0) throw malformed('an XML declaration inside of the document');
    const end = text.indexOf('>', start) + 1;
    const isWhole = end > 0 && end <= limit;
    if ((isWhole ? end : limit) - start > MAXIMUM_DECLARATION) throw malformed('an endless XML declaration');
    if (!isWhole) return false;
    checkDeclaration(text.slice(start, end));
    this.#at = end;
    return true;
  }

  #closeTag(text: string, start: number, limit: number): boolean {
    const open = this.#open[this.#open.length - 1];
    if (open === undefined) throw malformed('the end of no element');
    const nameEnd = start + 2 + open.tag.length;
    if (nameEnd > limit) {
      if (open.tag.startsWith(text.slice(start + 2, limit))) return false;
      throw malformed('an element is closed by another name');
    }
    const at = skipSpace(text, nameEnd, limit);
    const isSame = text.startsWith(open.tag, start + 2) && (at === limit || text.charCodeAt(at) === CLOSE);
    if (!isSame) throw malformed('an element is closed by another name');
    if (at === limit) return false;
    this.#at = at + 1;
    this.#open.pop();
    this.#scope = this.#open[this.#open.length - 1]?.scope ?? OUTERMOST;
    this.#closed();
    return true;
  }

  #closed(): void {
    if (this.#open.length === 0) this.#isStopped = true;
    this.#events.closed();
  }

  #openTag(text: string, start: number, limit: number): boolean {
    const name = this.#names.readAt(text, start + 1, limit);
    if (name === undefined) return false;
    let attrs = NO_ATTRIBUTES;
    let scope = this.#scope;
    let declared: Set<string> | undefined;
    let foreign: { readonly prefix: string; readonly local: string }[] | undefined;
    let at = start + 1 + name.whole.length;
    for (let count = 1; ; count += 1) {
      const afterSpace = skipSpace(text, at, limit);
      if (afterSpace >= limit) return false;
      const next = text.charCodeAt(afterSpace);
      const hadSpace = afterSpace > at;
      at = afterSpace;
      if (next === CLOSE || next === SLASH) break;
      if (!hadSpace) throw malformed('no space before an attribute');
      const key = this.#names.readAt(text, at, limit);
      if (key === undefined) return false;
      at = skipSpace(text, at + key.whole.length, limit);
      if (at >= limit) return false;
      if (text.charCodeAt(at) !== EQUALS) throw malformed('an attribute without a value');
      at = skipSpace(text, at + 1, limit);
      if (at >= limit) return false;
      const quote = text.charCodeAt(at);
      if (quote !== QUOTE && quote !== APOSTROPHE) throw malformed('a value without quotes');
      const end = text.indexOf(quote === QUOTE ? '"' : "'", at + 1);
      if (end < 0 || end >= limit) return false;
      const value = this.#value(text, at + 1, end);
      at = end + 1;
      if (count > this.maximumAttributes) {
        throw new StreamViolation('policy-violation', 'an element has too many attributes');
      }
      if (key.kind === 'ordinary') {
        if (attrs === NO_ATTRIBUTES) attrs = Object.create(null) as Record<string, string>;
        else if (attrs[key.whole] !== undefined) throw malformed('an attribute appears twice');
        attrs[key.whole] = value;
      } else if (key.kind === 'declaration') {
        declared ??= new Set();
        if (declared.has(key.whole)) throw malformed('an attribute appears twice');
        declared.add(key.whole);
        scope = declare(scope, key.prefix === '' ? '' : key.local, value);
      } else (foreign ??= []).push(key);
    }
    const isEmpty = text.charCodeAt(at) === SLASH;
    if (isEmpty) {
      at += 1;
      if (at >= limit) return false;
      if (text.charCodeAt(at) !== CLOSE) throw malformed('a slash inside of a tag');
    }
    if (foreign !== undefined) {
      const names = new Set(foreign.map(({ prefix, local }) => `${local} ${namespaceOf(prefix, scope)}`));
      if (names.size < foreign.length) throw malformed('an attribute appears twice');
    }
    const ns = name.prefix === '' ? scope.defaultNamespace : namespaceOf(name.prefix, scope);
    this.#at = at + 1;
    if (!isEmpty) {
      this.#open.push({ tag: name.whole, scope });
      this.#scope = scope;
    }
    this.#events.opened(name.local, ns, attrs, scope.defaultNamespace);
    if (isEmpty && !this.#isStopped) this.#closed();
    return true;
  }

  /** The value of an attribute (XML 1.0 §3.3.3). */
  #value(text: string, start: number, end: number): string {
    const raw = text.slice(start, end);
    const line = this.#hasLayout(text, start, end) ? raw.replace(/\r\n|[\t\n\r]/g, ' ') : raw;
    return this.#hasReference(text, start, end) ? replaceReferences(line) : line;
  }
}

function skipSpace(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}
