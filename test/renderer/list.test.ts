/** The order of the chat list, what the palette finds, and how requests stand together. */
import { describe, expect, it } from 'vitest';
import type { ChatRow, ContactRequestRow } from '../../shared/contract.ts';
import { bestScore, fuzzyScore } from '../../renderer/lib/fuzzy.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { listChats, neighbour } from '../../renderer/state/listing.ts';
import { countRecent, groupRequests } from '../../renderer/state/request-groups.ts';
import { choicesFor } from '../../renderer/views/palette/choices.ts';
import { commandsOf } from '../../renderer/views/palette/commands.ts';
import { shortcuts } from '../../renderer/lib/shortcuts.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { createWorld } from './world.ts';

const chat = (id: number, more: Partial<ChatRow> = {}): ChatRow => ({
  id,
  account: 1,
  address: `person${String(id)}@b.test`,
  at: 1_000 - id,
  unread: 0,
  readUpTo: 0,
  draft: '',
  encryptionMode: 'automatic',
  encryption: 'none',
  isTyping: false,
  ...more,
});
const ids = (rows: readonly (ChatRow | undefined)[]): (number | undefined)[] => rows.map((row) => row?.id);

describe('the list', () => {
  const rows = [
    chat(1),
    chat(2, { unread: 2 }),
    chat(3, { pinned: 2 }),
    chat(4, { isArchived: true, unread: 1 }),
    chat(5, { pinned: 1, isMarkedUnread: true }),
    chat(6, { account: 2 }),
  ];
  const all = { view: 'all', account: undefined, open: undefined } as const;

  it('has the pinned ones first, in their order, and leaves out what is archived', () => {
    expect(ids(listChats(rows, all))).toEqual([5, 3, 1, 2, 6]);
    expect(ids(listChats(rows, { ...all, view: 'archived' }))).toEqual([4]);
    expect(ids(listChats(rows, { ...all, account: 2 }))).toEqual([6]);
  });

  it('shows what is in a folder, but not what was put away', () => {
    const inside = [
      chat(1, { folders: [7] }),
      chat(2, { folders: [7, 8], pinned: 1 }),
      chat(3),
      chat(4, { folders: [7], isArchived: true }),
    ];
    expect(ids(listChats(inside, { ...all, view: 7 }))).toEqual([2, 1]);
    expect(ids(listChats(inside, { ...all, view: 9 }))).toEqual([]);
  });

  it('keeps the open chat among the unread ones', () => {
    expect(ids(listChats(rows, { ...all, view: 'unread' }))).toEqual([5, 2]);
    expect(ids(listChats(rows, { ...all, view: 'unread', open: 1 }))).toEqual([5, 1, 2]);
  });

  it('is walked through by keys, and to the next unread one around its end', () => {
    const shown = listChats(rows, all);
    const unread = (row: ChatRow): boolean => row.unread > 0;
    expect(ids([neighbour(shown, 3, 1), neighbour(shown, 3, -1), neighbour(shown, 5, -1)])).toEqual([
      1, 5, 5,
    ]);
    expect(ids([neighbour(shown, undefined, 1), neighbour([], 1, 1)])).toEqual([5, undefined]);
    expect(ids([neighbour(shown, 6, 1, unread), neighbour(shown, 5, -1, unread)])).toEqual([2, 2]);
    expect(neighbour(shown, 2, 1, unread)).toBeUndefined();
    expect(ids([neighbour(shown, undefined, 1, unread), neighbour(shown, undefined, -1, unread)])).toEqual([
      2, 2,
    ]);
  });
});

describe('a rough match', () => {
  it('prefers the beginning, then the words, then what is within, then letters in their order', () => {
    const scores = ['ju', 'cap', 'liet', 'jcp', 'xyz'].map((query) => fuzzyScore(query, 'Juliet Capulet'));
    expect(scores).toEqual([100, 80, 60, expect.any(Number), 0]);
    expect(scores[3]).toBeGreaterThan(0);
    expect(scores[3]).toBeLessThan(60);
  });

  it.each([
    ['zoe', 'Zoë', true],
    ['STRASSE', 'Straße', true],
    ['cap jul', 'Juliet Capulet', true],
    ['', 'anything', true],
    ['tj', 'Juliet', false], // the first letter begins a word
    ['jujujujujujuju', 'Juliet', false],
  ])('%j for %j: %j', (query, text, isFound) => {
    expect(fuzzyScore(query, text) > 0).toBe(isFound);
  });

  it('takes no time over what is too long for a name', () => {
    expect(fuzzyScore('ju'.repeat(500_000), 'j'.repeat(1_000_000))).toBe(0);
  });

  it('counts an address for less than a name', () => {
    expect(bestScore('ann', ['Anna', 'x@y.test'])).toBeGreaterThan(bestScore('ann', ['Bob', 'ann@y.test']));
  });
});

