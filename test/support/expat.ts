/**
 * The judge of what XML is: expat, which shares nothing with our parser. It also names, from its own events, everything
 * in a document that XML allows and an XMPP stream does not, so that no difference is explained away.
 */
import { XmlParser } from 'expat-wasm';
import { NS_CLIENT, NS_STREAM, type Element } from '../../electron/xmpp/xml.ts';
import type { ParserLimits } from '../../electron/xmpp/transport/parser.ts';

export interface Judgement {
  /** Present when the document is not well formed up to the end of its element. */
  readonly fault: string | undefined;
  /** What XMPP forbids in it, although it is XML. */
  readonly restrictions: ReadonlySet<Restriction>;
  /** The children of the document element that are elements. */
  readonly elements: readonly Element[];
}

export type Restriction =
  | 'document type' // RFC 6120 §11.1
  | 'comment' // RFC 6120 §11.1
  | 'processing instruction' // RFC 6120 §11.1
  | 'version' // RFC 6120 §11.5
  | 'encoding' // RFC 6120 §11.6
  | 'byte order mark' // RFC 6120 §11.6
  | 'long declaration' // ours
  | 'no stream' // RFC 6120 §4.8.1
  | 'no client stream' // RFC 6120 §4.8.2
  | 'text between stanzas' // RFC 6120 §4.6.1
  | 'limit'; // ours, see ParserLimits

interface OpenElement extends Element {
  readonly children: (Element | string)[];
}

/** What stands between the parts of a name; no document can contain it. */
const SEPARATOR = '\x01';
const NS_XML = 'http://www.w3.org/XML/1998/namespace';

export function judge(document: Uint8Array, limits: ParserLimits): Judgement {
  const restrictions = new Set<Restriction>();
  const elements: Element[] = [];
  const open: OpenElement[] = [];
  let depth = 0;
  let isOver = false as boolean;
  let count = 0;
  let declarations = 0;
  let content = '';
  const restrict = (restriction: Restriction): void => {
    if (!isOver) restrictions.add(restriction);
  };
  const handlers: Readonly<Record<string, (first: never, second: never) => void>> = {
    startDoctypeDecl: () => {
      restrict('document type');
    },
    comment: () => {
      restrict('comment');
    },
    processingInstruction: () => {
      restrict('processing instruction');
    },
    xmlDecl: (version: string, encoding: string) => {
      if (version !== '1.0') restrict('version');
      if (encoding !== '' && encoding.toLowerCase() !== 'utf-8') restrict('encoding');
      if (Buffer.from(document).indexOf('>') >= 256) restrict('long declaration');
    },
    startNamespaceDecl: (prefix: string, namespace: string) => {
      declarations += 1;
      if (depth === 0 && prefix === '') content = namespace;
    },
    startElement: (whole: string, attributes: Record<string, string>) => {
      const { ns, name } = partsOf(whole);
      const element: OpenElement = { name, ns, attrs: attributesOf(attributes), children: [] };
      if (Object.keys(attributes).length + declarations > limits.attributes) restrict('limit');
      declarations = 0;
      if (depth === 0) {
        if (name !== 'stream' || ns !== NS_STREAM) restrict('no stream');
        if (content !== NS_CLIENT) restrict('no client stream');
      } else {
        count = depth === 1 ? 1 : count + 1;
        if (depth > limits.depth || count > limits.elements) restrict('limit');
        (open.at(-1)?.children ?? elements).push(element);
        open.push(element);
      }
      depth += 1;
    },
    endElement: () => {
      depth -= 1;
      open.pop();
      if (depth === 0) isOver = true;
    },
    characterData: (text: string) => {
      if (depth === 1 && /[^ \t\r\n]/.test(text)) restrict('text between stanzas');
      const parent = open.at(-1);
      if (parent === undefined) return;
      const last = parent.children.at(-1);
      if (typeof last === 'string') parent.children[parent.children.length - 1] = last + text;
      else parent.children.push(text);
    },
  };
  const parser = new XmlParser({ encoding: 'UTF-8', separator: SEPARATOR });
  for (const [event, handle] of Object.entries(handlers)) parser.on(event, handle as () => void);
  if (Buffer.from(document).subarray(0, 3).equals(Buffer.from('\uFEFF'))) restrict('byte order mark');
  let fault: string | undefined;
  try {
    parser.parse(document, 1);
  } catch (error) {
    // Whatever follows the document element is no part of the stream.
    if (!isOver) fault = String(error);
  } finally {
    parser.destroy();
  }
  return { fault, restrictions, elements };
}

function partsOf(whole: string): { readonly ns: string; readonly name: string } {
  const [first = '', second] = whole.split(SEPARATOR);
  return second === undefined ? { ns: '', name: first } : { ns: first, name: second };
}

/** What our own elements keep of the attributes. */
function attributesOf(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [whole, value] of Object.entries(attributes)) {
    const { ns, name } = partsOf(whole);
    if (ns === '') kept[name] = value;
    else if (ns === NS_XML) kept[`xml:${name}`] = value;
  }
  return kept;
}
