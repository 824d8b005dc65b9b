/** The desktop around the window: what closing means where there is a tray. */
import { afterEach, expect, test } from 'vitest';
import { openBus, TRAY, type Bus } from '../../electron/shell/session-bus.ts';
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
