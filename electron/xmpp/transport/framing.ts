/**
 * The text that frames a client stream: opening, closing, and the error before closing (RFC 6120 §4.2, §4.4, §4.9), and
 * what takes their place where every element stands alone (RFC 7395 §3, XEP-0206).
 */
import { NS_CLIENT, NS_STREAM, serialize, xml } from '../xml.ts';
import type { Element } from '../xml.ts';

const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

export const STREAM_END = '</stream:stream>';

/** Who talks to whom; `from` belongs into it only when TLS protects it (RFC 6120 §4.7.1). */
export interface StreamHeader {
  readonly to: string;
  readonly from?: string;
}

/** The stream header. */
export function openingTag(attributes: StreamHeader): string {
  const header = xml('stream:stream', '', { ...attributes, version: '1.0' });
  const tag = serialize(header, '').slice(0, -2);
  return `<?xml version='1.0'?>${tag} xmlns="${NS_CLIENT}" xmlns:stream="${NS_STREAM}">`;
}

/** A stream error with the end of the stream, which always follows it (RFC 6120 §4.9.1.1). */
export function streamError(condition: string, application?: Element): string {
  const parts = [
    serialize(xml(condition, NS_STREAM_ERRORS)),
    application === undefined ? '' : serialize(application),
  ];
  return `<stream:error>${parts.join('')}</stream:error>${STREAM_END}`;
}

/** The stream error of a farewell, standing alone; `undefined` when the farewell is only an end. */
export function errorOf(farewell: string): string | undefined {
  const error = farewell.replace(STREAM_END, '');
  return error === ''
    ? undefined
    : error.replace('<stream:error>', `<stream:error xmlns:stream="${NS_STREAM}">`);
}

/** An element that was written as a child of a stream, standing alone: it says its namespace itself. */
export function standAlone(text: string): string {
  const tag = /^<[^>]*>/.exec(text)?.[0] ?? '';
  // Quotation marks inside of attributes are escaped: what looks like a declaration is one.
  return / xmlns=["']/.test(tag) ? text : text.replace(/^<[^\s/>]+/, `$& xmlns="${NS_CLIENT}"`);
}

/** What a transport reports as the header of a stream, where no header is sent. */
export function headerElement(from: string | undefined): Element {
  return xml('stream', NS_STREAM, { from, version: '1.0' });
}
