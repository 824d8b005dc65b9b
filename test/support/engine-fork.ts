/** The parent's side of engine-process.ts: a Port to an engine that can be killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Batch, Port, Reply } from '../../shared/contract.ts';
import { Mirror } from './engine.ts';

export interface ForkedEngine extends Mirror {
  /** Ends it like a power cut: no goodbye, nothing flushed. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Lets it end itself when it passes a step of the unit of work for the given time: `name:count`. */
  killAt(step: string): void;
  nudge(reason: 'network' | 'wake'): void;
  /** Its process, which can be stopped and continued. */
  readonly pid: number;
  /** Resolves when the process is gone, by a failpoint or otherwise. */
  readonly gone: Promise<void>;
  readonly isGone: () => boolean;
}

export interface ForkOptions {
  readonly profile: string;
  readonly authority: string;
  readonly killAt?: string;
  /** Told when the account went online or its connection closed. */
  readonly happened?: (event: string, data: Readonly<Record<string, unknown>> | undefined) => void;
}

export async function forkEngine(options: ForkOptions): Promise<ForkedEngine> {
  const child = fork(fileURLToPath(new URL('engine-process.ts', import.meta.url)), [], {
    env: {
      ...process.env,
      WAXWING_PROFILE: options.profile,
      WAXWING_AUTHORITY: options.authority,
      ...(options.killAt !== undefined && { WAXWING_KILL_AT: options.killAt }),
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced', // pieces of files are bytes
  });
  let isGone = false;
  // A process that was stopped does not see that its channel closed.
  const killAtExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killAtExit);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.removeListener('exit', killAtExit);
      isGone = true;
      resolve();
    });
  });
  child.on('message', ({ happened }: { happened?: { event: string; data?: Record<string, unknown> } }) => {
    if (happened !== undefined) options.happened?.(happened.event, happened.data);
  });
  const port = portOf(child, gone);
  const mirror = new Mirror(port);
  await Promise.race([
    new Promise<void>((resolve) => {
      child.on('message', (message: { started?: true }) => {
        if (message.started) resolve();
      });
    }),
    gone,
  ]);
  return Object.assign(mirror, {
    gone,
    isGone: () => isGone,
    pid: child.pid ?? 0,
    nudge: (reason: 'network' | 'wake') => {
      child.send({ nudge: reason });
    },
    killAt: (step: string) => {
      child.send({ killAt: step });
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  });
}

function portOf(child: ChildProcess, gone: Promise<void>): Port {
  const waiting = new Map<number, (reply: Reply) => void>();
  const listeners = new Set<(batch: Batch) => void>();
  let last = 0;
  child.on('message', (message: { id?: number; reply?: Reply; batch?: Batch }) => {
    if (message.batch !== undefined) for (const listener of listeners) listener(message.batch);
    if (message.id !== undefined && message.reply !== undefined) {
      waiting.get(message.id)?.(message.reply);
      waiting.delete(message.id);
    }
  });
  void gone.then(() => {
    for (const answer of waiting.values())
      answer({ ok: false, code: 'interrupted', message: 'the engine is gone' });
  });
  return {
    call(name, input) {
      last += 1;
      const id = last;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        if (!child.connected) resolve({ ok: false, code: 'interrupted', message: 'the engine is gone' });
        else child.send({ id, name, input }, () => undefined);
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
