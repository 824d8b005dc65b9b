/** Child processes for the build: runs one to its end, and finds npm beside the Node that this project brings. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './places.ts';

export interface Finished {
  /** The exit code; a process ended by a signal counts as 128, one that never started as 127. */
  readonly code: number;
  /** Standard output and standard error, as they came; empty when they were shown instead. */
  readonly output: string;
  readonly milliseconds: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Passes the output through instead of collecting it. */
  readonly show?: boolean;
  /** Milliseconds until the process is ended. */
  readonly limit?: number;
  readonly input?: string;
}

/** Runs a program to its end. Resolves for every exit code and also when the program does not exist. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const start = performance.now();
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    const finish = (code: number): void => {
      resolve({
        code,
        output: Buffer.concat(output).toString('utf8'),
        milliseconds: performance.now() - start,
      });
    };
    const show = options.show ? 'inherit' : 'pipe';
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', show, show],
      timeout: options.limit,
      killSignal: 'SIGKILL',
    });
    child.stdin?.end(options.input);
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      finish(127);
    });
    child.on('close', (code) => {
      finish(code ?? 128);
    });
  });
}

/** The path of a program, or `undefined` when it is not installed. */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  // A daemon such as `prosody` may live where an ordinary person's PATH does not look.
  const folders = [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** How to start npm: the one that started us, with the Node that it runs on, since an old npm may fear a new Node. */
export function npm(): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(root));
  const env = { ...process.env, PATH: path.join(delimiter) };
  if (script?.endsWith('.js') && node) return { command: node, args: [script], env };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [], env };
}
