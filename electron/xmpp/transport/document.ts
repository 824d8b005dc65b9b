/**
 * Reads XML that comes as one whole: a frame, the body of an HTTP answer, a file. It is as strict as the stream, since
 * the same parser reads it; where the text came from and what it means is not its business.
 */
import { NS_CLIENT, NS_STREAM } from '../xml.ts';
import type { Element } from '../xml.ts';
import { StreamParser, StreamViolation } from './parser.ts';
import type { ParserLimits } from './parser.ts';

/** A root of a prefix that nobody else uses: what the text does not declare itself is not declared. */
const OPENING = Buffer.from(`<_:stream xmlns="${NS_CLIENT}" xmlns:_="${NS_STREAM}">`);
const CLOSING = Buffer.from('</_:stream>');

/** A declaration (XML 1.0 §2.8) stands at the very beginning, and is short. */
const DECLARATION = /^(?:\xef\xbb\xbf)?<\?xml(?=[ \t\r\n])[^<>]{0,200}\?>[ \t\r\n]*/;
const ENCODING = /encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']/;

/**
 * The one element that these bytes are, without a declaration before it and with nothing but white space around it.
 * @throws StreamViolation when they are anything else
 */
export function readElement(bytes: Uint8Array, limits: ParserLimits): Element {
  if (bytes.length > limits.stanzaBytes) {
    throw new StreamViolation('policy-violation', `more than ${String(limits.stanzaBytes)} bytes`);
  }
  const found: Element[] = [];
  let isEnded = false;
  const events = {
    start: () => undefined,
    element: (element: Element) => found.push(element),
    end: () => {
      isEnded = true;
    },
  };
  const parser = new StreamParser(events, limits);
  const hasEnded = (): boolean => isEnded;
  parser.write(OPENING);
  parser.write(bytes);
  if (!hasEnded()) parser.write(CLOSING);
  else found.length = 0; // it closed what it had not opened
  const [element] = found;
  if (element === undefined || found.length > 1 || !hasEnded()) {
    throw new StreamViolation('not-well-formed', 'this is not exactly one element');
  }
  return element;
}

/**
 * The root element of a whole document, which may begin with a declaration as long as that says UTF-8.
 * @throws StreamViolation as `readElement` does
 */
export function readDocument(bytes: Uint8Array, limits: ParserLimits): Element {
  const beginning = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const declaration = DECLARATION.exec(beginning)?.[0] ?? '';
  const encoding = ENCODING.exec(declaration)?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'utf-8') {
    throw new StreamViolation('unsupported-encoding', 'the document claims an encoding other than UTF-8');
  }
  return readElement(bytes.subarray(declaration.length), limits);
}
