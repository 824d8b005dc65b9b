/** Opens the real, bundled program in a real window and drives it as a person would. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { bundle } from '../../build/bundle.ts';
import { findElectron } from '../../build/electron.ts';
import { root } from '../../build/places.ts';
import { machineSwitches } from '../../build/sandbox.ts';
import { startDisplay } from './display.ts';
import { temporaryFolder } from './folder.ts';

export interface WindowOptions {
  /** A profile to open again; a new, temporary one when absent. */
  readonly profile?: string;
  /** Where the program keeps its key: nowhere (`basic`), or in a keyring (see keyring.ts, and pass its `env`). */
  readonly passwordStore?: 'basic' | 'gnome-libsecret';
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments for the program. */
  readonly args?: readonly string[];
  /** Another program than ours: the folder with its package.json. */
  readonly program?: string;
}

export interface AppWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
  /** Errors that the page wrote to its console or threw. A test that expects none asserts that it is empty. */
  readonly problems: string[];
  /** What the main process printed since its first window. */
  readonly output: () => string;
  /** Writes `test-results/screenshots/<name>.png` and returns its path. */
  readonly screenshot: (name: string) => Promise<string>;
  /** Closes as a person does. The profile stays. */
  readonly close: () => Promise<void>;
  /** Ends every process of the program at once, like a power failure. The profile stays. */
  readonly kill: () => Promise<void>;
}

let ready: Promise<{ executable: string; switches: string[]; display: string }> | undefined;

/** Once per test process: Electron, an up-to-date bundle, a display. */
function prepare(): NonNullable<typeof ready> {
  ready ??= (async () => {
    const silence = (): void => undefined;
    const electron = await findElectron({ say: silence });
    await bundle({ say: silence });
    // It ends with this process: see daemon.ts.
    const display = await startDisplay();
    return {
      executable: electron.executable,
      switches: machineSwitches(electron, silence),
      display: display.name,
    };
  })();
  return ready;
}

/**
 * Starts the program and returns when its first window exists; what the page shows by then is the test's business.
 * @throws when no window appears within 30 seconds.
 */
export async function openWindow(options: WindowOptions = {}): Promise<AppWindow> {
  const { executable, switches, display } = await prepare();
  const profile = options.profile ?? temporaryFolder('profile').path;
  const app = await _electron.launch({
    executablePath: executable,
    args: [
      ...['-r', join(root, 'test', 'support', 'hold-ready.cjs')],
      ...switches,
      '--lang=en-US', // the tests read English, whatever this computer speaks
      `--password-store=${options.passwordStore ?? 'basic'}`,
      options.program ?? root,
      `--profile=${profile}`,
      ...(options.args ?? []),
    ],
    env: { ...environment(), DISPLAY: display, ...options.env },
    cwd: root,
    chromiumSandbox: true, // else Playwright switches it off; machineSwitches decides
    timeout: 30_000,
  });
  const child = app.process();
  const output: string[] = [];
  child.stdout?.on('data', (chunk) => output.push(String(chunk)));
  child.stderr?.on('data', (chunk) => output.push(String(chunk)));
  const closed = new Promise<void>((resolve) => {
    app.once('close', () => {
      resolve();
    });
  });
  const page = await app.firstWindow({ timeout: 30_000 });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));

  return {
    app,
    page,
    profile,
    problems,
    output: () => output.join(''),
    screenshot: async (name) => {
      const folder = join(root, 'test-results', 'screenshots');
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
    close: () => app.close(),
    kill: async () => {
      // Playwright starts it as the leader of a process group.
      const isGone = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined && !isGone) process.kill(-child.pid, 'SIGKILL');
      await closed;
    },
  };
}

function environment(): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = process.env; // set by some editors' terminals
  return Object.fromEntries(
    Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
