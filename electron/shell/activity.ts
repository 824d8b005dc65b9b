/** Watches whether somebody looks at one of the windows: focus, visibility, the lock screen, the hands on the keyboard. */
import { app, powerMonitor, type BrowserWindow } from 'electron';
import { Attention } from './attention.ts';

/** Milliseconds between two looks at what has no event: idleness, and on some desktops visibility. */
const INTERVAL = 15_000;

/** Seconds that are no pause yet. */
const IDLE = 60;

/**
 * Watches until the program ends. After the program is ready.
 * @param tell called when somebody begins or ceases to look
 * @param tellIdle called again and again while nobody touches the computer, and once when somebody does
 */
export function watchActivity(
  windows: () => readonly BrowserWindow[],
  tell: (isActive: boolean) => void,
  tellIdle: (seconds: number) => void,
): void {
  const attention = new Attention(tell);
  let isLocked = false;
  let wasIdle = false;
  const look = (): void => {
    const open = windows().filter((window) => !window.isDestroyed());
    const idle = powerMonitor.getSystemIdleTime();
    const isIdle = idle >= IDLE;
    if (isIdle || wasIdle) tellIdle(idle);
    wasIdle = isIdle;
    attention.see({
      isVisible: open.some((window) => window.isVisible() && !window.isMinimized()),
      isFocused: open.some((window) => window.isFocused()),
      idle,
      isLocked,
    });
  };
  const lock = (value: boolean) => (): void => {
    isLocked = value;
    look();
  };

  powerMonitor.on('lock-screen', lock(true));
  powerMonitor.on('unlock-screen', lock(false));
  powerMonitor.on('resume', look);
  // Focus is at once, and so is leaving it; the rest follows within an interval.
  app.on('browser-window-focus', look);
  app.on('browser-window-blur', look);
  const follow = (opened: Electron.BrowserWindow): void => {
    opened.on('show', look);
    opened.on('hide', look);
    opened.on('minimize', look);
    opened.on('restore', look);
    opened.on('closed', look);
  };
  app.on('browser-window-created', (_event, opened) => follow(opened));
  for (const opened of windows()) follow(opened);
  setInterval(look, INTERVAL).unref();
  look();
}
