/** Files of messages through the calls: one is saved where the person said, and all of them are exported when they wanted that. */
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../electron/engine/engine.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sendFile } from '../support/hand-in.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

const FRIEND = 'bob@b.test';
const PLAN = Buffer.from('the plan '.repeat(20_000));

test('saved, exported and measured as it is; refused when it is damaged, with nothing left', async () => {
  const folder = temporaryFolder('copies');
  const target = temporaryFolder('copies-target');
  const server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  let name = '';
  const chooseFiles = (): Promise<string[]> => Promise.resolve(name === '' ? [] : [join(target.path, name)]);
  const host = createTestHost({ profile: folder.path, chooseFiles });
  const engine = createEngine({ ...host, connect: server.connect });
  const alice = new Mirror(engine);
  onTestFinished(async () => {
    await engine.stop();
    folder.remove();
    target.remove();
  });
  await engine.start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  const account = alice.account().id;
  const { chat } = await alice.call('chats.open', { account, address: FRIEND });
  await alice.call('accounts.setEnabled', { account, enabled: false });
  await sendFile(alice, chat, 'plan.txt', PLAN);
  const [file = 0] = [...alice.files.keys()];

  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { code?: unknown }).code,
    );
  expect(await codeOf(alice.call('files.save', { file }))).toBe('cancelled');
  name = 'saved.txt';
  await alice.call('files.save', { file });
  expect(readFileSync(join(target.path, name)).equals(PLAN)).toBe(true);
  expect(statSync(join(target.path, name)).mode & 0o777).toBe(0o600);

  const amount = { files: 1, bytes: PLAN.length };
  expect(await alice.call('transcript.measureFiles', {})).toEqual(amount);
  expect(await alice.call('transcript.measureFiles', { chat })).toEqual(amount);
  expect(await codeOf(alice.call('transcript.measureFiles', { chat: 4711 }))).toBe('not-found');
  name = 'plain.json';
  await alice.call('transcript.export', { format: 'json' });
  name = 'whole.json';
  await alice.call('transcript.export', { format: 'json', withFiles: true });
  expect(readdirSync(target.path).sort()).toEqual(['plain.json', 'saved.txt', 'whole files', 'whole.json']);
  expect(readFileSync(join(target.path, 'whole files', 'plan.txt')).equals(PLAN)).toBe(true);

  const [blob = ''] = readdirSync(join(folder.path, 'files'));
  truncateSync(join(folder.path, 'files', blob), 70_000);
  name = 'damaged.txt';
  expect(await codeOf(alice.call('files.save', { file }))).toBe('damaged');
  expect(readdirSync(target.path)).toHaveLength(4);
});