describe('the palette', () => {
  async function started(): Promise<App> {
    const app = new App(new ScriptedPort(createWorld(Date.now())), { languages: ['en'] });
    await app.load();
    return app;
  }

  it('shows where one was last before anything is typed, but not where one is', async () => {
    const app = await started();
    const [one, two] = app.chats.all;
    app.open(two?.id ?? 0);
    app.open(one?.id ?? 0);
    const [people] = choicesFor(app, '');
    expect(people?.kind).toBe('people');
    expect(people?.choices[0]?.label).toBe(app.nameOf(two?.account ?? 0, two?.address ?? ''));
    expect(people?.choices.some(({ key }) => key.endsWith(` ${one?.address}`))).toBe(false);
  });

  it('finds contacts without a chat, and puts the better group first', async () => {
    const app = await started();
    expect(choicesFor(app, 'rosal')[0]?.choices[0]).toMatchObject({ label: 'Rosaline' });
    expect(choicesFor(app, 'theme d')[0]).toMatchObject({ kind: 'commands' });
    expect(choicesFor(app, 'no such thing at all')).toEqual([]);
  });

  it('leads to folders, and the list goes back to all chats when the one that it shows is gone', async () => {
    const app = await started();
    const stop = app.start();
    const folder = await app.folders.add('Verona');
    const [first] = app.chats.all;
    await app.folders.put(first?.id ?? 0, folder, true);
    choicesFor(app, 'verona')
      .flatMap(({ choices }) => choices)
      .find(({ key }) => key === `command show folder ${String(folder)}`)
      ?.run();
    expect(app.navigation.listView).toBe(folder);
    await app.folders.remove(folder);
    expect(app.navigation.listView).toBe('all');
    stop();
  });

  it('has a command for every key but its own, and each once', async () => {
    const app = await started();
    const chat = app.chats.all[0];
    // One of them is there only where something is pinned.
    await app.call('messages.pin', { message: chat?.last?.message ?? 0, isPinned: true });
    app.open(chat?.id ?? 0);
    await expect.poll(() => app.pins.shown?.id).toBe(chat?.last?.message);
    const commands = commandsOf(app);
    const missing = shortcuts.filter(
      ({ name }) => name !== 'palette' && !commands.some(({ shortcut }) => shortcut === name),
    );
    expect(missing).toEqual([]);
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  });

  it('offers nothing about a chat when none is open', async () => {
    const app = await started();
    expect(commandsOf(app).filter(({ id }) => id.startsWith('chat '))).toEqual([]);
  });
});

describe('requests', () => {
  const from = (address: string, at = 0): ContactRequestRow => ({ account: 1, address, note: '', at });

  it('stand together when three come from one server', () => {
    const rows = [from('a@spam.test'), from('b@b.test'), from('c@spam.test'), from('d@spam.test')];
    expect(groupRequests(rows)).toEqual([
      { requests: [rows[1]] },
      { server: 'spam.test', requests: [rows[0], rows[2], rows[3]] },
    ]);
    expect(groupRequests([])).toEqual([]);
  });

  it('are counted by the hour', () => {
    expect(countRecent([from('a@a.test', 3_600_001), from('b@a.test', 1)], 3_600_001)).toBe(1);
  });
});

describe('who is blocked', () => {
  it('is known by address and by server, of each account by itself', async () => {
    const port = new ScriptedPort(createWorld(Date.now()));
    const app = new App(port, { languages: ['en'] });
    port.announce({
      put: 'blocked',
      row: { account: 1, isOffered: true, canReport: false, addresses: ['evil.example', 'bob@b.test'] },
    });
    const stop = app.start();
    await expect.poll(() => app.isLoaded).toBe(true);
    expect(app.blocking.ruleFor(1, 'mallory@evil.example')).toBe('evil.example');
    expect(app.blocking.ruleFor(1, 'bob@b.test')).toBe('bob@b.test');
    expect(app.blocking.ruleFor(1, 'bobby@b.test')).toBeUndefined();
    expect(app.blocking.ruleFor(2, 'bob@b.test')).toBeUndefined();
    await app.blocking.unblock(1, ['bob@b.test']);
    expect(app.blocking.of(1).addresses).toEqual(['evil.example']);
    stop();
  });
});
