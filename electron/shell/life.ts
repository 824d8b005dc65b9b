/**
 * From the second start to the end: one program for each profile, and an end that lets the engine close its streams.
 * It starts nothing itself.
 */
import { app, powerMonitor } from 'electron';
import { readXmppUri } from '../../shared/xmpp-uri.ts';

export interface LifeOptions {
  /** Brings the window to the front. */
  readonly show: () => void;
  /** The link that this program was started with. */
  readonly uri: string | undefined;
  /** Shows a link to the person. Called by links that come later, not by `uri`. */
  readonly openUri: (uri: string) => void;
  /** Ends everything that wants to end in order; bounded in time by whoever gives it. */
  readonly stop: () => Promise<void>;
}

/**
 * Claims the profile and follows the program's life. Before it is ready, after the profile's folder was set: the lock
 * lies in that folder.
 * @returns false when another Waxwing has the profile; it was asked to show itself.
 */
export function claimLife({ show, uri, openUri, stop }: LifeOptions): boolean {
  // The command line of the other program is Chromium's to change; what is passed beside it is ours.
  if (!app.requestSingleInstanceLock(uri === undefined ? {} : { uri })) return false;
  let isEnding = false;
  let isWantedAgain = false;

  app.on('second-instance', (_event, _argv, _directory, passed) => {
    if (isEnding) isWantedAgain = true;
    else {
      show();
      const link = linkOf(passed);
      if (link !== undefined) openUri(link);
    }
  });
  // macOS hands links over like this, the first one too.
  app.on('open-url', (event, link) => {
    event.preventDefault();
    show();
    if (readXmppUri(link) !== undefined) openUri(link);
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

/** The link that another start passed, which may be any program that found the lock. */
function linkOf(passed: unknown): string | undefined {
  const link = typeof passed === 'object' && passed !== null && 'uri' in passed ? passed.uri : undefined;
  return typeof link === 'string' && readXmppUri(link) !== undefined ? link : undefined;
}
