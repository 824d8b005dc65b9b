/** What a page in an attacker's hands would send: names of calls that there are none of, values of no call, and values of each call that fit it and mean no good. */
import type { GenericSchema } from 'valibot';
import { calls, type CallName } from '../../shared/contract.ts';

export const badNames: readonly unknown[] = [
  '',
  'nope',
  'app',
  'app.snapshot ',
  'APP.SNAPSHOT',
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'waxwing:call',
  'ELECTRON_BROWSER_REQUIRE',
  'app.snapshot\0',
  '../app.snapshot',
  'a'.repeat(65),
  0,
  1.5,
  true,
  null,
  [],
  ['app.snapshot'],
  {},
  { name: 'app.snapshot' },
];

export const badInputs: readonly unknown[] = [
  null,
  0,
  'text',
  [],
  [{}],
  { unknown: 1 },
  { constructor: 1 },
  { account: '1', chat: '1', message: '1', address: 7, text: {} },
  { account: -1, chat: -1, message: -1, address: '', text: '' },
  { account: 2 ** 53, chat: 1e308, message: 0.5, address: 'x'.repeat(4_000), text: 'x'.repeat(200_000) },
  { account: 1, chat: 1, message: 1, address: '../../../../etc/passwd', text: 'x', limit: 1e9 },
  { account: 1, chat: 1, message: 1, address: "'; DROP TABLE messages; --", text: 'x' },
  { account: 999, chat: 999, message: 999, address: 'mallory@evil.example', text: 'x' },
];

/** What every text is: a path, an address, somebody else's name, a call to a shell. */
const texts = [
  '../../../../etc/passwd',
  'file:///etc/passwd',
  'mallory@evil.example',
  '$(touch /tmp/waxwing-was-here)',
];

/**
 * Calls that a page may make by right, and that would end what is tested: by signing in elsewhere, or closing the profile.
 * What they do is tested where they are.
 */
const NOT_HERE = /^(?:profile\.|lock\.|accounts\.(?:signIn|register|registrationForm))/u;
/** Asks for a file by a dialog of the desktop, which nobody is here to answer. */
const ASKS =
  /^(?:transcript\.(?:export|import)|backup\.(?:write|choose|restore)|certificate\.choose|crashes\.save|files\.save)$/u;

interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, GenericSchema>>;
  readonly options?: readonly unknown[];
  readonly wrapped?: GenericSchema;
  readonly item?: GenericSchema;
  readonly literal?: unknown;
  readonly pipe?: readonly GenericSchema[];
}

/** A row of nobody's. */
const NOBODYS = 999;

/** A value that has the shape of a schema, made of hostile parts. */
function shaped(schema: GenericSchema, text: string): unknown {
  const { type, entries, options = [], wrapped, item, literal } = schema as unknown as Shape;
  switch (type) {
    case 'strict_object':
    case 'object':
      return Object.fromEntries(
        Object.entries(entries ?? {}).map(([name, each]) => [name, shaped(each, text)]),
      );
    case 'optional':
    case 'exact_optional':
    case 'nullable':
    case 'undefinedable':
      return wrapped && shaped(wrapped, text);
    case 'string':
      return text;
    case 'number':
      return NOBODYS;
    case 'boolean':
      return true;
    case 'literal':
      return literal;
    case 'picklist':
      return options[0];
    case 'union':
    case 'variant':
      return shaped(options[0] as GenericSchema, text);
    case 'array':
      return item === undefined ? [] : [shaped(item, text)];
    default:
      return null;
  }
}

/** Calls with values of their own shape: `[name, input]`. */
export function shapedCalls(): [CallName, unknown][] {
  const names = (Object.keys(calls) as CallName[]).filter((name) => !NOT_HERE.test(name) && !ASKS.test(name));
  return names.flatMap((name) =>
    texts.map((text): [CallName, unknown] => [name, shaped(calls[name].input, text)]),
  );
}
