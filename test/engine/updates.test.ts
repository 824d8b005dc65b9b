/** Updates as the engine brings them: offered, fetched on request, handed over whole, and nothing that was tampered with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UpdateRow } from '../../shared/contract.ts';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { UpdateReady, UpdateSource } from '../../electron/engine/update-source.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { tamperings } from '../support/tampered-updates.ts';
import { temporaryProfile } from '../support/template.ts';
import { startUpdateFeed, UPDATE_FILE, type UpdateFeed } from '../support/update-feed.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY = 86_400_000;
let now = NOW;
let feed: UpdateFeed;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let mirror: Mirror;
let row: UpdateRow | undefined;
let handed: (UpdateReady | undefined)[] = [];
let restarts = 0;

const boot = async (change: Partial<UpdateSource> | 'none' = {}): Promise<void> => {
  const updates: UpdateSource = {
    ...{ feed: feed.address, keys: [feed.key], channel: 'stable', pins: [feed.fingerprint] },
    ...{ carrier: 'appimage', arch: 'x64', isInstallable: true, isGuest: false },
    proxyFor: () => Promise.resolve(undefined),
    install: (ready) => void handed.push(ready),
    restart: () => (restarts += 1),
    ...(change === 'none' ? {} : change),
  };
  const host = createTestHost({ profile: folder.path, now: () => now });
  const software = { ...host.software, version: '1.0.0' };
  engine = createEngine({ ...host, software, ...(change !== 'none' && { updates }) });
  mirror = new Mirror(engine);
  engine.onChange(({ changes }) => {
    for (const change of changes) if (change.put === 'update') row = change.row;
  });
  await engine.start();
};
const check = async (): Promise<UpdateRow | undefined> => {
  await mirror.call('updates.check', {});
  return row;
};
const download = async (): Promise<UpdateRow | undefined> => {
  await mirror.call('updates.download', { version: '9.0.0' });
  await expect.poll(() => row?.state).not.toBe('downloading');
  return row;
};
const updates = (): string[] => {
  const path = join(folder.path, 'updates');
  return existsSync(path) ? readdirSync(path) : [];
};

beforeEach(async () => {
  [now, handed, restarts, row] = [NOW, [], 0, undefined];
  folder = await temporaryProfile('updates');
  feed = await startUpdateFeed('x64', NOW);
});
afterEach(async () => {
  await engine.stop();
  await feed.stop();
  folder.remove();
});

test('is offered, fetched when the person says so, and handed over to be installed', async () => {
  await boot();
  expect(row).toEqual({
    version: '1.0.0',
    carrier: 'appimage',
    isAutomatic: true,
    state: 'idle',
  });
  expect(await check()).toMatchObject({
    state: 'offered',
    offer: { version: '9.0.0', notes: 'Faster, and <b>kinder</b>.', size: feed.bytes.length },
  });
  expect(updates()).toEqual([]);
  await expect(mirror.call('updates.restart', {})).rejects.toMatchObject({ code: 'too-late' });

  expect(await download()).toMatchObject({ state: 'ready' });
  expect(handed).toMatchObject([{ version: '9.0.0', path: join(folder.path, 'updates', UPDATE_FILE) }]);
  expect(readFileSync(join(folder.path, 'updates', UPDATE_FILE)).equals(feed.bytes)).toBe(true);
  await mirror.call('updates.restart', {});
  expect(restarts).toBe(1);
  // Nothing tells who asks.
  expect(Object.keys(feed.heard()).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host']);
});

describe('tampered with', () => {
  test.each(tamperings)('$what', async ({ tamper, problem, isFile }) => {
    await boot();
    await check(); // the genuine one was seen before
    tamper(feed);
    const seen = await check();
    if (isFile !== true) expect(seen).toMatchObject({ state: 'failed', problem });
    else expect(await download()).toMatchObject({ state: 'failed', problem });
    expect(handed).toEqual([]);
    expect(updates().filter((name) => !name.endsWith('.part'))).toEqual([]);
    if (isFile !== true) {
      await expect(mirror.call('updates.download', { version: '9.0.0' })).rejects.toMatchObject({
        code: 'too-late',
      });
    }
  });
});

test('goes on where it was cut off', async () => {
  await boot();
  await check();
  feed.lay(feed.bytes, 100_000);
  expect(await download()).toMatchObject({ state: 'ready' });
  expect(feed.heard()['range']).toMatch(/^bytes=[1-9]\d*-$/u);
  expect(readFileSync(join(folder.path, 'updates', UPDATE_FILE)).equals(feed.bytes)).toBe(true);
});

test('what is whole is not fetched again after a restart, and what is of no use any more goes', async () => {
  await boot();
  await check();
  await download();
  await engine.stop();
  const asked = feed.web.requests.length;
  await boot();
  // It was to be installed, and the old one runs.
  expect(row).toMatchObject({ state: 'failed', problem: 'not-installed' });
  await check();
  expect(await download()).toMatchObject({ state: 'ready' });
  expect(feed.web.requests.length - asked).toBe(1); // the manifest
  await engine.stop();

  feed.say(feed.write({ version: '1.0.0', files: [] }));
  await boot();
  await check();
  expect(updates()).toEqual([]);
});

test('a version that was skipped stays away until the person asks', async () => {
  await boot();
  await check();
  await mirror.call('updates.skip', { version: '9.0.0' });
  expect(row).toMatchObject({ state: 'idle' });
  expect(row?.offer).toBeUndefined();
  expect(await check()).toMatchObject({ state: 'offered' });
});

test('later is some days', async () => {
  await boot();
  await check();
  await mirror.call('updates.later', { version: '9.0.0' });
  expect(row?.offer).toMatchObject({ isLater: true });
  now += 4 * DAY;
  expect((await check())?.offer?.isLater).toBeUndefined();
});

test('a place that is not ours to write to is told where the file is', async () => {
  await boot({ isInstallable: false, isGuest: true });
  expect(row?.isAutomatic).toBe(false);
  expect((await check())?.offer?.address).toBe(`${feed.address}${UPDATE_FILE}`);
  await expect(mirror.call('updates.download', { version: '9.0.0' })).rejects.toMatchObject({
    code: 'not-allowed',
  });
  await mirror.call('updates.set', { isAutomatic: true });
  expect(row?.isAutomatic).toBe(true);
});

test('where others bring updates none is looked for', async () => {
  await boot('none');
  expect(row).toEqual({ version: '1.0.0', isAutomatic: false, state: 'idle' });
  await expect(mirror.call('updates.check', {})).rejects.toMatchObject({ code: 'not-allowed' });
});

test('a place that is not there, and a certificate that nobody vouches for', async () => {
  await boot({ pins: [] });
  expect(await check()).toMatchObject({ state: 'failed', problem: 'unreachable' });
  expect(feed.web.requests).toEqual([]);
});
