/** The program as the desktop sees it: one for each profile, tidy in its folder, and gone when it is told to go. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Batch, ProfileRow } from '../../shared/contract.ts';
import { crashPage } from '../support/crash-page.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startKeyring } from '../support/keyring.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options?: Parameters<typeof openWindow>[0]): Promise<AppWindow> {
  const window = await openWindow(options);
  cleanups.push(window.close);
  return window;
}

/** The profile's state once it is no longer being opened. */
async function profileOf(window: AppWindow): Promise<ProfileRow> {
  for (;;) {
    const { value } = await window.page.evaluate<{ value: Batch }>(`bridge.call('app.snapshot', {})`);
    const change = value.changes.find((each) => each.put === 'profile');
    if (change?.put === 'profile' && change.row.state !== 'opening') return change.row;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How the program was started, without what the test added for itself. */
async function commandOf({
  app,
}: AppWindow): Promise<{ program: string; args: string[]; env: NodeJS.ProcessEnv }> {
  const [program = '', ...given] = app.process().spawnargs;
  const args = given.filter(
    (each, index) =>
      each !== '-r' && given[index - 1] !== '-r' && !/^--(inspect|remote-debugging)/u.test(each),
  );
  const display = await app.evaluate(() => process.env['DISPLAY'] ?? '');
  return { program, args, env: { ...process.env, DISPLAY: display } };
}

const logOf = (profile: string): string => readFileSync(join(profile, 'logs', 'waxwing.log'), 'utf8');

test('keeps to its profile, which is the person’s alone', async () => {
  const home = temporaryFolder('home');
  cleanups.push(home.remove);
  const window = await open({ env: { HOME: home.path, XDG_CONFIG_HOME: join(home.path, 'config') } });
  await profileOf(window);
  await window.close();
  expect(window.problems).toEqual([]);
  expect(globSync('**/*axwing*', { cwd: home.path })).toEqual([]);
  // The port of the test's own debugger is the one file that a released program does not have.
  const files = globSync('**/*', { cwd: window.profile }).filter(
    (name) => !name.endsWith('DevToolsActivePort'),
  );
  const shared = files.filter((name) => (statSync(join(window.profile, name)).mode & 0o077) !== 0);
  expect(shared).toEqual([]);
  expect(statSync(window.profile).mode & 0o777).toBe(0o700);
  expect(logOf(window.profile)).toMatch(/"event":"start".*\n(.*\n)*.*"event":"end"/u);
  expect(logOf(window.profile)).not.toMatch(/stop-timeout|uncaught|unhandled|"bug"|engine-lost/u);
});

test('opens again where it was', async () => {
  const first = await open();
  const place = { x: 40, y: 50, width: 700, height: 600 };
  await first.app.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    place,
  );
  await first.close();
  const second = await open({ profile: first.profile });
  const bounds = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(bounds).toEqual(place);
});

test('a second start of the same profile shows the first and ends', async () => {
  const first = await open();
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  const { program, args, env } = await commandOf(first);
  const second = spawn(program, args, { stdio: 'ignore', env });
  cleanups.push(() => void second.kill('SIGKILL'));
  expect(await once(second, 'exit')).toEqual([0, null]);
  const isVisible = await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.isVisible(),
  );
  expect(isVisible).toBe(true);
});

test('--hidden opens no visible window', async () => {
  const window = await open({ args: ['--hidden'] });
  await window.page.waitForLoadState();
  const isVisible = await window.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.isVisible(),
  );
  expect(isVisible).toBe(false);
});

test('ends in order on SIGTERM, and a crashed page leaves no memory behind', async () => {
  const window = await open();
  await crashPage(window);
  const child = window.app.process();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(logOf(window.profile)).toMatch(/"event":"page-gone"(.*\n)*.*"event":"end"/u);
  expect(globSync('**/*.dmp', { cwd: window.profile })).toEqual([]);
});

test('with a keyring the profile opens by itself, before and after a restart, and is lost without it', async () => {
  const keyring = await startKeyring();
  cleanups.push(keyring.stop);
  const first = await open({ env: keyring.env, passwordStore: 'gnome-libsecret' });
  expect(await profileOf(first)).toMatchObject({
    state: 'open',
    protection: 'keyring',
    keyring: 'gnome_libsecret',
  });
  await first.close();
  const second = await open({ profile: first.profile, env: keyring.env, passwordStore: 'gnome-libsecret' });
  expect(await profileOf(second)).toMatchObject({ state: 'open', protection: 'keyring' });
  await second.close();
  const third = await open({ profile: first.profile });
  expect(await profileOf(third)).toMatchObject({ state: 'keyring-lost' });
});

test('says what is wrong with a profile that cannot be used', async () => {
  const folder = temporaryFolder('unusable');
  cleanups.push(folder.remove);
  const first = await open();
  const file = join(folder.path, 'file');
  writeFileSync(file, 'not a folder');
  const { program, args, env } = await commandOf(first);
  const elsewhere = args.map((each) =>
    each.startsWith('--profile=') ? `--profile=${join(file, 'x')}` : each,
  );
  const child = spawn(program, elsewhere, { stdio: ['ignore', 'ignore', 'pipe'], env });
  cleanups.push(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (said.includes('cannot be used')) break;
  }
  expect(said).toMatch(/The profile folder cannot be used: Error: ENOTDIR/u);
  expect(readFileSync(file, 'utf8')).toBe('not a folder');
});
