/** Reports of what ended unexpectedly: made for each kind, few, and without a word of anybody's. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listCrashes, readCrash, removeCrashes, saveCrash } from '../../electron/engine/crash-files.ts';
import { keepCrashes } from '../../electron/shell/crash-reports.ts';
import type { Log } from '../../electron/shell/log.ts';
import { temporaryFolder } from '../support/folder.ts';

let place: ReturnType<typeof temporaryFolder>;
let now: number;
let log: Log;
let passed: string[];
beforeEach(() => {
  place = temporaryFolder('crashes');
  now = Date.UTC(2026, 10, 22, 7);
  passed = [];
  log = keepCrashes((area, event) => passed.push(`${area} ${event}`), {
    ...{ folder: join(place.path, 'crashes'), about: ['Waxwing 1.2.3'], now: () => now },
  });
});
afterEach(() => place.remove());

test('says what ended and what was before, and names nobody', async () => {
  log('stream', 'online', { address: 'juliet@capulet.example', roundTrips: 4 });
  log('shell', 'page-gone', { reason: 'crashed', exitCode: 139 });
  expect(passed).toEqual(['stream online', 'shell page-gone']);
  const [report] = await listCrashes(place.path);
  expect(report).toMatchObject({ at: now, kind: 'page' });
  const text = await readCrash(place.path, report?.name ?? '');
  expect(text).toContain('Waxwing 1.2.3\n');
  expect(text).toContain('stream online roundTrips=4\n');
  expect(text).toContain('shell page-gone reason=crashed exitCode=139\n');
  expect(text).not.toMatch(/juliet|capulet/u);
  if (process.platform !== 'win32') {
    expect(statSync(join(place.path, 'crashes', `${report?.name ?? ''}.txt`)).mode & 0o777).toBe(0o600);
  }
});

test('an orderly end is none, and a second one at once tells nothing new', async () => {
  log('shell', 'page-gone', { reason: 'clean-exit' });
  log('shell', 'engine-lost', { reason: 'stopped' });
  expect(existsSync(join(place.path, 'crashes'))).toBe(false);
  log('shell', 'engine-lost', { reason: 'exit 3' });
  log('shell', 'engine-lost', { reason: 'exit 3' });
  log('engine', 'bug', { name: 'chats.open', error: 'TypeError: x' });
  expect((await listCrashes(place.path)).map(({ kind }) => kind).sort()).toEqual(['engine', 'fault']);
});

test('a few are kept, the newest first, saved where the person wants, and deleted', async () => {
  for (let count = 0; count < 14; count += 1) {
    log('shell', 'uncaught', { error: new Error('juliet') });
    now += 100_000;
  }
  const reports = await listCrashes(place.path);
  expect(reports).toHaveLength(10);
  expect(reports[0]?.at).toBe(now - 100_000);
  const name = reports[0]?.name ?? '';
  await saveCrash(place.path, name, join(place.path, 'saved.txt'));
  expect(readFileSync(join(place.path, 'saved.txt'), 'utf8')).toBe(await readCrash(place.path, name));
  await removeCrashes(place.path);
  expect(await listCrashes(place.path)).toEqual([]);
  await expect(readCrash(place.path, name)).rejects.toMatchObject({ code: 'not-found' });
  expect(readdirSync(place.path)).toEqual(['saved.txt']);
});
