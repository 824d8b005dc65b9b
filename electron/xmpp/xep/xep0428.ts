/**
 * XEP-0428 Fallback Indication, version 0.2.1. https://xmpp.org/extensions/xep-0428.html
 * Says for which extension the body of a message stands in, for programs that do not know it.
 */
import { child, childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:fallback:0';
/** An indication asks nothing of the other side. */
export const features: readonly string[] = [];

const MOST = 16;

/** The namespaces for which the whole body stands in (#usecases); a part of the body is another matter. */
export function readFallbacks(message: Element): string[] {
  return childElements(message, 'fallback', NS)
    .slice(0, MOST)
    .flatMap((element) => {
      const body = child(element, 'body', NS);
      const isWhole = childElements(element).length === 0 || (body !== undefined && !('start' in body.attrs));
      const { for: namespace } = element.attrs;
      return isWhole && namespace !== undefined ? [namespace] : [];
    });
}

export function writeFallback(namespace: string): Element {
  return xml('fallback', NS, { for: namespace }, xml('body', NS));
}
