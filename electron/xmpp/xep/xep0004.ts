/**
 * XEP-0004 Data Forms, version 2.13.2. https://xmpp.org/extensions/xep-0004.html
 * Reads and writes the fields of a form by name; layout, media and multi-item results are not read.
 */
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'jabber:x:data';
/** Forms appear inside other protocols here; we serve none, so there is nothing to advertise. */
export const features: readonly string[] = [];

export interface Form {
  readonly type: 'form' | 'submit' | 'result' | 'cancel';
  /** FORM_TYPE (XEP-0068): what the fields mean. */
  readonly formType?: string;
  /** Values by field name, in the order given. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

const TYPES = ['form', 'submit', 'result', 'cancel'] as const;

/** Reads an `<x xmlns='jabber:x:data'/>`. Of two fields with one name, the first counts. */
export function readForm(element: Element): Form | undefined {
  const type = TYPES.find((each) => each === element.attrs['type']);
  if (!is(element, 'x', NS) || type === undefined) return undefined;
  const fields = new Map<string, readonly string[]>();
  let formType: string | undefined;
  for (const field of childElements(element, 'field', NS)) {
    const name = field.attrs['var'];
    const values = childElements(field, 'value', NS).map(textOf);
    if (name === 'FORM_TYPE') formType ??= values[0];
    else if (name !== undefined && !fields.has(name)) fields.set(name, values);
  }
  return { type, ...(formType !== undefined && { formType }), fields };
}

export function writeForm({ type, formType, fields }: Form): Element {
  const field = (name: string, values: readonly string[], kind?: string): Element =>
    xml(
      'field',
      NS,
      { var: name, type: kind },
      values.map((value) => xml('value', NS, {}, value)),
    );
  return xml(
    'x',
    NS,
    { type },
    formType !== undefined && field('FORM_TYPE', [formType], 'hidden'),
    [...fields].map(([name, values]) => field(name, values)),
  );
}

/** The form among the children of an element. */
export function formIn(parent: Element): Form | undefined {
  const found = child(parent, 'x', NS);
  return found && readForm(found);
}
