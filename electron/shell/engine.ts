/**
 * The engine's thread seen from the main thread: starts it, carries calls and changes, answers for the keyring,
 * starts it again after a crash, and stops it in an orderly way. It imports types only from the engine.
 */
import { Worker } from 'node:worker_threads';
import type { Batch, Port, Reply } from '../../shared/contract.ts';
import type { Host, Keyring, OwnSoftware } from '../engine/host.ts';
import type { Piece, Shown } from '../engine/serving.ts';
import { readProxy } from './system-proxy.ts';
import type { UpdateReady, UpdateTarget } from '../engine/update-source.ts';
import type { FromThread, KeyringQuestion, ThreadData, ToThread } from '../engine/thread.ts';

export interface EngineThreadOptions {
  /** The bundled `thread.ts`. */
  readonly path: string;
  readonly profile: string;
  readonly software: OwnSoftware;
  readonly keyring: Keyring;
  /** Asks the person for a file, in a dialog of the desktop. */
  readonly chooseFiles?: NonNullable<Host['chooseFiles']>;
  /** Opens a file in another program, or shows it in its folder. */
  readonly desktop?: NonNullable<Host['desktop']>;
  readonly notify: Host['notify'];
  /** Updates, where they are ours to bring. */
  readonly updates?: {
    readonly target: UpdateTarget | undefined;
    findProxy(address: string): Promise<string>;
    install(ready: UpdateReady | undefined): void;
    restart(): void;
  };
  readonly log: Host['log'];
  /**
   * A fresh engine runs in place of a crashed one. Its sequence numbers start over and calls may have been lost, so
   * whoever mirrors rows starts over as well: the window is reloaded.
   */
  onRestart(): void;
  /** It crashed again within a minute and stays down until `restart`. */
  onFailure(): void;
  /** Milliseconds before a crashed engine is started again; 1,000 when absent. */
  readonly restartDelay?: number;
  /** Milliseconds that an orderly stop may take; 3,000 when absent. */
  readonly stopTimeout?: number;
}

export interface EngineThread extends Port {
  nudge(reason: 'network' | 'wake'): void;
  /** Somebody looks at the window, or nobody does any more; remembered for an engine that is started again. */
  setActive(isActive: boolean): void;
  /** For how many seconds nobody has touched this computer. */
  setIdle(seconds: number): void;
  /** Some bytes of a file; nothing for one that is not here, or while the engine is not. */
  readFile(file: Shown, start: number, length: number): Promise<Piece | undefined>;
  /** Starts the engine again after `onFailure`. */
  restart(): void;
  /** Resolves when the thread has ended, after an orderly stop if that came in time. Idempotent. */
  stop(): Promise<void>;
}

/** Two crashes within this many milliseconds are one too many: whatever caused the first is still there. */
const CALM = 60_000;

/** The call's fate is unknown: the engine went away while it ran, or is not there. */
const INTERRUPTED: Reply = { ok: false, code: 'interrupted', message: 'the engine was interrupted' };

