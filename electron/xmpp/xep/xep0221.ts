/**
 * XEP-0221 Data Forms Media Element, version 1.0. https://xmpp.org/extensions/xep-0221.html
 * Reads what a field of a form refers to. It fetches nothing, and shows nothing.
 */
import { childElements, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:media-element';
/** It appears inside forms: nothing to advertise. */
export const features: readonly string[] = [];

export interface Media {
  /** Where it is to be had, in the author's order: `cid:`, `data:` or `https:`. */
  readonly sources: readonly { readonly type: string; readonly uri: string }[];
  /** Pixels that the author recommends. */
  readonly width?: number;
  readonly height?: number;
}

const MOST_SOURCES = 8;
/** A `data:` address holds the image itself. In characters. */
const LONGEST_SOURCE = 65_536;
const MIME = /^(?:audio|image|video|text|application)\/[\w.+-]{1,64}(?:\s*;.{0,128})?$/u;
const SCHEME = /^(?:cid|data|https):/iu;

/** Reads a `<media/>`; `undefined` when it offers nothing that may be had. */
export function readMedia(element: Element): Media | undefined {
  if (!is(element, 'media', NS)) return undefined;
  const sources = childElements(element, 'uri', NS)
    .slice(0, MOST_SOURCES)
    .flatMap((uri) => {
      const [type = '', address] = [uri.attrs['type']?.toLowerCase(), textOf(uri).trim()];
      const isUsable = MIME.test(type) && SCHEME.test(address) && address.length <= LONGEST_SOURCE;
      return isUsable ? [{ type, uri: address }] : [];
    });
  if (sources.length === 0) return undefined;
  const [width, height] = [readLength(element.attrs['width']), readLength(element.attrs['height'])];
  return { sources, ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
}

export function writeMedia({ sources, width, height }: Media): Element {
  return xml(
    'media',
    NS,
    { width, height },
    sources.map(({ type, uri }) => xml('uri', NS, { type }, uri)),
  );
}

/** An unsigned short (#schema), and no picture without extent. */
function readLength(text: string | undefined): number | undefined {
  const length = /^\d{1,5}$/u.test(text ?? '') ? Number(text) : 0;
  return length > 0 && length <= 65_535 ? length : undefined;
}
