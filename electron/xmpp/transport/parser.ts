/**
 * Turns the bytes of one XML stream into stanzas, strictly: what RFC 6120 §11 forbids ends the stream, as do limits
 * on size, depth, attributes and elements. It owns no socket and answers nothing; violations are thrown.
 */
import { NS_CLIENT, NS_STREAM } from '../xml.ts';
import type { Element } from '../xml.ts';
import { Scanner } from './scanner.ts';
import { Utf8Decoder } from './utf8.ts';
import type { Decoded } from './utf8.ts';
import { StreamViolation } from './violation.ts';

export { StreamViolation } from './violation.ts';

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

interface OpenElement extends Element {
  readonly children: (Element | string)[];
}

/** A parser for one stream; a restarted stream (RFC 6120 §4.3.3) needs a new one. */
export class StreamParser {
  readonly #events: ParserEvents;
  readonly #decoder = new Utf8Decoder();
  readonly #scanner: Scanner;
  /** The elements of the current stanza that are open, the innermost last. */
  readonly #open: OpenElement[] = [];
  #limits: ParserLimits;
  #isStarted = false;
  #isStopped = false;
  #refusesRest = false;
  /** Elements of the current stanza. */
  #elements = 0;
  /** Bytes of the current stanza that were measured so far. */
  #size = 0;
  /** Positions count UTF-16 units since the start of the stream. */
  #measured = 0;
  #chunk: Decoded = { text: '', isAscii: true, isBroken: false };
  #chunkStart = 0;

  constructor(events: ParserEvents, limits: ParserLimits = limitsBeforeLogin) {
    this.#events = events;
    this.#scanner = new Scanner({
      opened: (name, ns, attrs, inner) => {
        this.#opened({ name, ns, attrs, children: [] }, inner);
      },
      closed: () => {
        this.#closed();
      },
      text: (text) => {
        this.#text(text);
      },
    });
    this.#limits = limits;
    this.#scanner.maximumAttributes = limits.attributes;
  }

  /** May be replaced at any time, as the limits differ before and after authentication. */
  get limits(): ParserLimits {
    return this.#limits;
  }

  set limits(limits: ParserLimits) {
    this.#limits = limits;
    this.#scanner.maximumAttributes = limits.attributes;
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
    try {
      this.#chunkStart += this.#chunk.text.length;
      this.#chunk = this.#decoder.decode(bytes);
      const { text, isBroken } = this.#chunk;
      this.#scanner.write(text);
      if (this.#hasStopped()) return;
      this.#measure(this.#chunkStart + text.length);
      if (isBroken) throw new StreamViolation('unsupported-encoding', 'the stream is not valid UTF-8');
    } catch (error) {
      this.stop();
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
    this.#scanner.stop();
  }

  /** @throws StreamViolation when there is more in the chunk, and must not be */
  #hasStopped(): boolean {
    if (!this.#isStopped || !this.#refusesRest) return this.#isStopped;
    const { text, isBroken } = this.#chunk;
    if (isBroken || /[^ \t\r\n]/.test(text.slice(this.#scanner.position - this.#chunkStart))) {
      throw new StreamViolation('bad-format', 'data was sent ahead of the restart of the stream');
    }
    return true;
  }

  /** Counts the bytes up to this position to the current stanza. */
  #measure(position: number): void {
    const from = Math.max(this.#measured, this.#chunkStart) - this.#chunkStart;
    const to = position - this.#chunkStart;
    this.#measured = position;
    const { text, isAscii } = this.#chunk;
    this.#size += isAscii ? to - from : Buffer.byteLength(text.slice(from, to));
    const { stanzaBytes } = this.#limits;
    if (this.#size > stanzaBytes) {
      throw new StreamViolation('policy-violation', `a stanza is larger than ${stanzaBytes} bytes`);
    }
  }

  /** The same for the last of them. A UTF-16 unit takes three bytes at most, so mostly there is nothing to count. */
  #measureEnd(): void {
    const { position } = this.#scanner;
    const from = Math.max(this.#measured, this.#chunkStart);
    if (this.#size + 3 * (position - from) > this.#limits.stanzaBytes) this.#measure(position);
    this.#measured = position;
    this.#size = 0;
    this.#elements = 0;
  }

  #opened(element: OpenElement, inner: string): void {
    if (!this.#isStarted) {
      this.#start(element, inner);
      return;
    }
    const { depth, elements } = this.#limits;
    this.#open[this.#open.length - 1]?.children.push(element);
    this.#open.push(element);
    this.#elements += 1;
    if (this.#open.length > depth) {
      throw new StreamViolation('policy-violation', `elements are nested deeper than ${depth}`);
    }
    if (this.#elements > elements) {
      throw new StreamViolation('policy-violation', `a stanza has more than ${elements} elements`);
    }
  }

  #start(header: Element, contentNamespace: string): void {
    if (header.name !== 'stream' || header.ns !== NS_STREAM) {
      throw new StreamViolation('invalid-namespace', 'the document is not an XML stream');
    }
    if (contentNamespace !== NS_CLIENT) {
      throw new StreamViolation('invalid-namespace', 'the stream does not carry client stanzas');
    }
    this.#isStarted = true;
    this.#measureEnd();
    this.#events.start(header);
  }

  #closed(): void {
    const element = this.#open.pop();
    if (element === undefined) {
      this.stop();
      this.#events.end();
    } else if (this.#open.length === 0) {
      this.#measureEnd();
      this.#events.element(element);
    }
  }

  #text(text: string): void {
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined) {
      // Whitespace between stanzas is a keep-alive (RFC 6120 §4.6.1); other text has no meaning there.
      if (/[^ \t\r\n]/.test(text)) throw new StreamViolation('bad-format', 'text between stanzas');
      return;
    }
    const { children } = parent;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + text;
    else children.push(text);
  }
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
