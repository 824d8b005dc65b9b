/**
 * Turns the bytes of one XML stream into stanzas, strictly: what RFC 6120 §11 forbids ends the stream, as do limits
 * on size, depth, attributes and elements. It owns no socket and answers nothing; violations are thrown.
 */
import { SaxesParser } from 'saxes';
import type { SaxesTagNS } from 'saxes';
import { NS_CLIENT, NS_STREAM } from '../xml.ts';
import type { Element } from '../xml.ts';

/** Bounds of what one stanza may cost us. Sizes are in bytes on the wire. */
export interface ParserLimits {
  readonly stanzaBytes: number;
  /** Levels of nesting below the stream's root. */
  readonly depth: number;
  /** Attributes of one element. */
  readonly attributes: number;
  /** Elements in one stanza, itself included. */
  readonly elements: number;
}

/** A roster or archive stanza of real servers stays far below all of these. */
export const limitsBeforeLogin: ParserLimits = {
  stanzaBytes: 64 * 1024,
  depth: 128,
  attributes: 64,
  elements: 20_000,
};
export const limitsAfterLogin: ParserLimits = { ...limitsBeforeLogin, stanzaBytes: 1024 * 1024 };

export interface ParserEvents {
  /** The stream header, without children. */
  start(header: Element): void;
  /** A complete child of the stream's root. */
  element(element: Element): void;
  /** The stream's root was closed. */
  end(): void;
}

/** What came is not a stream that we go on with; `condition` is the stream error to send (RFC 6120 §4.9.3). */
export class StreamViolation extends Error {
  override readonly name = 'StreamViolation';
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}

/** Thrown out of the tokenizer to make it stop in the middle of a chunk. */
const STOP = new Error('stop');

interface OpenElement {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Record<string, string>;
  readonly children: (Element | string)[];
}

/** RFC 6120 §4.9.3: the specific conditions are recommended over `bad-format`. */
function conditionOf(message: string): string {
  if (/entity|doctype|processing instruction|comment/.test(message)) return 'restricted-xml';
  if (/unbound namespace prefix/.test(message)) return 'bad-namespace-prefix';
  return 'not-well-formed';
}

/**
 * Saxes with the handlers that only refuse. They are set on the prototype, because each one set on an instance is a
 * property, and beyond six of them V8 gives up on the fast form of the object: parsing is then four times slower.
 */
class Tokenizer extends SaxesParser<{ xmlns: true; defaultXMLVersion: '1.0'; forceXMLVersion: true }> {}
for (const [event, name] of [
  ['doctype', 'a document type declaration'],
  ['comment', 'a comment'],
  ['processinginstruction', 'a processing instruction'],
] as const) {
  Tokenizer.prototype.on(event, () => {
    throw new StreamViolation('restricted-xml', `${name} in the stream`);
  });
}

/** A parser for one stream; a restarted stream (RFC 6120 §4.3.3) needs a new one. */
export class StreamParser {
  /** May be replaced at any time, as the limits differ before and after authentication. */
  limits: ParserLimits;
  readonly #events: ParserEvents;
  readonly #sax = new Tokenizer({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  // `fatal`: a broken byte sequence must never become U+FFFD; `ignoreBOM`: bytes are not swallowed silently.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #open: OpenElement[] = [];
  #isStarted = false;
  #isStopped = false;
  #refusesRest = false;
  #attributes = 0;
  #elements = 0;
  /** Bytes of the current stanza that were measured so far. */
  #size = 0;
  /** Positions count UTF-16 units since the start of the stream. */
  #measured = 0;
  #chunk = '';
  #chunkStart = 0;
  #chunkIsAscii = true;
  /**
   * Saxes reports an element as closed before it checks that the closing name fits. So a completed stanza waits here
   * for the next sign of life (or the end of the chunk) that proves the check was passed.
   */
  #completed: Element | 'end' | undefined;
  #completedAt = 0;

