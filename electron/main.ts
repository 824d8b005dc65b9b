/**
 * The composition root: reads the command line, makes the profile private, starts the engine's thread and opens the
 * window. Nothing is decided here that another file could decide.
 */
import { readFileSync, statSync } from 'node:fs';
import { homedir, type as describeSystem } from 'node:os';
import { dirname, join } from 'node:path';
import { app, BrowserWindow, dialog, safeStorage, session } from 'electron';
import { watchActivity } from './shell/activity.ts';
import { findObstacle, readArguments, type Arguments, type Obstacle } from './shell/arguments.ts';
import { createCapture, type Capture } from './shell/capture.ts';
import { startEngine } from './shell/engine.ts';
import { connectWindow } from './shell/ipc.ts';
import { keepCrashes } from './shell/crash-reports.ts';
import { createKeyring } from './shell/keyring.ts';
import { claimLife } from './shell/life.ts';
import { createLogin } from './shell/login.ts';
import { openLog } from './shell/log.ts';
import { keepDesk } from './shell/desk.ts';
import { createNative, type Native } from './shell/native.ts';
import { findPlace } from './shell/place.ts';
import { watchPower } from './shell/power.ts';
import { prepareProfile } from './shell/profile.ts';
import { registerScheme, servePages } from './shell/protocol.ts';
import { readPublished } from './shell/publisher.ts';
import { resolveNothing, setReach } from './shell/reach.ts';
import { createScreens } from './shell/screens.ts';
import { lockSession } from './shell/session.ts';
import { Speech } from './shell/speech.ts';
import { createUpdating } from './shell/updating.ts';
import type { PageOptions } from './shell/page-window.ts';
import { Veil } from './shell/veil.ts';
import { createMainWindow, type MainWindow } from './shell/window.ts';
import { createWindows, followWindows, type FurtherWindows } from './shell/windows.ts';

const here = import.meta.dirname;

/** Says why this program must not run like this, and ends it: in English on the terminal, in the person's language beside. */
function refuse({ sentence, values }: Obstacle): void {
  const speech = new Speech();
  process.stderr.write(`${speech.say(sentence, values)}\n`);
  // Never `await app.whenReady()` at the top level of a module: it waits for ever (electron#41369).
  void app.whenReady().then(() => {
    speech.use(app.getLocale());
    dialog.showErrorBox(speech.say('desktop.cannot-start'), speech.say(sentence, values));
    app.exit(1);
  });
}

