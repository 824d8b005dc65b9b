/**
 * What becomes of a window that is closed or minimised: it goes to the tray if there is one and the person wants that.
 * Nobody is left with a program that runs and cannot be found.
 */
import { app, type BrowserWindow, type Event } from 'electron';
import type { Closing, DesktopRow } from '../../shared/contract.ts';
import { isOnBus, TRAY } from './session-bus.ts';

export interface ClosingOptions {
  /** What the person wants; absent while the profile is not open. */
  readonly wanted: () => DesktopRow | undefined;
  /** Explains it and asks what closing shall mean, once. */
  readonly ask: () => Promise<Exclude<Closing, 'ask'>>;
}

/** Whether there is a tray now: some desktops have none, or only later than we start. */
async function hasTray(): Promise<boolean> {
  if (process.platform === 'win32') return true;
  // On macOS the dock brings a closed window back.
  return process.platform === 'linux' && (await isOnBus(TRAY, process.env));
}

/** @returns what makes a window, once it is opened, go to the tray */
export function createClosing({ wanted, ask }: ClosingOptions): (window: BrowserWindow) => void {
  let isQuitting = false;
  let isAsking = false;
  app.on('before-quit', () => (isQuitting = true));

  const close = async (window: BrowserWindow): Promise<void> => {
    const { closing = 'quit' } = wanted() ?? {};
    const isTray =
      closing !== 'quit' && (await hasTray()) && (closing === 'tray' || (await ask()) === 'tray');
    if (!isTray) app.quit();
    else if (!window.isDestroyed()) window.hide();
  };

  return (window) => {
    window.on('close', (event: Event) => {
      if (isQuitting || process.platform === 'darwin') return;
      event.preventDefault();
      if (isAsking) return;
      isAsking = true;
      void close(window).finally(() => (isAsking = false));
    });
    window.on('minimize', () => {
      if (wanted()?.minimizesToTray !== true) return;
      void hasTray().then((isThere) => {
        if (isThere && !window.isDestroyed()) window.hide();
      });
    });
  };
}
