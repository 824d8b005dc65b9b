/**
 * XML elements as the rest of the program sees them: namespace-resolved, immutable, without prefixes.
 * Owns building, reading and serialising; parsing lives in transport/parser.ts, and nothing here throws on odd input.
 */

/** An XML element. `ns` is the resolved namespace, `attrs` has no prototype and holds no `xmlns`. */
export interface Element {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

type AttributeValue = string | number | boolean | undefined;
type Child = Element | string | undefined | false | readonly Child[];

/** Namespace of stanzas on a client stream (RFC 6120 §4.8.2). */
export const NS_CLIENT = 'jabber:client';
/** Namespace of stream-level elements (RFC 6120 §4.8.1). */
export const NS_STREAM = 'http://etherx.jabber.org/streams';

/**
 * Builds an element. Attributes that are `undefined` and children that are `undefined` or `false` are left out,
 * so optional parts can be written in place.
 */
export function xml(
  name: string,
  ns: string,
  attrs: Readonly<Record<string, AttributeValue>> = {},
  ...children: Child[]
): Element {
  const kept: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) kept[key] = String(value);
  }
  const flat: (Element | string)[] = [];
  const add = (child: Child): void => {
    if (child === undefined || child === false) return;
    if (typeof child === 'string') {
      if (child !== '') flat.push(child);
    } else if (isList(child)) child.forEach(add);
    else flat.push(child);
  };
  children.forEach(add);
  return { name, ns, attrs: kept, children: flat };
}

function isList(child: Element | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}

/** Builds a `<message/>`, `<presence/>` or `<iq/>` in the client namespace. */
export function stanza(
  name: 'message' | 'presence' | 'iq',
  attrs: Readonly<Record<string, AttributeValue>>,
  ...children: Child[]
): Element {
  return xml(name, NS_CLIENT, attrs, ...children);
}

/** A copy of `element` with other attributes set; `undefined` removes one. */
export function withAttributes(element: Element, attrs: Readonly<Record<string, AttributeValue>>): Element {
  return { ...xml(element.name, element.ns, { ...element.attrs, ...attrs }), children: element.children };
}

/** True when the element has this name and namespace. */
export function is(element: Element, name: string, ns: string): boolean {
  return element.name === name && element.ns === ns;
}

/** The child elements, optionally only those of one namespace and name. */
export function childElements(element: Element, name?: string, ns?: string): Element[] {
  return element.children.filter(
    (child): child is Element =>
      typeof child !== 'string' &&
      (name === undefined || child.name === name) &&
      (ns === undefined || child.ns === ns),
  );
}

/** The first child of this name and namespace (the parent's namespace when none is given). */
export function child(element: Element, name: string, ns: string = element.ns): Element | undefined {
  return element.children.find(
    (candidate): candidate is Element =>
      typeof candidate !== 'string' && candidate.name === name && candidate.ns === ns,
  );
}

/** The direct character data of an element, concatenated. */
export function textOf(element: Element): string {
  return element.children.filter((part) => typeof part === 'string').join('');
}

/** The direct character data of the first child of this name, or `undefined` without such a child. */
export function childText(element: Element, name: string, ns?: string): string | undefined {
  const found = child(element, name, ns);
  return found && textOf(found);
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

// Characters that XML 1.0 (§2.2) cannot carry at all, lone surrogates included. Sending one would end the stream,
// so they become U+FFFD here, the last place that every outgoing text passes.
const UNSENDABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSENDABLE, '\uFFFD')
    .replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}

function escapeAttribute(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSENDABLE, '\uFFFD')
    .replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Serialises an element as it goes on the wire; `inherited` is the default namespace in force around it. */
export function serialize(element: Element, inherited: string = NS_CLIENT): string {
  let out = `<${element.name}`;
  if (element.ns !== inherited) out += ` xmlns="${escapeAttribute(element.ns)}"`;
  for (const key in element.attrs) out += ` ${key}="${escapeAttribute(element.attrs[key] ?? '')}"`;
  if (element.children.length === 0) return `${out}/>`;
  out += '>';
  for (const part of element.children) {
    out += typeof part === 'string' ? escapeText(part) : serialize(part, element.ns);
  }
  return `${out}</${element.name}>`;
}
