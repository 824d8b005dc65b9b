/** The desktop around the window: what closing means where there is a tray, and starting at login. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openBus, TRAY, type Bus } from '../../electron/shell/session-bus.ts';
import { readExec } from '../support/desktop-file.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startSession, type Session } from '../support/keyring.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options?: Parameters<typeof openWindow>[0]): Promise<AppWindow> {
  const window = await openWindow(options);
  cleanups.push(window.close);
  await window.page.getByRole('button', { name: 'Continue without protection…' }).click();
  await window.page.getByRole('button', { name: 'Keep it unprotected' }).click();
  await window.page.getByText('I was invited').waitFor();
  await expect.poll(() => isShown(window), soon).toBe(true);
  return window;
}

/** A panel that has a tray. */
async function startPanel(): Promise<{ readonly env: Session['env']; readonly bus: Bus }> {
  const session = await startSession();
  cleanups.push(session.stop);
  const bus = await openBus(session.env, 60_000);
  cleanups.push(() => bus.close());
  await bus.ask('RequestName', TRAY, 4);
  return { env: session.env, bus };
}

/** Answers every dialog of the desktop from now on, and counts them. */
async function answer({ app }: AppWindow, response: number): Promise<() => Promise<number>> {
  await app.evaluate(({ dialog }, chosen) => {
    const state = globalThis as { asked?: number };
    state.asked = 0;
    const show: typeof dialog.showMessageBox = () => {
      state.asked = (state.asked ?? 0) + 1;
      return Promise.resolve({ response: chosen, checkboxChecked: false });
    };
    dialog.showMessageBox = show;
  }, response);
  return () => app.evaluate(() => (globalThis as { asked?: number }).asked ?? 0);
}

/** However slow the machine is. */
const soon = { timeout: 20_000 };
const press = ({ app }: AppWindow, what: 'close' | 'show'): Promise<void> =>
  app.evaluate(({ BrowserWindow }, act) => BrowserWindow.getAllWindows()[0]?.[act](), what);
const isShown = ({ app }: AppWindow): Promise<boolean | undefined> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
const set = ({ page }: AppWindow, row: string): Promise<unknown> =>
  page.evaluate(`bridge.call('desktop.set', ${row})`);

test('a closed window goes to the tray once that was explained, and nowhere without a tray', async () => {
  const panel = await startPanel();
  const window = await open({ env: panel.env });
  const asked = await answer(window, 0);
  await press(window, 'close');
  await expect.poll(() => isShown(window), soon).toBe(false);
  await press(window, 'show');
  await press(window, 'close');
  await expect.poll(() => isShown(window), soon).toBe(false);
  expect(await asked()).toBe(1);
  await press(window, 'show');
  await set(window, '{ minimizesToTray: true }');
  // Nobody minimises a window where there is no window manager: only the news of it comes.
  await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.emit('minimize'));
  await expect.poll(() => isShown(window), soon).toBe(false);
  await press(window, 'show');
  expect(window.problems).toEqual([]);

  // The panel is gone: who closes the window means to end.
  const ended = new Promise<void>((resolve) => window.app.once('close', () => resolve()));
  panel.bus.close();
  await press(window, 'close');
  await ended;
});

test('starts at login by its own file, hidden, until that is switched off or the file is gone', async () => {
  const home = temporaryFolder('home');
  cleanups.push(home.remove);
  const env = { XDG_CONFIG_HOME: home.path };
  const files = (): string[] => globSync('autostart/*.desktop', { cwd: home.path });
  const first = await open({ env });
  await set(first, '{ startsAtLogin: true }');
  await expect.poll(files, soon).toHaveLength(1);
  const file = join(home.path, files()[0] ?? '');
  const [program = '', ...args] = readExec(readFileSync(file, 'utf8'));
  expect(args).toContain('--hidden');
  const display = await first.app.evaluate(() => process.env['DISPLAY'] ?? '');
  await first.close();

  // As the session manager starts it.
  const begun = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env, DISPLAY: display } });
  cleanups.push(() => void begun.kill('SIGKILL'));
  const log = join(first.profile, 'logs', 'waxwing.log');
  const starts = (): number => readFileSync(log, 'utf8').match(/"event":"start"/gu)?.length ?? 0;
  await expect.poll(starts, soon).toBe(2);
  const ended = once(begun, 'exit');
  begun.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);

  rmSync(file);
  const second = await openWindow({ env, profile: first.profile });
  cleanups.push(second.close);
  const isOn = (): Promise<boolean> =>
    second.page.evaluate(`bridge.call('app.snapshot', {}).then(({ value }) =>
      value.changes.some((change) => change.put === 'desktop' && change.row.startsAtLogin))`);
  await second.page.getByText('I was invited').waitFor();
  await expect.poll(isOn, soon).toBe(false);
  await set(second, '{ startsAtLogin: true }');
  await expect.poll(files, soon).toHaveLength(1);
  await set(second, '{ startsAtLogin: false }');
  await expect.poll(files, soon).toEqual([]);
});
