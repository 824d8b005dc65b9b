/** What is said outside of the page is what the catalogues say, in every language. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogues } from '../../renderer/i18n/catalogues.ts';
import { argumentsOf } from '../../renderer/i18n/describe.ts';
import { Speech, type Sentence } from '../../electron/shell/speech.ts';
import sentences from '../../electron/shell/sentences.json' with { type: 'json' };

const loaded = Object.fromEntries(
  await Promise.all(Object.entries(catalogues).map(async ([code, load]) => [code, await load()] as const)),
);
const keys = Object.keys(sentences.en) as Sentence[];

it('has the sentences of the catalogues', async () => {
  const own = Object.fromEntries(
    Object.entries(loaded).map(([code, catalogue]) => [
      code,
      Object.fromEntries(Object.entries(catalogue).filter(([key]) => key.startsWith('desktop.'))),
    ]),
  );
  await expect(`${JSON.stringify(own, null, 2)}\n`).toMatchFileSnapshot(
    '../../electron/shell/sentences.json',
  );
});

it.each(Object.keys(catalogues))('%s says every sentence, with what it is given', (code) => {
  const speech = new Speech();
  speech.use(`${code}-XX`);
  for (const key of keys) {
    const named = [...argumentsOf(loaded[code]?.[key] ?? '').keys()];
    const said = speech.say(key, Object.fromEntries(named.map((name) => [name, `<${name}>`])));
    expect(said).not.toBe('');
    // No plurals and no selections here: only names in braces are understood.
    expect([key, said.replaceAll(/<[a-z]+>/gu, '')]).toEqual([key, expect.not.stringMatching(/[{}<>]/u)]);
    for (const name of named) expect(said).toContain(`<${name}>`);
    if (code !== 'en') expect([key, said]).not.toEqual([key, sentences.en[key]]);
  }
});

it('speaks English where there is no catalogue, and never takes a value for a sentence', () => {
  const speech = new Speech();
  speech.use('de-AT');
  expect(speech.say('desktop.quit')).toBe('Waxwing beenden');
  for (const locale of ['tlh', '', '__proto__', 'constructor']) {
    speech.use(locale);
    expect(speech.say('desktop.quit')).toBe('Quit Waxwing');
  }
  expect(speech.say('desktop.tray.unread', { count: '{count}' })).toBe('{count} unread');
  expect(speech.say('desktop.tray.unread')).toBe('{count} unread');
});

it('has no sentence that nobody says, and nobody speaks without them', () => {
  const folder = join(import.meta.dirname, '../../electron');
  const sources = [
    readFileSync(join(folder, 'main.ts'), 'utf8'),
    ...readdirSync(join(folder, 'shell'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, 'shell', file), 'utf8')),
  ].join('\n');
  expect(keys.filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
  const spoken = [
    ...sources.matchAll(/\b(?:label|message|detail|title|yes|no|buttonLabel): ['`]([^'`]*)/gu),
  ].map(([, words = '']) => words);
  // What begins small is for the log.
  expect(spoken.filter((words) => words !== 'Waxwing' && /^\p{Lu}/u.test(words))).toEqual([]);
});
