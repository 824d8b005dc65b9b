/**
 * XEP-0386 Bind 2, version 1.1.0. https://xmpp.org/extensions/xep-0386.html
 * Resource binding inside authentication. The address that results is in the `<success/>` around it.
 */
import { child, childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:bind:0';
export const features = [];

/**
 * What a server would enable while it binds (#usecases); `undefined` when it does not offer to bind this way.
 * @param element the `<inline/>` of SASL2
 */
export function readOfferedFeatures(element: Element): string[] | undefined {
  const offer = child(element, 'bind', NS);
  if (offer === undefined) return undefined;
  return childElements(offer, 'inline', NS).flatMap((inline) =>
    childElements(inline, 'feature', NS).map(({ attrs }) => attrs['var'] ?? ''),
  );
}

/** Writes a `<bind/>` (#bind-request). The tag may be seen by everybody: it names the program, never the machine. */
export function writeBind({ tag, enable }: { tag: string; enable: readonly Element[] }): Element {
  return xml('bind', NS, {}, xml('tag', NS, {}, tag), enable);
}
