import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogues } from '../../renderer/i18n/catalogues.ts';
import { argumentsOf, describeArguments } from '../../renderer/i18n/describe.ts';
import en from '../../renderer/i18n/en.json' with { type: 'json' };
import { Language } from '../../renderer/i18n/language.svelte.ts';

const renderer = join(import.meta.dirname, '../../renderer');
const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(?:svelte|ts)$/u.test(file) && !file.startsWith('i18n'))
  .map((file) => readFileSync(join(renderer, file), 'utf8'));

it('knows the arguments of every sentence', async () => {
  await expect(describeArguments(en)).toMatchFileSnapshot('../../renderer/i18n/arguments.ts');
});

it.each(Object.entries(catalogues))(
  '%s has every sentence with the arguments of English',
  async (_, load) => {
    const catalogue = await load();
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const [key, message] of Object.entries(en)) {
      expect([key, ...argumentsOf(catalogue[key] ?? '').keys()].sort()).toEqual(
        [key, ...argumentsOf(message).keys()].sort(),
      );
    }
  },
);

it('has no sentence that nobody says', () => {
  const all = sources.join('\n');
  // Keys made of parts: `delivery.${state}` stands for every key that begins so.
  const parts = [...all.matchAll(/`([a-z.-]+)\$\{[^`]*`/gu)].map((match) => match[1] ?? '');
  const unused = Object.keys(en).filter(
    (key) =>
      !key.startsWith('desktop.') && // said by the shell: see its test
      !all.includes(`'${key}'`) &&
      !parts.some((part) => part !== '' && key.startsWith(part)),
  );
  expect(unused).toEqual([]);
});

/** The markup of a component without scripts, styles, comments and anything in braces. */
function bareMarkup(source: string): string {
  const markup = source.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/gu, '');
  let [depth, bare] = [0, ''];
  for (const sign of markup) {
    if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    else if (depth === 0) bare += sign;
  }
  return bare;
}

it('leaves no English in the components', () => {
  const components = sources.filter((source) => /<style|<script/u.test(source));
  expect(components.length).toBeGreaterThan(50);
  for (const source of components) {
    const bare = bareMarkup(source);
    const spoken = [...bare.matchAll(/\s(?:aria-label|title|placeholder|label|text)="([^"]*)"/gu)].map(
      (match) => match[1],
    );
    const text = bare.replace(/<[^>]*>/gu, ' ').match(/\p{L}{2,}/gu) ?? [];
    expect(
      [...spoken, ...text].filter((words) => words !== 'Waxwing' && /\p{L}{2}/u.test(words ?? '')),
    ).toEqual([]);
  }
});

it('speaks in plurals and for a region', () => {
  const { t } = new Language(['en-GB']);
  expect(t('chats.unread', { count: 1 })).toBe('1 unread message');
  expect(t('chats.unread', { count: 1_200 })).toBe('1,200 unread messages');
  expect(t('account.next-try', { seconds: 0 })).toBe('next try now');
});

it.each([
  [['sv', 'en-GB'], undefined, 'en-GB', 'ltr'],
  [['fr-CA', 'en'], undefined, 'fr-CA', 'ltr'],
  [['fr-CA', 'de-AT'], 'de', 'de-AT', 'ltr'],
  [['fr-CA'], 'de', 'de', 'ltr'],
  [['ar-EG'], undefined, 'ar-EG', 'rtl'],
  [['ar-EG'], 'en', 'en', 'ltr'],
  [['tlh', 'x'], undefined, 'en', 'ltr'],
  [[], undefined, 'en', 'ltr'],
] as const)('among %j with %s it speaks %s', async (wanted, chosen, locale, direction) => {
  const language = new Language(wanted);
  await language.use(chosen);
  expect([language.locale, language.direction]).toEqual([locale, direction]);
});

it('speaks the language that was chosen last, whichever comes first', async () => {
  const language = new Language(['en']);
  await Promise.all([language.use('de'), language.use('ar'), language.use('en')]);
  expect(language.locale).toBe('en');
});

it('never lets an argument become markup or syntax', () => {
  const { t } = new Language(['en']);
  expect(t('chat.with', { name: '<b>{name}</b> {count, plural, other {#}}' })).toBe(
    'Chat with <b>{name}</b> {count, plural, other {#}}',
  );
});
