/**
 * From the second start to the end: one program for each profile, and an end that lets the engine close its streams.
 * It starts nothing itself.
 */
import { app, powerMonitor } from 'electron';

export interface LifeOptions {
  /** Brings the window to the front. */
  readonly show: () => void;
  /** Ends everything that wants to end in order; bounded in time by whoever gives it. */
  readonly stop: () => Promise<void>;
}

/**
 * Claims the profile and follows the program's life. Before it is ready, after the profile's folder was set: the lock
 * lies in that folder.
 * @returns false when another Waxwing has the profile; it was asked to show itself.
 */
export function claimLife({ show, stop }: LifeOptions): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  let isEnding = false;
  let isWantedAgain = false;

  app.on('second-instance', () => {
    if (isEnding) isWantedAgain = true;
    else show();
  });
  app.on('activate', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  void app.whenReady().then(() => powerMonitor.on('shutdown', () => app.quit()));
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (isEnding) return;
    isEnding = true;
    void stop().finally(() => {
      if (isWantedAgain) app.relaunch();
      app.exit(0);
    });
  });
  return true;
}
