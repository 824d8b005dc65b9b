/**
 * Packages the program as for a release, with the Electron that is here, and starts it as a person does: with all its
 * fuses, and never as root, so that the sandbox is the one that people have.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Publisher } from '../../build/package/publisher.ts';
import { packageProgram } from '../../build/package/run.ts';
import { startDisplay } from './display.ts';
import { temporaryFolder } from './folder.ts';

/** Whom the program runs as when the tests are root's: "nobody", who owns nothing. */
const NOBODY = 65_534;

export interface Packaged {
  /** The folder that a release unpacks to. */
  readonly folder: string;
  readonly program: string;
  /** Whether this computer lets the sandbox work at all: some containers do not. */
  readonly hasSandbox: boolean;
  /** A new folder that belongs to whom the program runs as. */
  readonly home: () => string;
  readonly start: (options: StartOptions) => Started;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Started {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** Makes the folder build, once. @returns it with a way to start it; `remove` everything at the end */
export async function packageHere(
  publisher?: Publisher,
): Promise<Packaged & { readonly remove: () => Promise<void> }> {
  const place = temporaryFolder('packaged');
  chmodSync(place.path, 0o755);
  const [folder = ''] = await packageProgram({
    platform: 'linux',
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    targets: ['dir'],
    output: place.path,
    isTrial: true,
    ...(publisher !== undefined && { publisher }),
    say: () => undefined,
  });
  const display = await startDisplay({ isPrivate: true });
  const person = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const hasSandbox = spawnSync('unshare', ['--user', 'true'], { ...person, stdio: 'ignore' }).status === 0;
  const program = join(folder, 'waxwing');
  let homes = 0;
  const home = (): string => {
    homes += 1;
    const path = join(place.path, `home ${String(homes)}`);
    mkdirSync(path, { mode: 0o700 });
    if (person.uid !== undefined) chownSync(path, person.uid, person.gid);
    return path;
  };

  return {
    folder,
    program,
    hasSandbox,
    home,
    start({ args = [], env = {} }) {
      const clean = { PATH: process.env['PATH'] ?? '', DISPLAY: display.name, LANG: 'en_US.UTF-8' };
      const child = spawn(program, ['--password-store=basic', '--lang=en-US', ...args], {
        ...person,
        env: { ...clean, HOME: home(), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // the leader of a group, so that all of it can be ended
      });
      const output: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
      }
      const ended = once(child, 'close');
      return {
        process: child,
        output: () => output.join(''),
        async stop() {
          const isRunning = child.exitCode === null && child.signalCode === null;
          if (child.pid !== undefined && isRunning) process.kill(-child.pid, 'SIGKILL');
          await ended;
        },
      };
    },
    async remove() {
      await display.stop();
      place.remove();
    },
  };
}

export interface Driven extends Started {
  readonly page: Page;
  readonly profile: string;
}

/** Starts it with the one exception that lets tests look in: the developer tools of the page, by the variable for it. */
export async function drive(packaged: Packaged, options: StartOptions = {}): Promise<Driven> {
  const profile = join(packaged.home(), 'profile');
  const unsafe = ['--remote-debugging-port=0', ...(packaged.hasSandbox ? [] : ['--no-sandbox'])];
  const started = packaged.start({
    args: [...unsafe, `--profile=${profile}`, ...(options.args ?? [])],
    env: { WAXWING_ALLOW_UNSAFE_SWITCHES: '1', ...options.env },
  });
  let browser: Browser | undefined;
  const stop = async (): Promise<void> => {
    await browser?.close().catch(() => undefined);
    await started.stop();
  };
  try {
    browser = await chromium.connectOverCDP(await toolsOf(profile, started));
    const [context] = browser.contexts();
    const page = context?.pages()[0] ?? (await context?.waitForEvent('page'));
    if (page === undefined) throw new Error('the program has no page');
    return { ...started, page, profile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address of the developer tools. Not before the page is there: whoever connects earlier may wait for ever. */
async function toolsOf(profile: string, started: Started): Promise<string> {
  const file = join(profile, 'chromium', 'DevToolsActivePort'); // Chromium writes the port that it found
  for (;;) {
    const port = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
    if (port) {
      const address = `http://127.0.0.1:${port}`;
      const listed = await fetch(`${address}/json/list`).then(
        (response) => response.text(),
        () => '',
      );
      if (listed.includes('"url": "app://waxwing/')) return address;
    }
    if (started.process.exitCode !== null) throw new Error(`the program ended:\n${started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The processes of a program by kind (`browser` is the first), each with its state as the kernel tells it. */
export function processesOf({ process: child }: Started): { kind: string; seccomp: string; noNew: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((pid) => {
      try {
        const group = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /su, '')
          .split(' ')[2];
        if (group !== String(child.pid)) return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return [
          {
            kind: /--type=([\w-]+)/u.exec(command)?.[1] ?? 'browser',
            seccomp: /^Seccomp:\s+(\d)/mu.exec(status)?.[1] ?? '',
            noNew: /^NoNewPrivs:\s+(\d)/mu.exec(status)?.[1] ?? '',
          },
        ];
      } catch {
        return []; // it ended while we looked
      }
    });
}
