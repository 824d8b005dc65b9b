/**
 * The one window: sandboxed, isolated, and nailed to our page. It remembers its place, comes back once after a crash
 * and then says so. Whatever the page tries to open or to leave for ends here.
 */
import { BrowserWindow, nativeTheme, screen, type Event, type Session, type WebContents } from 'electron';
import { fitPlace, loadPlace, savePlace, SMALLEST } from './bounds.ts';
import type { Log } from './log.ts';
import { offerContextMenu } from './menu.ts';
import type { Native } from './native.ts';
import { setReach } from './reach.ts';
import type { Say } from './speech.ts';
import { isOwnPage, PAGE, STOPPED_PAGE } from './urls.ts';

export interface WindowOptions {
  /** The bundled `preload.ts`. */
  readonly preload: string;
  readonly session: Session;
  /** The file that keeps the window's place. */
  readonly placeFile: string;
  readonly isPackaged: boolean;
  readonly native: Native;
  /** Told of each key and button that a person pressed in the window, which no page can claim. */
  readonly onGesture: () => void;
  readonly say: Say;
  /** Told of each window that is opened, before it is shown. */
  readonly onOpen: (window: BrowserWindow) => void;
  readonly log: Log;
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

/** As `--paper` in the page's style, so that nothing flashes before it is painted. */
const PAPER = { light: '#f1ebe5', dark: '#191513' };
/** Two crashes of the page within this many milliseconds end in the page that says so. */
const CALM = 60_000;
/** Milliseconds within which a key or button counts as the reason for what the page does. */
const GESTURE = 1_500;
const GESTURES: ReadonlySet<string | undefined> = new Set([
  'mouseDown',
  'mouseUp',
  'rawKeyDown',
  'keyDown',
  'gestureTap',
]);

export function createMainWindow(options: WindowOptions): MainWindow {
  const { placeFile, native, say, log } = options;
  let window: BrowserWindow | undefined;
  let crashedAt = -Infinity;
  let isRenewed = false;
  const paper = (): string => (nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light);
  nativeTheme.on('updated', () => window?.setBackgroundColor(paper()));

  const open = (isHidden: boolean): void => {
    const displays = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()];
    const { isMaximized, ...bounds } = fitPlace(
      loadPlace(placeFile),
      displays.map(({ workArea }) => workArea),
    );
    const opened = new BrowserWindow({
      ...bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      title: 'Waxwing',
      show: false,
      backgroundColor: paper(),
      autoHideMenuBar: true,
      webPreferences: {
        session: options.session,
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        disableDialogs: true,
        spellcheck: true,
        devTools: !options.isPackaged,
        // Files are chosen through a form's field, which shows what is taken; this would hand out whole folders.
        disableBlinkFeatures: 'FileSystemAccessLocal',
      },
    });
    window = opened;
    confine(opened.webContents, options);
    offerContextMenu(opened.webContents, say);
    keepPlace(opened, placeFile, log);
    keepAlive(opened);
    options.onOpen(opened);
    opened.on('page-title-updated', (event) => event.preventDefault());
    opened.on('closed', () => (window = undefined));
    opened.once('ready-to-show', () => {
      if (isHidden) return;
      if (isMaximized) opened.maximize();
      opened.show();
    });
    load(PAGE);
  };

  const load = (url: string): void => {
    const loading = window;
    loading?.loadURL(url).catch((error: unknown) => {
      // A window that is closed while it loads has not failed.
      if (window === loading) log('shell', 'load-failed', { error: String(error) });
    });
  };

  const keepAlive = (opened: BrowserWindow): void => {
    opened.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      if (isRenewed) {
        isRenewed = false;
        setImmediate(() => load(PAGE));
        return;
      }
      log('shell', 'page-gone', { reason, exitCode });
      if (reason === 'clean-exit') return;
      const now = performance.now();
      const isRepeated = now - crashedAt < CALM;
      crashedAt = now;
      // Not from within the event: the dead process is still being cleared away.
      setImmediate(() => load(isRepeated ? STOPPED_PAGE : PAGE));
    });
    opened.on('unresponsive', () => {
      log('shell', 'page-unresponsive');
      const question = {
        message: say('desktop.stuck.title'),
        detail: say('desktop.stuck.text'),
        yes: say('desktop.stuck.again'),
        no: say('desktop.stuck.wait'),
      };
      void native.ask(question).then((isYes) => {
        if (isYes && !opened.isDestroyed()) opened.webContents.forcefullyCrashRenderer();
      });
    });
  };

  return {
    current: () => window,
    contents: () => window?.webContents,
    open,
    show() {
      if (window === undefined) {
        open(false);
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    reload: () => load(PAGE),
    renew() {
      const page = window?.webContents.getOSProcessId() ?? 0;
      if (page === 0) return;
      isRenewed = true;
      // Killed and not crashed: some systems write the memory of what crashes to the disk.
      process.kill(page, 'SIGKILL');
    },
  };
}

/** Takes from any web contents the ways out of its page. */
function confine(contents: WebContents, { native, onGesture, log }: WindowOptions): void {
  setReach(contents, false);
  let gestureAt = -Infinity;
  contents.on('input-event', (_event, { type }) => {
    if (!GESTURES.has(type)) return;
    gestureAt = performance.now();
    onGesture();
  });

  const refuse = (event: Event<{ url: string; isMainFrame: boolean }>): void => {
    if (event.isMainFrame && isOwnPage(event.url)) return;
    log('shell', 'navigation-refused', { scheme: event.url.slice(0, event.url.indexOf(':')) });
    event.preventDefault();
  };
  contents.on('will-navigate', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-redirect', refuse);
  // Chromium asks nobody before it goes to about:blank. There the page has no right to speak; it is brought back.
  contents.on('did-navigate', (_event, url) => {
    if (url !== PAGE && url !== STOPPED_PAGE) contents.loadURL(PAGE).catch(() => log('shell', 'load-failed'));
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // The page cannot keep the window open.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const isAsked = performance.now() - gestureAt < GESTURE;
    gestureAt = -Infinity; // One gesture, one address.
    void native.openExternal(url, isAsked);
    return { action: 'deny' };
  });
}

/** Writes the window's place when it rests, and when it closes. */
function keepPlace(window: BrowserWindow, file: string, log: Log): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    try {
      savePlace(file, { ...window.getNormalBounds(), isMaximized: window.isMaximized() });
    } catch (error) {
      log('shell', 'place-not-saved', { error });
    }
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, 500);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
}