function start({ isHidden, uri, profile: named }: Arguments, folder: string): void {
  const profile = prepareProfile(folder);
  const isOurs = claimLife({
    show: () => window?.show(),
    uri,
    openUri: (link) => void engine.call('app.openUri', { uri: link }),
    stop: () =>
      engine
        .stop()
        .then(() => updating.finish())
        .finally(() => {
          log('shell', 'end');
          flush();
        }),
  });
  if (!isOurs) {
    app.exit(0);
    return;
  }
  const now = (): number => Date.now();
  const { log: write, flush } = openLog({ folder: profile.logs, isEcho: !app.isPackaged, now });
  const { electron, chrome, node } = process.versions;
  const log = keepCrashes(write, {
    ...{ folder: profile.crashes, now },
    about: [
      `Waxwing ${app.getVersion()}`,
      `electron ${electron}, chrome ${chrome}, node ${node}`,
      `${process.platform} ${process.arch}`,
    ],
  });
  log('shell', 'start', { waxwing: app.getVersion(), electron });
  process.on('uncaughtException', (error) => log('shell', 'uncaught', { error }));
  process.on('unhandledRejection', (error) => log('shell', 'unhandled', { error }));
  app.on('child-process-gone', (_event, { type, reason }) => log('shell', 'process-gone', { type, reason }));

  const updating = createUpdating(published, profile.folder, log);

  // Neither exists before the program is ready; the engine starts in the meantime.
  const speech = new Speech();
  const { say } = speech;
  let window: MainWindow | undefined;
  let windows: FurtherWindows | undefined;
  let native: Native | undefined;
  let capture: Capture | undefined;
  const engine = startEngine({
    path: join(here, 'engine.js'),
    profile: profile.folder,
    software: { name: 'Waxwing', version: app.getVersion(), system: describeSystem() },
    keyring: createKeyring(safeStorage, process.platform, app.whenReady()),
    chooseFiles: (question) => native?.chooseFiles(question) ?? Promise.resolve([]),
    desktop: (action, path) => native?.desktop(action, path),
    notify: (notice) => native?.notify(notice),
    updates: updating,
    log,
    onRestart() {
      capture?.forget();
      window?.reload();
      windows?.reload();
    },
    onFailure() {
      const question = {
        message: say('desktop.failed.title'),
        detail: say('desktop.failed.text'),
        yes: say('desktop.failed.again'),
        no: say('desktop.close.quit'),
      };
      void native?.ask(question).then((isYes) => (isYes ? engine.restart() : app.quit()));
    },
  });
  const tend = keepDesk({
    engine,
    speech,
    pictures: join(here, 'tray'),
    login: createLogin(named, log),
    window: () => window?.current(),
    show: () => window?.show(),
    ask: (question) => native?.ask(question) ?? Promise.resolve(false),
  });
  if (uri !== undefined) void engine.call('app.openUri', { uri });

  void app.whenReady().then(() => {
    const { isPackaged } = app;
    const allowed = (capture = createCapture({
      now: () => performance.now(),
      later: (work, milliseconds) => void setTimeout(work, milliseconds),
      onCall(isOn) {
        const contents = window?.contents();
        if (contents !== undefined) setReach(contents, isOn);
      },
    }));
    const screens = createScreens(allowed, () => performance.now());
    lockSession(session.defaultSession, isPackaged, allowed, log);
    screens.guard(session.defaultSession);
    const read: typeof engine.readFile = (file, start, length) => engine.readFile(file, start, length);
    servePages(session.defaultSession, join(here, 'renderer'), read, say, log);
    const veil = new Veil();
    native = createNative({
      window: () => BrowserWindow.getFocusedWindow() ?? window?.current(),
      isLookedAt: (chat) =>
        !veil.isLocked && (window?.current()?.isFocused() === true || windows?.isFocused(chat) === true),
      openChat(chat) {
        if (windows?.show(chat) === true) return;
        void engine.call('app.showChat', { chat });
        window?.show();
      },
      say,
      log,
    });
    engine.onChange(({ changes }) => {
      veil.see(changes);
      native?.settle(changes);
      allowed.follow(changes);
    });
    const pages: PageOptions = {
      preload: join(here, 'preload.cjs'),
      session: session.defaultSession,
      isPackaged,
      native,
      onGesture: () => allowed.touch(),
      say,
      log,
    };
    window = createMainWindow({ ...pages, placeFile: profile.placeFile, onOpen: tend });
    windows = createWindows(pages, profile.windowsFile);
    followWindows(engine, windows, () => window?.show(), isHidden);
    connectWindow(
      screens.offer(engine),
      () => [window?.contents(), ...(windows?.contents() ?? [])].filter((each) => each !== undefined),
      (call, input) => allowed.hear(call, input),
      () => {
        allowed.forget();
        window?.renew();
        windows?.renew();
      },
      log,
    );
    watchPower(
      (reason) => engine.nudge(reason),
      () => void engine.call('lock.now', { isSystem: true }),
      log,
    );
    window.open(isHidden);
    watchActivity(
      () => BrowserWindow.getAllWindows(),
      (isActive) => engine.setActive(isActive),
      (seconds) => engine.setIdle(seconds),
    );
  });
}

function usualPlace(): string {
  return findPlace({
    platform: process.platform,
    isPackaged: app.isPackaged,
    env: process.env,
    home: homedir(),
    appData: app.getPath('appData'),
    programFolder: dirname(process.execPath),
    isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
  });
}

app.setName('Waxwing');
app.setAppUserModelId('im.waxwing.Waxwing');
registerScheme();
resolveNothing();
// No crash reporter is started, here or elsewhere: a memory dump would hold keys and messages.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();

const published = readPublished(readFileSync(join(here, '..', 'package.json'), 'utf8'));
const given = readArguments(process.argv.slice(1), process.cwd());
const obstacle = findObstacle(given, {
  isPackaged: app.isPackaged,
  isTrial: published.isTrial,
  hasSwitch: (name) => app.commandLine.hasSwitch(name),
  env: process.env,
  napi: process.versions['napi'],
});
if (obstacle !== undefined) refuse(obstacle);
else {
  try {
    start(given, given.profile ?? usualPlace());
  } catch (error) {
    refuse({ sentence: 'desktop.refused.folder', values: { problem: String(error) } });
  }
}
