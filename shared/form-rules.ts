/** When an answer to a field of a form can be sent (XEP-0004 2.13.2 #protocol-fieldtypes). Pure; the window asks before, the engine again. */
import { readJid } from './jid.ts';
import type { FormField } from './rows/form.ts';

export type FieldFault = 'missing' | 'one-only' | 'not-an-option' | 'not-an-address' | 'not-yes-or-no';

const SINGLE: readonly FormField['type'][] = [
  'jid-single',
  'list-single',
  'text-private',
  'text-single',
  'boolean',
];

/** What is wrong with these values of this field, if anything. */
export function faultOf(field: FormField, values: readonly string[]): FieldFault | undefined {
  const { type } = field;
  if (type === 'fixed' || type === 'hidden') return undefined;
  const given = values.filter((value) => value !== '');
  if (given.length === 0) return field.isRequired && type !== 'boolean' ? 'missing' : undefined;
  if (SINGLE.includes(type) && given.length > 1) return 'one-only';
  const isValid = VALID[type];
  return isValid === undefined || given.every((value) => isValid.test(value, field))
    ? undefined
    : isValid.fault;
}

interface Rule {
  readonly fault: FieldFault;
  test(value: string, field: FormField): boolean;
}

const isOption: Rule = {
  fault: 'not-an-option',
  test: (value, { options }) => options.some((option) => option.value === value),
};
const isAddress: Rule = { fault: 'not-an-address', test: (value) => readJid(value) !== undefined };
const VALID: Readonly<Partial<Record<FormField['type'], Rule>>> = {
  'list-single': isOption,
  'list-multi': isOption,
  'jid-single': isAddress,
  'jid-multi': isAddress,
  boolean: { fault: 'not-yes-or-no', test: (value) => ['0', '1', 'true', 'false'].includes(value) },
};
