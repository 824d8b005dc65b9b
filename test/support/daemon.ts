/** Background programs of tests: each ends with the test process, however that one ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { findProgram } from '../../build/processes.ts';

export interface DaemonOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Standard output and error are appended here. */
  readonly log: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Opens file descriptor 3 for reading, where some programs announce themselves. */
  readonly announces?: boolean;
}

export interface Daemon {
  readonly pid: number;
  /** Resolves when the program has ended. */
  readonly ended: Promise<void>;
  readonly hasEnded: () => boolean;
  /** The first line on file descriptor 3. @throws when the program ends without one. */
  readonly announcement: () => Promise<string>;
  /** Sends the signal, waits until the program has ended, and kills it after `patience` milliseconds. */
  readonly stop: (signal?: NodeJS.Signals, patience?: number) => Promise<void>;
}

/**
 * Starts a program that stays in the foreground.
 * @throws Error when it does not exist.
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  options: DaemonOptions,
): Promise<Daemon> {
  // `exit` handlers do not run in a killed process; Linux can be asked to end the child with its parent.
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const [program, ...rest]: [string, ...string[]] = setpriv
    ? [setpriv, '--pdeathsig', 'KILL', '--', command, ...args]
    : [command, ...args];
  const log = createWriteStream(options.log, { flags: 'a' });
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe', options.announces ? 'pipe' : 'ignore'],
  });
  const killAtExit = (): void => {
    child.kill('SIGKILL');
  };
  await once(child, 'spawn');
  process.once('exit', killAtExit);
  child.stdin?.on('error', () => undefined); // a program that does not read its input closes it
  child.stdin?.end(options.input ?? '');
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });

  let hasEnded = false;
  const ended = once(child, 'close').then(() => {
    hasEnded = true;
    process.removeListener('exit', killAtExit);
    log.end();
  });
  const announced = options.announces ? firstLine(child.stdio[3] as Readable, command) : undefined;
  announced?.catch(() => undefined); // told to whoever asks for it

  return {
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => hasEnded,
    announcement: () => announced ?? Promise.reject(new Error(`${command} was not asked to announce itself`)),
    stop: async (signal = 'SIGTERM', patience = 5_000) => {
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(impatience);
    },
  };
}

async function firstLine(stream: Readable, command: string): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error(`${command} ended without announcing itself`);
}
