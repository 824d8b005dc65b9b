/** The window that is always there: the list, the chats, the settings. It remembers its place. */
import { screen, type BrowserWindow, type WebContents } from 'electron';
import { fitPlace, loadPlace, savePlace, type Place } from './bounds.ts';
import type { Log } from './log.ts';
import { bringToFront, openPage, type PageOptions, type PageWindow } from './page-window.ts';
import { setReach } from './reach.ts';
import { PAGE } from './urls.ts';

export interface WindowOptions extends PageOptions {
  /** The file that keeps the window's place. */
  readonly placeFile: string;
  /** Told of each window that is opened, before it is shown. */
  readonly onOpen: (window: BrowserWindow) => void;
}

export interface MainWindow {
  /** The window, while it is open. */
  current(): BrowserWindow | undefined;
  contents(): WebContents | undefined;
  /** Opens the window. Hidden, it waits for `show`. */
  open(isHidden: boolean): void;
  /** Brings the window to the front, opening it if need be. */
  show(): void;
  /** Loads the page anew. */
  reload(): void;
  /** The same in a process of its own: with the old one ends all that it had in its memory. */
  renew(): void;
}

export function createMainWindow(options: WindowOptions): MainWindow {
  const { placeFile, log } = options;
  let shown: PageWindow | undefined;

  const open = (isHidden: boolean): void => {
    const { isMaximized, ...bounds } = fitPlace(loadPlace(placeFile), workAreas());
    const opened = openPage(options, PAGE, bounds);
    shown = opened;
    const { window } = opened;
    keepPlace(window, (place) => savePlace(placeFile, place), log);
    setReach(window.webContents, false);
    options.onOpen(window);
    window.on('page-title-updated', (event) => event.preventDefault());
    window.on('closed', () => (shown = undefined));
    window.once('ready-to-show', () => {
      if (isHidden) return;
      if (isMaximized) window.maximize();
      window.show();
    });
  };

  return {
    current: () => shown?.window,
    contents: () => shown?.window.webContents,
    open,
    show() {
      if (shown === undefined) open(false);
      else bringToFront(shown.window);
    },
    reload: () => shown?.reload(),
    renew: () => shown?.renew(),
  };
}

/** Of each display the part that windows may take, the first display first. */
export function workAreas(): Electron.Rectangle[] {
  return [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
}

/** Tells a window's place when it rests, and when it closes. @param save may throw what the disk says */
export function keepPlace(window: BrowserWindow, save: (place: Place) => void, log: Log): void {
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    clearTimeout(timer);
    try {
      save({ ...window.getNormalBounds(), isMaximized: window.isMaximized() });
    } catch (error) {
      log('shell', 'place-not-saved', { error });
    }
  };
  const tellSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tell, 500);
  };
  window.on('resize', tellSoon);
  window.on('move', tellSoon);
  window.on('close', tell);
}
