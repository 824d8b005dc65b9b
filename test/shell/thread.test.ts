/**
 * The real engine on its real thread, without Electron: it opens a profile, keeps it over a restart, and reaches the
 * keyring on the other side. Only the keyring is scripted.
 */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Batch, Change } from '../../shared/contract.ts';
import type { Keyring } from '../../electron/engine/host.ts';
import { startEngine, type EngineThread } from '../../electron/shell/engine.ts';
import { temporaryFolder } from '../support/folder.ts';

const path = fileURLToPath(new URL('../../electron/engine/thread.ts', import.meta.url));
const none: Keyring = {
  backend: () => Promise.resolve(undefined),
  wrap: () => Promise.reject(new Error('there is no keyring')),
  unwrap: () => Promise.reject(new Error('there is no keyring')),
};
const real: Keyring = {
  backend: () => Promise.resolve('gnome_libsecret'),
  wrap: (key) => Promise.resolve(key.map((byte) => byte ^ 0x55)),
  unwrap: (key) => Promise.resolve(key.map((byte) => byte ^ 0x55)),
};

let profile: ReturnType<typeof temporaryFolder>;
let engine: EngineThread | undefined;
beforeEach(() => (profile = temporaryFolder('thread')));
afterEach(async () => {
  await engine?.stop();
  profile.remove();
});

interface Running {
  readonly engine: EngineThread;
  /** The next state of the profile that is not `opening`. */
  readonly settled: Promise<Change>;
  readonly logged: string[];
}

function start(keyring: Keyring): Running {
  const logged: string[] = [];
  const { promise: settled, resolve, reject } = Promise.withResolvers<Change>();
  const started = startEngine({
    path,
    profile: profile.path,
    software: { name: 'Waxwing', version: '0' },
    keyring,
    notify: () => undefined,
    log: (area, event, data) => logged.push(`${area} ${event} ${JSON.stringify(data)}`),
    onRestart: () => reject(new Error(`the engine crashed: ${logged.join('\n')}`)),
    onFailure: () => reject(new Error(`the engine crashed: ${logged.join('\n')}`)),
  });
  const look = ({ changes }: Pick<Batch, 'changes'>): void => {
    const change = changes.find((each) => each.put === 'profile' && each.row.state !== 'opening');
    if (change !== undefined) resolve(change);
  };
  started.onChange(look);
  // It may have settled before anybody listened: then the snapshot says so.
  void started.call('app.snapshot', {}).then((reply) => {
    if (reply.ok) look(reply.value as Batch);
  });
  engine = started;
  return { engine: started, settled, logged };
}

test('asks for protection, opens, and opens again by itself', async () => {
  const first = start(none);
  expect(await first.settled).toEqual({ put: 'profile', row: { state: 'choose-protection' } });
  expect(await first.engine.call('nope', {})).toMatchObject({ ok: false, code: 'unknown-call' });
  expect(await first.engine.call('profile.protect', {})).toEqual({ ok: true, value: {} });
  await first.engine.stop();
  expect(first.logged.filter((line) => /bug|uncaught|unhandled|lost/u.test(line))).toEqual([]);

  const second = start(none);
  expect(await second.settled).toMatchObject({ put: 'profile', row: { state: 'open', protection: 'none' } });
});

test('wraps the key by the keyring of the other side, and shows when that is lost', async () => {
  const first = start(real);
  expect(await first.settled).toMatchObject({
    row: { state: 'open', protection: 'keyring', keyring: 'gnome_libsecret' },
  });
  await first.engine.stop();
  // An orderly stop leaves a database without a journal.
  expect(readdirSync(profile.path).filter((name) => name.endsWith('-wal'))).toEqual([]);

  const second = start(real);
  expect(await second.settled).toMatchObject({ row: { state: 'open' } });
  await second.engine.stop();

  const third = start({ ...real, unwrap: () => Promise.reject(new Error('not there')) });
  expect(await third.settled).toMatchObject({ row: { state: 'keyring-lost' } });
});

test('a database that is none is shown as damaged and crashes nothing', async () => {
  const first = start(none);
  await first.settled;
  await first.engine.call('profile.protect', {});
  await first.engine.stop();
  writeFileSync(
    `${profile.path}/waxwing.db`,
    'this is not a database, and longer than a header of one hundred bytes'.repeat(9),
  );
  const second = start(none);
  expect(await second.settled).toMatchObject({ row: { state: 'damaged' } });
  expect(await second.engine.call('accounts.reconnect', { account: 1 })).toMatchObject({ ok: false });
  // Nothing at all can be saved of it, and that is said instead of starting empty.
  expect(await second.engine.call('profile.repair', {})).toMatchObject({ ok: false });
  expect(statSync(`${profile.path}/waxwing.db`).size).toBeGreaterThan(500);
});
