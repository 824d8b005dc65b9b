/**
 * The windows beside the first: a chat or a picture in its own. Each stands where it stood, and what was open at the end is
 * open again at the next start. What they show is the page's business, which reads it in its address.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { app, type WebContents } from 'electron';
import type { Port, WindowRole } from '../../shared/contract.ts';
import { fitPlace, type Place } from './bounds.ts';
import { bringToFront, openPage, type PageOptions, type PageWindow } from './page-window.ts';
import { MOST_WINDOWS, pageOf, readWindows, writeWindows } from './roles.ts';
import { keepPlace, workAreas } from './window.ts';

export interface FurtherWindows {
  /** Opens a window for this, or brings the one to the front that there is. */
  open(role: WindowRole): void;
  /** Brings the window of a chat to the front. @returns whether there is one */
  show(chat: number): boolean;
  /** Whether somebody works in the window of a chat. */
  isFocused(chat: number): boolean;
  contents(): WebContents[];
  /** Opens what was open when the program ended; once. */
  reopen(): void;
  reload(): void;
  renew(): void;
  /** A chat is gone, and its windows with it. */
  drop(chat: number): void;
}

interface Open {
  readonly role: WindowRole;
  readonly shown: PageWindow;
  place: Place;
}

const FIRST: Place = { width: 640, height: 720, isMaximized: false };

/** @param file keeps which windows are open, and where */
export function createWindows(options: PageOptions, file: string): FurtherWindows {
  const { log } = options;
  const all = new Map<string, Open>();
  let wasReopened = false;
  let isQuitting = false;
  app.on('before-quit', () => (isQuitting = true));

  const save = (): void => {
    // Windows that close because the program ends are open at the next start.
    if (isQuitting) return;
    try {
      writeFileSync(`${file}.new`, writeWindows([...all.values()]), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      log('shell', 'place-not-saved', { error });
    }
  };

  const add = (role: WindowRole, wanted: Place): void => {
    const page = pageOf(role);
    const place = fitPlace(wanted, workAreas());
    const { isMaximized, ...bounds } = place;
    const shown = openPage(options, page, bounds);
    const { window } = shown;
    const open: Open = { role, shown, place };
    all.set(page, open);
    keepPlace(
      window,
      (next) => {
        open.place = next;
        save();
      },
      log,
    );
    window.on('closed', () => {
      all.delete(page);
      save();
    });
    window.once('ready-to-show', () => {
      if (isMaximized) window.maximize();
      window.show();
    });
  };

  const of = (chat: number): Open[] => [...all.values()].filter(({ role }) => role.chat === chat);

  return {
    open(role) {
      const there = all.get(pageOf(role));
      if (there !== undefined) bringToFront(there.shown.window);
      else if (all.size < MOST_WINDOWS) {
        add(role, FIRST);
        save();
      }
    },
    show(chat) {
      const there = all.get(pageOf({ chat }));
      if (there !== undefined) bringToFront(there.shown.window);
      return there !== undefined;
    },
    isFocused: (chat) => all.get(pageOf({ chat }))?.shown.window.isFocused() === true,
    contents: () => [...all.values()].map(({ shown }) => shown.window.webContents),
    reopen() {
      if (wasReopened) return;
      wasReopened = true;
      for (const { role, place } of load(file)) if (!all.has(pageOf(role))) add(role, place);
    },
    reload() {
      for (const { shown } of all.values()) shown.reload();
    },
    renew() {
      for (const { shown } of all.values()) shown.renew();
    },
    drop(chat) {
      for (const { shown } of of(chat)) shown.window.destroy();
    },
  };
}

/**
 * Follows what pages ask for and what becomes of chats. The windows of last time come back once the profile is open.
 * @param show brings the first window to the front, which shows a chat that has no window of its own
 */
export function followWindows(
  engine: Port,
  windows: FurtherWindows,
  show: () => void,
  isHidden = false,
): void {
  engine.onChange(({ changes }) => {
    for (const change of changes) {
      if (change.put === 'profile' && change.row.state === 'open') {
        if (!isHidden) windows.reopen();
      } else if (change.put === 'window') windows.open(change.role);
      else if (change.put === 'wanted') show();
      else if (change.put === 'no-chat') windows.drop(change.chat);
    }
  });
}

function load(file: string): ReturnType<typeof readWindows> {
  try {
    return readWindows(readFileSync(file, 'utf8'));
  } catch {
    return []; // the first start, or a file that cannot be read: nothing worth a word
  }
}
