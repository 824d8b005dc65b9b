/**
 * XEP-0428 Fallback Indication, version 0.2.1. https://xmpp.org/extensions/xep-0428.html
 * Says for which extension the body of a message, or a part of it, stands in for programs that do not know it.
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

/** A part of the body, in characters as XEP-0426 counts them: code points. The end is behind its last one. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

/** The parts of the body that stand in for an extension (#overview); one without its two ends says nothing. */
export function readPassages(message: Element, namespace: string): Passage[] {
  return childElements(message, 'fallback', NS)
    .slice(0, MOST)
    .filter(({ attrs }) => attrs['for'] === namespace)
    .flatMap((element) => childElements(element, 'body', NS).slice(0, MOST))
    .flatMap(({ attrs }) => {
      const [start, end] = [readCount(attrs['start']), readCount(attrs['end'])];
      return start === undefined || end === undefined || end <= start ? [] : [{ start, end }];
    });
}

/** `xs:unsignedInt` (#schema). */
function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** @param passage absent: the whole body stands in */
export function writeFallback(namespace: string, passage?: Passage): Element {
  const region = passage && { start: String(passage.start), end: String(passage.end) };
  return xml('fallback', NS, { for: namespace }, xml('body', NS, region ?? {}));
}
