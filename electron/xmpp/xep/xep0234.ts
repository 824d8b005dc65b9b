/**
 * XEP-0234 Jingle File Transfer, version 0.19.1. https://xmpp.org/extensions/xep-0234.html
 * How large a file of a Jingle session is, and from where on it is sent. What it is called and what is in it was said
 * before, in the message that offers it (XEP-0447), which may be encrypted; here it would be in clear.
 */
import { child, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:file-transfer:5';
/** Nobody offers us a file by a session unasked, so there is nothing to say. */
export const features: readonly string[] = [];

export interface TransferredFile {
  /** Bytes. */
  readonly size?: number;
  /** From which byte on it is sent (#range); absent when it is sent whole, and nothing else is spoken of. */
  readonly offset?: number;
}

/** Reads `<description/>`. Numbers that are none are as good as absent, but for an offset: that would be another file. */
export function readDescription(element: Element): TransferredFile | undefined {
  const file = child(element, 'file', NS);
  if (!is(element, 'description', NS) || file === undefined) return undefined;
  const size = countOf(childText(file, 'size', NS)?.trim());
  const range = child(file, 'range', NS);
  const offset = range && countOf(range.attrs['offset'] ?? '0');
  if (range !== undefined && offset === undefined) return undefined;
  return { ...(size !== undefined && { size }), ...(offset !== undefined && { offset }) };
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

export function writeDescription({ size, offset }: TransferredFile): Element {
  const range =
    offset === undefined ? undefined : xml('range', NS, { offset: offset === 0 ? undefined : offset });
  return xml(
    'description',
    NS,
    {},
    xml('file', NS, {}, size !== undefined && xml('size', NS, {}, String(size)), range),
  );
}
