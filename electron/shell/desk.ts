/**
 * The desktop around the window: menus, the tray, and what closing means, in the person's language and as they want it.
 * Follows what the engine tells; decides nothing itself.
 */
import { app, type BrowserWindow } from 'electron';
import type { DesktopRow, Port, ProfileRow } from '../../shared/contract.ts';
import { createClosing } from './closing.ts';
import type { Login } from './login.ts';
import { setMenu } from './menu.ts';
import { showUnread, type Question } from './native.ts';
import type { Speech } from './speech.ts';
import { showTray, type TrayIcon } from './tray.ts';

export interface DeskOptions {
  readonly engine: Port;
  readonly speech: Speech;
  /** The folder of the tray's pictures. */
  readonly pictures: string;
  readonly login: Login;
  /** The first window, while it is open. */
  readonly window: () => BrowserWindow | undefined;
  readonly show: () => void;
  readonly ask: (question: Question) => Promise<boolean>;
}

/** A locked screen changes nothing about the desktop. */
const isOpen = ({ state }: ProfileRow): boolean => state === 'open' || state === 'screen-locked';

/**
 * Follows from the engine's first change on, which may come before the program is ready.
 * @returns what is done with each window that is opened
 */
export function keepDesk({
  engine,
  speech,
  pictures,
  login,
  window,
  show,
  ask,
}: DeskOptions): (window: BrowserWindow) => void {
  const { say } = speech;
  let row: DesktopRow | undefined;
  let tray: TrayIcon | undefined;

  const follow = (before: DesktopRow | undefined, now: DesktopRow): DesktopRow => {
    if (before === undefined) {
      // Switched off elsewhere is switched off.
      if (now.startsAtLogin && !login.keep()) void engine.call('desktop.set', { startsAtLogin: false });
    } else if (before.startsAtLogin !== now.startsAtLogin) login.set(now.startsAtLogin);
    return now;
  };

  void app.whenReady().then(() => {
    speech.use(app.getLocale()); // until the window says what it speaks
    setMenu(app.isPackaged, say);
    tray = showTray({
      pictures,
      say,
      act: (act) => {
        if (act === 'open') show();
        else if (act === 'quit') app.quit();
        else if (act === 'lock') void engine.call('lock.now', {});
        else void engine.call('notifications.mute', { span: act.slice('mute '.length) });
      },
    });
  });
  showUnread(engine, window, (count) => tray?.count(count));
  engine.onChange(({ changes }) => {
    for (const change of changes) {
      if (change.put === 'desktop') row = follow(row, change.row);
      else if (change.put === 'profile' && !isOpen(change.row)) row = undefined;
      else if (change.put === 'language') {
        speech.use(change.locale);
        setMenu(app.isPackaged, say);
      }
    }
    tray?.apply(changes);
  });

  return createClosing({
    wanted: () => row,
    async ask() {
      const isKept = await ask({
        message: say('desktop.close.title'),
        detail: say('desktop.close.text'),
        yes: say('desktop.close.keep'),
        no: say('desktop.close.quit'),
      });
      const closing = isKept ? 'tray' : 'quit';
      await engine.call('desktop.set', { closing });
      return closing;
    },
  });
}