export function startEngine(options: EngineThreadOptions): EngineThread {
  const { restartDelay = 1_000, stopTimeout = 3_000, log } = options;
  const listeners = new Set<(batch: Batch) => void>();
  const waiting = new Map<number, (reply: Reply) => void>();
  const reading = new Map<number, (piece: Piece | undefined) => void>();
  let worker: Worker | undefined;
  let calls = 0;
  let lostAt: number | undefined;
  let isActive = true;
  let timer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;
  let onStopped = (): void => undefined;

  const chooseFiles: NonNullable<Host['chooseFiles']> = async (question) => {
    try {
      return (await options.chooseFiles?.(question)) ?? [];
    } catch (error) {
      log('shell', 'no-file-dialog', { error });
      return [];
    }
  };

  const findWay = async (id: number, address: string): Promise<ToThread> => {
    try {
      return { kind: 'way', id, proxy: readProxy((await options.updates?.findProxy(address)) ?? '') };
    } catch (error) {
      log('shell', 'no-way', { error });
      return { kind: 'way', id };
    }
  };

  const launch = (): void => {
    const target = options.updates?.target;
    const data: ThreadData = {
      ...{ profile: options.profile, software: options.software },
      ...(target !== undefined && { updates: target }),
    };
    const started = new Worker(options.path, { workerData: data, name: 'engine' });
    worker = started;
    started.on('message', (message: FromThread) => receive(started, message));
    started.on('messageerror', (error) => lose(started, error.message));
    started.on('error', (error: Error) => lose(started, error.stack ?? error.message));
    started.on('exit', (code) => lose(started, `exit ${String(code)}`));
    if (!isActive) post({ kind: 'active', isActive });
  };

  const receive = (from: Worker, message: FromThread): void => {
    switch (message.kind) {
      case 'reply':
        waiting.get(message.id)?.(message.reply);
        waiting.delete(message.id);
        return;
      case 'batch':
        for (const listener of listeners) listener(message.batch);
        return;
      case 'keyring':
        void answerKeyring(options.keyring, message.id, message.question).then((answer) =>
          from.postMessage(answer),
        );
        return;
      case 'choose':
        void chooseFiles(message.question).then((chosen) =>
          from.postMessage({ kind: 'chosen', id: message.id, paths: chosen } satisfies ToThread),
        );
        return;
      case 'find-way':
        void findWay(message.id, message.address).then((answer) => from.postMessage(answer));
        return;
      case 'install':
        options.updates?.install(message.ready);
        return;
      case 'restart':
        options.updates?.restart();
        return;
      case 'piece':
        reading.get(message.id)?.(message.piece);
        reading.delete(message.id);
        return;
      case 'desktop':
        options.desktop?.(message.action, message.path);
        return;
      case 'notify':
        options.notify(message.notice);
        return;
      case 'log':
        log(message.area, message.event, message.data);
        return;
      case 'failed':
        lose(from, message.message);
        return;
      case 'stopped':
        onStopped();
    }
  };

  const lose = (lost: Worker, reason: string): void => {
    if (worker !== lost) return;
    worker = undefined;
    void lost.terminate();
    for (const resolve of waiting.values()) resolve(INTERRUPTED);
    waiting.clear();
    for (const resolve of reading.values()) resolve(undefined);
    reading.clear();
    onStopped();
    if (stopping !== undefined) return;
    log('shell', 'engine-lost', { reason });
    const now = performance.now();
    const isRepeated = lostAt !== undefined && now - lostAt < CALM;
    lostAt = now;
    if (isRepeated) {
      options.onFailure();
      return;
    }
    timer = setTimeout(() => {
      launch();
      options.onRestart();
    }, restartDelay);
  };

  const post = (message: ToThread): void => worker?.postMessage(message);

  const stop = async (): Promise<void> => {
    clearTimeout(timer);
    const ending = worker;
    if (ending === undefined) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    onStopped = () => resolve(undefined);
    const limit = setTimeout(() => {
      log('shell', 'engine-stop-timeout');
      resolve(undefined);
    }, stopTimeout);
    ending.postMessage({ kind: 'stop' } satisfies ToThread);
    await promise;
    clearTimeout(limit);
    lose(ending, 'stopped');
    await ending.terminate();
  };

  launch();
  return {
    call(name, input) {
      if (worker === undefined || stopping !== undefined) return Promise.resolve(INTERRUPTED);
      const id = (calls += 1);
      const { promise, resolve } = Promise.withResolvers<Reply>();
      waiting.set(id, resolve);
      post({ kind: 'call', id, name, input });
      return promise;
    },
    readFile(file, start, length) {
      if (worker === undefined || stopping !== undefined) return Promise.resolve(undefined);
      const id = (calls += 1);
      const { promise, resolve } = Promise.withResolvers<Piece | undefined>();
      reading.set(id, resolve);
      post({ kind: 'read', id, file, start, length });
      return promise;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nudge: (reason) => post({ kind: 'nudge', reason }),
    setActive(active) {
      isActive = active;
      post({ kind: 'active', isActive });
    },
    setIdle: (seconds) => post({ kind: 'idle', seconds }),
    restart() {
      if (worker !== undefined || stopping !== undefined) return;
      clearTimeout(timer);
      launch();
      options.onRestart();
    },
    stop: () => (stopping ??= stop()),
  };
}

async function answerKeyring(keyring: Keyring, id: number, question: KeyringQuestion): Promise<ToThread> {
  try {
    const value =
      question.member === 'backend'
        ? await keyring.backend()
        : await keyring[question.member](question.bytes);
    return { kind: 'keyring', id, value };
  } catch (error) {
    return { kind: 'keyring-failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}
