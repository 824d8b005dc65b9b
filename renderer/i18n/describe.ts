/**
 * Derives the argument types of every sentence from the catalogue. Runs in a test that keeps `arguments.ts` true;
 * the window never loads it.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { Catalogue } from './catalogues.ts';

/** What is needed of the parser's elements. Kinds: 1 argument, 2 number, 3 date, 4 time, 5 select, 6 plural, 8 tag. */
interface Element {
  readonly type: number;
  readonly value: string;
  readonly options: Readonly<Record<string, { readonly value: readonly Element[] }>>;
  readonly children: readonly Element[];
}

/** The arguments of one ICU message, by name, with the TypeScript type that each takes. */
export function argumentsOf(message: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (elements: readonly Element[]): void => {
    for (const element of elements) {
      if (element.type === 1) found.set(element.value, found.get(element.value) ?? 'string | number');
      if (element.type === 2 || element.type === 3 || element.type === 4) found.set(element.value, 'number');
      if (element.type === 5 || element.type === 6) {
        found.set(element.value, element.type === 6 ? 'number' : 'string');
        for (const option of Object.values(element.options)) visit(option.value);
      }
      if (element.type === 8) visit(element.children);
    }
  };
  visit(new IntlMessageFormat(message, 'en').getAst() as unknown as readonly Element[]);
  return found;
}

/** The text of `arguments.ts`. */
export function describeArguments(catalogue: Catalogue): string {
  const lines = Object.entries(catalogue).map(([key, message]) => {
    const args = [...argumentsOf(message)].map(([name, type]) => `${name}: ${type}`);
    return `  '${key}': ${args.length === 0 ? 'Nothing' : `{ ${args.join('; ')} }`};`;
  });
  return [
    '/**',
    ' * The arguments of every sentence, derived from en.json: `vitest run -u test/renderer/i18n.test.ts` writes this',
    ' * file anew. Not edited by hand.',
    ' */',
    '// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- no argument at all is meant',
    'type Nothing = Record<never, never>;',
    '',
    '// prettier-ignore',
    'export interface MessageArguments {',
    ...lines,
    '}',
    '',
  ].join('\n');
}
