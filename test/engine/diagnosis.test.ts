/** The diagnosis: everything that helps, and nobody's address, name or words. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@wonderland.test';
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;

beforeEach(async () => {
  folder = await temporaryProfile('diagnosis');
  const server = new ScriptedServer([
    { jid: 'rabbit@burrow.test', subscription: 'both', name: 'The White Rabbit' },
  ]);
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'curiouser' });
  await alice.until(() => alice.account().state === 'online', 'online');
});
afterEach(async () => {
  await engine.stop();
  folder.remove();
});

test('tells versions, states, counts and the last of the log, and nothing of anybody', async () => {
  const { chat } = await alice.call('chats.open', {
    account: alice.account().id,
    address: 'rabbit@burrow.test',
  });
  await alice.call('messages.send', { chat, text: 'I am late' });
  mkdirSync(join(folder.path, 'logs'));
  const lines = [
    { at: '2026-11-22T07:00:00.000Z', area: 'shell', event: 'start', data: { waxwing: '1.2.3' } },
    {
      at: '2026-11-22T07:00:01.000Z',
      area: 'stream',
      event: 'lost',
      data: { address: ME, text: 'late', code: 'timeout' },
    },
  ];
  writeFileSync(
    join(folder.path, 'logs', 'waxwing.log'),
    `cut off\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
  );

  const { text } = await alice.call('diagnosis.read', {});
  expect(text).toMatch(/^Waxwing 0\.0\.0-test\n/u);
  expect(text).toMatch(/node \d+\./u);
  expect(text).toMatch(/chats 1, rooms 0, database \d+ MB/u);
  expect(text).toMatch(/Account 1: online/u);
  expect(text).toMatch(/offered: .*; missing: /u);
  expect(text).toMatch(/contacts 1, waiting to be sent \d/u);
  expect(text).toContain('2026-11-22T07:00:01.000Z stream lost code=timeout\n');
  expect(text).not.toMatch(/alice|wonderland|rabbit|burrow|late|curious/iu);
  expect(text).not.toContain(folder.path);
});

test('a report that is no report is not found, whatever it is called', async () => {
  expect(await alice.call('crashes.list', {})).toEqual({ reports: [] });
  await expect(alice.call('crashes.read', { name: '../../etc/passwd' })).rejects.toMatchObject({
    code: 'invalid',
  });
  await expect(alice.call('crashes.read', { name: '20261122T070000000Z-1a2b' })).rejects.toMatchObject({
    code: 'not-found',
  });
});
