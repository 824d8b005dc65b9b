/** Every setting is found by its words in every language, is worn by a component, and is offered by the palette. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogues, languageCodes } from '../../renderer/i18n/catalogues.ts';
import { Language } from '../../renderer/i18n/language.svelte.ts';
import { settingList, settingsSections } from '../../renderer/lib/setting-list.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { byAccount, largestFirst, sumsOf, type Usage } from '../../renderer/state/usage.ts';
import { choicesFor } from '../../renderer/views/palette/choices.ts';
import { findSettings } from '../../renderer/views/settings/finding.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { createWorld } from './world.ts';

const english = new Language(['en']);
const find = (query: string): string[] => findSettings(english.t, query).map(({ name }) => name);

describe('the search over the settings', () => {
  it('finds what somebody means, by its name, by other words, and in any order of letters that begin words', () => {
    expect(find('theme')[0]).toBe('theme');
    expect(find('DARK')[0]).toBe('theme');
    expect(find('time zo')).toEqual(['time']);
    expect(find('tor')[0]).toBe('account-server');
    expect(find('your data')).toEqual([
      'automatic-files',
      'storage',
      'retention',
      'backup',
      'export',
      'import',
    ]);
  });

  it('finds nothing for nothing, and nothing for what is no setting', () => {
    expect([find(''), find('   '), find('xqzzy'), find('\u0000(*['.repeat(1_000))]).toEqual([[], [], [], []]);
  });

  it.each(languageCodes)('finds each by every one of its words: %s', async (code) => {
    const language = new Language([code]);
    await language.use(code);
    const catalogue = await catalogues[code]();
    for (const { name, label } of settingList) {
      for (const word of [catalogue[label] ?? '', ...(catalogue[`find.${name}`] ?? '').split(',')]) {
        expect(word.trim(), `${name} in ${code}`).not.toBe('');
        expect(findSettings(language.t, word).map((found) => found.name)).toContain(name);
      }
    }
  });
});

it('has a place in the window for every setting, and a name for every place', () => {
  const views = join(import.meta.dirname, '../../renderer/views');
  const worn = readdirSync(views, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.svelte'))
    .flatMap((file) =>
      [...readFileSync(join(views, file), 'utf8').matchAll(/<Setting\s+name="([a-z-]+)"/gu)].map(
        ([, name]) => name,
      ),
    );
  expect(worn.toSorted()).toEqual(settingList.map(({ name }) => name as string).toSorted());
  expect(
    settingsSections.filter((section) => !settingList.some((setting) => setting.section === section)),
  ).toEqual([]);
});

describe('the palette', () => {
  const app = new App(new ScriptedPort(createWorld(0), (work) => work()), { languages: ['en'] });
  const commands = (query: string) =>
    choicesFor(app, query)
      .find(({ kind }) => kind === 'commands')
      ?.choices.map(({ label, detail }) => [label, detail]) ?? [];

  it('leads to a setting, and puts what does it at once before that', () => {
    expect(commands('dark').slice(0, 2)).toEqual([
      ['Theme: Dark', undefined],
      ['Theme', 'Appearance'],
    ]);
    expect(commands('time zone')[0]).toEqual(['The time where you are', 'What contacts may learn']);
    expect(commands('').some(([, detail]) => detail !== undefined)).toBe(false);
  });

  it('goes to the place in the settings that is asked for, each time', () => {
    const choice = choicesFor(app, 'time zone').flatMap(({ choices }) => choices)[0];
    choice?.run();
    const first = app.navigation.settings;
    expect([app.navigation.main, first]).toEqual(['settings', { section: 'privacy', setting: 'time' }]);
    choice?.run();
    expect(app.navigation.settings).not.toBe(first);
  });
});

describe('what takes room', () => {
  const chat = (id: number, account: number, fileBytes: number) => ({
    chat: id,
    account,
    messages: 1,
    messageBytes: 10,
    indexBytes: 5,
    files: 1,
    fileBytes,
  });
  const usage: Usage = {
    database: 1_000,
    free: 100,
    index: 15,
    pictures: 200,
    caches: 3,
    chats: [chat(1, 1, 50), chat(2, 2, 70), chat(3, 1, 40)],
  };

  it('adds up to all that there is', () => {
    const sums = sumsOf(usage);
    expect(sums).toEqual({ messages: 30, index: 15, files: 160, pictures: 200, free: 100, rest: 655 });
    const { files, ...inDatabase } = sums;
    expect(Object.values<number>(inDatabase).reduce((sum, bytes) => sum + bytes, 0)).toBe(usage.database);
    expect(files).toBe(160);
  });

  it('has the largest first', () => {
    expect(largestFirst(usage.chats).map((row) => row.chat)).toEqual([2, 1, 3]);
    expect(byAccount(usage.chats)).toEqual([
      { account: 1, bytes: 120 },
      { account: 2, bytes: 85 },
    ]);
  });
});
