/**
 * A window that shows our page: sandboxed, isolated, and nailed to one address. It comes back once after a crash and then says
 * so. Whatever the page tries to open or to leave for ends here. Which windows there are, and where, is not its business.
 */
import { BrowserWindow, nativeTheme, type Event, type Session, type WebContents } from 'electron';
import { SMALLEST, type Rectangle } from './bounds.ts';
import type { Log } from './log.ts';
import { offerContextMenu } from './menu.ts';
import type { Native } from './native.ts';
import type { Say } from './speech.ts';
import { isOwnPage, STOPPED_PAGE } from './urls.ts';

export interface PageOptions {
  /** The bundled `preload.ts`. */
  readonly preload: string;
  readonly session: Session;
  readonly isPackaged: boolean;
  readonly native: Native;
  /** Told of each key and button that a person pressed in the window, which no page can claim. */
  readonly onGesture: () => void;
  readonly say: Say;
  readonly log: Log;
}

export interface PageWindow {
  readonly window: BrowserWindow;
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

/** Opens a window that shows itself nowhere yet, and loads one of our pages in it. */
export function openPage(options: PageOptions, page: string, bounds: Partial<Rectangle>): PageWindow {
  const { native, say, log } = options;
  const paper = (): string => (nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light);
  const window = new BrowserWindow({
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
  let crashedAt = -Infinity;
  let isRenewed = false;
  confine(window.webContents, page, options);
  offerContextMenu(window.webContents, say);
  const repaint = (): void => window.setBackgroundColor(paper());
  nativeTheme.on('updated', repaint);
  window.once('closed', () => nativeTheme.off('updated', repaint));

  const load = (url: string): void => {
    if (window.isDestroyed()) return;
    window.loadURL(url).catch((error: unknown) => {
      // A window that is closed while it loads has not failed.
      if (!window.isDestroyed()) log('shell', 'load-failed', { error: String(error) });
    });
  };
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (isRenewed) {
      isRenewed = false;
      setImmediate(() => load(page));
      return;
    }
    log('shell', 'page-gone', { reason, exitCode });
    if (reason === 'clean-exit') return;
    const now = performance.now();
    const isRepeated = now - crashedAt < CALM;
    crashedAt = now;
    // Not from within the event: the dead process is still being cleared away.
    setImmediate(() => load(isRepeated ? STOPPED_PAGE : page));
  });
  window.on('unresponsive', () => {
    log('shell', 'page-unresponsive');
    const question = {
      message: say('desktop.stuck.title'),
      detail: say('desktop.stuck.text'),
      yes: say('desktop.stuck.again'),
      no: say('desktop.stuck.wait'),
    };
    void native.ask(question).then((isYes) => {
      if (isYes && !window.isDestroyed()) window.webContents.forcefullyCrashRenderer();
    });
  });
  load(page);

  return {
    window,
    reload: () => load(page),
    renew() {
      const renderer = window.isDestroyed() ? 0 : window.webContents.getOSProcessId();
      if (renderer === 0) return;
      isRenewed = true;
      // Killed and not crashed: some systems write the memory of what crashes to the disk.
      process.kill(renderer, 'SIGKILL');
    },
  };
}

/** Brings a window to the front. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Takes from any web contents the ways out of its page. */
function confine(contents: WebContents, page: string, { native, onGesture, log }: PageOptions): void {
  // Otherwise the page could send to anyone by WebRTC, which no policy of the page's own covers.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  let gestureAt = -Infinity;
  contents.on('input-event', (_event, { type }) => {
    if (!GESTURES.has(type)) return;
    gestureAt = performance.now();
    onGesture();
  });

  const back = (): void => {
    contents.loadURL(page).catch(() => log('shell', 'load-failed'));
  };
  const refuse = (event: Event<{ url: string; isMainFrame: boolean }>): void => {
    if (event.isMainFrame && event.url === page) return;
    log('shell', 'navigation-refused', { scheme: event.url.slice(0, event.url.indexOf(':')) });
    event.preventDefault();
    // The way back from the page that says that it stopped: each window has its own.
    if (event.isMainFrame && isOwnPage(event.url)) back();
  };
  contents.on('will-navigate', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-redirect', refuse);
  // Chromium asks nobody before it goes to about:blank. There the page has no right to speak; it is brought back.
  contents.on('did-navigate', (_event, url) => {
    if (url !== page && url !== STOPPED_PAGE) back();
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
