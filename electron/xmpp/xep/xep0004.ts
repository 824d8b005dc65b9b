/**
 * XEP-0004 Data Forms, version 2.13.2. https://xmpp.org/extensions/xep-0004.html
 * Reads and writes the fields of a form by name, and reads forms for a person to fill in, with their media elements
 * (XEP-0221). Layout and multi-item results are not read.
 */
import { fieldTypes, type FormField } from '../../../shared/rows/form.ts';
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';
import { readMedia, type Media } from './xep0221.ts';

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

// ————— Forms to fill in —————————————————————————————————————————————————————————————————————————————————

/** A form as its author means it to be filled in; media still wait for what they refer to. */
export interface FillableForm {
  readonly title: string;
  readonly instructions: string;
  readonly fields: readonly FillableField[];
}

export type FillableField = Omit<FormField, 'media'> & { readonly media: readonly Media[] };

/** What a person could still fill in, and what still fits on a screen. */
const MOST_FIELDS = 64;
const MOST_OPTIONS = 512;
const MOST_VALUES = 128;
/** In characters. */
const LONGEST_TEXT = 4_096;
const LONGEST_LABEL = 512;

const shown = (text: string | undefined, limit: number): string =>
  (text ?? '').slice(0, limit).toWellFormed().trim();

/** Reads a form of type `form`; `undefined` when it is of another type or has more fields than anybody fills in. */
export function readFillable(element: Element): FillableForm | undefined {
  if (!is(element, 'x', NS) || element.attrs['type'] !== 'form') return undefined;
  const elements = childElements(element, 'field', NS);
  if (elements.length > MOST_FIELDS) return undefined;
  const fields: FillableField[] = [];
  for (const each of elements) {
    const field = readField(each);
    const isKnown = field?.name !== '' && fields.some(({ name }) => name === field?.name);
    if (field !== undefined && !isKnown) fields.push(field);
  }
  const instructions = childElements(element, 'instructions', NS).map(textOf).join('\n');
  return {
    title: shown(childText(element, 'title', NS), LONGEST_LABEL),
    instructions: shown(instructions, LONGEST_TEXT),
    fields,
  };
}

/** A field without a name can only be read (#protocol-field); of an unknown type it is one line of text (§3.3). */
function readField(element: Element): FillableField | undefined {
  const { var: name = '', label, type: given } = element.attrs;
  const type = fieldTypes.find((each) => each === given) ?? 'text-single';
  if (name === '' && type !== 'fixed') return undefined;
  const values = childElements(element, 'value', NS).map(textOf).slice(0, MOST_VALUES);
  const description = shown(childText(element, 'desc', NS), LONGEST_TEXT);
  const options = childElements(element, 'option', NS)
    .slice(0, MOST_OPTIONS)
    .map((option) => {
      const value = childText(option, 'value', NS) ?? '';
      return { value, label: shown(option.attrs['label'], LONGEST_LABEL) || shown(value, LONGEST_LABEL) };
    });
  return {
    name,
    type,
    label: shown(label, LONGEST_LABEL) || (type === 'fixed' ? '' : shown(name, LONGEST_LABEL)),
    ...(description !== '' && { description }),
    isRequired: child(element, 'required', NS) !== undefined,
    values: type === 'fixed' ? values.map((value) => shown(value, LONGEST_TEXT)) : values,
    options: type === 'list-single' || type === 'list-multi' ? options : [],
    media: childElements(element).flatMap((each) => readMedia(each) ?? []),
  };
}

/**
 * The form to send back: what was filled in, and what the author put into hidden fields, unchanged. Fields that were
 * left empty are left out, unless they have to be there.
 */
export function writeFilled(form: FillableForm, answers: ReadonlyMap<string, readonly string[]>): Element {
  const fields = form.fields.flatMap(({ name, type, isRequired, values }) => {
    if (type === 'fixed' || name === '') return [];
    const given = type === 'hidden' ? values : (answers.get(name) ?? []).filter((value) => value !== '');
    if (given.length === 0 && !isRequired) return [];
    const kind = name === 'FORM_TYPE' ? 'hidden' : type;
    return [
      xml(
        'field',
        NS,
        { var: name, type: kind },
        given.map((value) => xml('value', NS, {}, value)),
      ),
    ];
  });
  return xml('x', NS, { type: 'submit' }, fields);
}
