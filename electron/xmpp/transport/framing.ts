/** The text that frames a client stream (RFC 6120 §4.2, §4.4, §4.9): opening, closing, and the error before closing. */
import { NS_CLIENT, NS_STREAM, serialize, xml } from '../xml.ts';
import type { Element } from '../xml.ts';

const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';

export const STREAM_END = '</stream:stream>';

/** The stream header; `from` belongs into it only when TLS protects it (RFC 6120 §4.7.1). */
export function openingTag(attributes: { readonly to: string; readonly from?: string }): string {
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