  constructor(events: ParserEvents, limits: ParserLimits = limitsBeforeLogin) {
    this.#events = events;
    this.limits = limits;
    const sax = this.#sax;
    sax.on('error', (error) => {
      if (error.message.includes('unexpected close tag')) this.#completed = undefined;
      throw new StreamViolation(conditionOf(error.message), error.message);
    });
    sax.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > this.limits.attributes) {
        throw new StreamViolation('policy-violation', 'an element has too many attributes');
      }
    });
    sax.on('opentag', (tag) => {
      this.#openTag(tag);
    });
    sax.on('closetag', () => {
      this.#closeTag();
    });
    sax.on('text', (text) => {
      this.#text(text);
    });
    sax.on('cdata', (text) => {
      this.#text(text);
    });
  }

  /** True once the header of the stream was seen: whatever speaks there speaks XMPP. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /**
   * Parses the next bytes and reports what they completed. Bytes after the end of the stream are ignored.
   * @throws StreamViolation when they break a rule or a limit; the parser must not be used afterwards.
   */
  write(bytes: Uint8Array): void {
    if (this.#isStopped) return;
    this.#chunkStart += this.#chunk.length;
    this.#chunk = '';
    try {
      this.#chunk = this.#decode(bytes);
      if (this.#chunk === '') return;
      this.#chunkIsAscii = this.#chunk.length === bytes.length;
      this.#sax.write(this.#chunk);
      this.#deliver();
      this.#measure(this.#chunkStart + this.#chunk.length);
    } catch (error) {
      if (error === STOP) return;
      // The stanza before the violation was in order, and is reported wherever the bytes happened to be split.
      if (error instanceof StreamViolation && !this.#mayGoOn()) return;
      this.#isStopped = true;
      throw error;
    }
  }

  /**
   * Ends parsing, also from within an event: nothing more is reported.
   * @param rest what to do with data in the same chunk: `refuse` makes it a violation, because it was sent before the
   * other side could know what we answer (RFC 6120 §5.4.3.3 and §6.3.2 restart the stream)
   */
  stop(rest: 'ignore' | 'refuse' = 'ignore'): void {
    this.#isStopped = true;
    this.#refusesRest = rest === 'refuse';
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new StreamViolation('unsupported-encoding', 'the stream is not valid UTF-8');
    }
  }

  #deliver(): void {
    const completed = this.#completed;
    if (completed === undefined) return;
    this.#completed = undefined;
    if (completed === 'end') {
      this.#isStopped = true;
      this.#events.end();
      throw STOP;
    }
    this.#events.element(completed);
    if (!this.#isStopped) return;
    if (this.#refusesRest && /[^ \t\r\n]/.test(this.#chunk.slice(this.#completedAt - this.#chunkStart))) {
      throw new StreamViolation('bad-format', 'data was sent ahead of the restart of the stream');
    }
    throw STOP;
  }

  /** Delivers what waits; false when that ended the stream, so that nothing behind it counts. */
  #mayGoOn(): boolean {
    try {
      this.#deliver();
      return true;
    } catch (error) {
      if (error !== STOP) throw error;
      return false;
    }
  }

  /** Adds the bytes up to this position to the size of the current stanza. */
  #measure(position: number): void {
    if (position > this.#measured) {
      const from = Math.max(this.#measured, this.#chunkStart) - this.#chunkStart;
      const to = position - this.#chunkStart;
      this.#size += this.#chunkIsAscii ? to - from : Buffer.byteLength(this.#chunk.slice(from, to));
      this.#measured = position;
    }
    if (this.#size > this.limits.stanzaBytes) {
      throw new StreamViolation(
        'policy-violation',
        `a stanza is larger than ${this.limits.stanzaBytes} bytes`,
      );
    }
  }

  #openTag(tag: SaxesTagNS): void {
    this.#attributes = 0;
    this.#deliver();
    const element = { name: tag.local, ns: tag.uri, attrs: attributesOf(tag), children: [] };
    if (!this.#isStarted) {
      this.#start(element, tag);
      return;
    }
    this.#open.push(element);
    this.#elements += 1;
    if (this.#open.length > this.limits.depth) {
      throw new StreamViolation('policy-violation', `elements are nested deeper than ${this.limits.depth}`);
    }
    if (this.#elements > this.limits.elements) {
      throw new StreamViolation(
        'policy-violation',
        `a stanza has more than ${this.limits.elements} elements`,
      );
    }
  }

  #start(header: Element, tag: SaxesTagNS): void {
    const contentNamespace = tag.ns[''];
    const { encoding } = this.#sax.xmlDecl;
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      throw new StreamViolation('unsupported-encoding', 'the stream claims an encoding other than UTF-8');
    }
    if (header.name !== 'stream' || header.ns !== NS_STREAM) {
      throw new StreamViolation('invalid-namespace', 'the document is not an XML stream');
    }
    if (contentNamespace !== NS_CLIENT) {
      throw new StreamViolation('invalid-namespace', 'the stream does not carry client stanzas');
    }
    this.#isStarted = true;
    this.#measure(this.#sax.position);
    this.#size = 0;
    this.#events.start(header);
    if (this.#isStopped) throw STOP;
  }

  #closeTag(): void {
    this.#deliver();
    const element = this.#open.pop();
    this.#completedAt = this.#sax.position;
    if (element === undefined) {
      this.#completed = 'end';
      return;
    }
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      parent.children.push(element);
      return;
    }
    this.#measure(this.#completedAt);
    this.#size = 0;
    this.#elements = 0;
    this.#completed = element;
  }

  #text(text: string): void {
    this.#deliver();
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      // Whitespace between stanzas is a keep-alive (RFC 6120 §4.6.1); other text has no meaning there.
      if (/[^ \t\r\n]/.test(text)) throw new StreamViolation('bad-format', 'text between stanzas');
      return;
    }
    const { children } = parent;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + text;
    else if (text !== '') children.push(text);
  }
}

/**
 * Attributes without a namespace under their name, and those of the `xml` namespace as `xml:…`. XMPP defines no
 * others, and leaving them out keeps `a:from` from ever being taken for `from`.
 */
function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const attrs = Object.create(null) as Record<string, string>;
  for (const key in tag.attributes) {
    const attribute = tag.attributes[key];
    if (attribute === undefined || key === 'xmlns') continue;
    if (attribute.prefix === '' || attribute.prefix === 'xml') attrs[attribute.name] = attribute.value;
  }
  return attrs;
}

const CLIENT_STREAM = `<stream:stream xmlns="${NS_CLIENT}" xmlns:stream="${NS_STREAM}">`;

/** Reads back one stanza that `serialize` wrote; `undefined` when the text is not exactly one well-formed element. */
export function parseStanza(text: string): Element | undefined {
  const found: Element[] = [];
  let ends = 0;
  const parser = new StreamParser(
    { start: () => undefined, element: (element) => found.push(element), end: () => ends++ },
    limitsAfterLogin,
  );
  try {
    parser.write(Buffer.from(`${CLIENT_STREAM}${text}</stream:stream>`));
  } catch (error) {
    if (error instanceof StreamViolation) return undefined;
    throw error;
  }
  return ends === 1 && found.length === 1 ? found[0] : undefined;
}
