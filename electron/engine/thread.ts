/**
 * The engine's thread: builds the Host, runs one engine and speaks with the main thread in messages.
 * Keyring, notifications and log live on the main thread and are asked for; nothing here knows Electron.
 */
import { randomBytes } from 'node:crypto';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Batch, Reply } from '../../shared/contract.ts';
import { openRegistration } from '../xmpp/registration.ts';
import { connectStream } from '../xmpp/stream.ts';
import { Paths } from '../xmpp/transport/paths.ts';
import { usualDialLimits } from '../xmpp/transport/dial.ts';
import { HttpClient } from '../xmpp/transport/http.ts';
import { fetchText } from '../xmpp/transport/fetch-text.ts';
import { systemNetwork } from '../xmpp/transport/network.ts';
import { createEngine } from './engine.ts';
import type { Piece, Shown } from './serving.ts';
import { UpdateMissing } from './update-fetch.ts';
import type { UpdateReady, UpdateSource, UpdateTarget } from './update-source.ts';
import type { ProxyAddress } from '../xmpp/wire.ts';
import type { FileQuestion, Host, Keyring, Notice, OwnSoftware } from './host.ts';

/** What the main thread passes when it starts this one. */
export interface ThreadData {
  readonly profile: string;
  readonly software: OwnSoftware;
  /** Where updates come from, when they are ours to bring. */
  readonly updates?: UpdateTarget;
}

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'nudge'; readonly reason: 'network' | 'wake' }
  | { readonly kind: 'active'; readonly isActive: boolean }
  | { readonly kind: 'idle'; readonly seconds: number }
  | { readonly kind: 'keyring'; readonly id: number; readonly value: string | Uint8Array | undefined }
  | { readonly kind: 'keyring-failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'chosen'; readonly id: number; readonly paths: readonly string[] }
  /** Nothing: there is a way, and it is none that we can take. */
  | { readonly kind: 'way'; readonly id: number; readonly proxy?: ProxyAddress | 'direct' }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly file: Shown;
      readonly start: number;
      readonly length: number;
    }
  | { readonly kind: 'stop' };

export type KeyringQuestion =
  | { readonly member: 'backend' }
  | { readonly member: 'wrap' | 'unwrap'; readonly bytes: Uint8Array };

export type FromThread =
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'keyring'; readonly id: number; readonly question: KeyringQuestion }
  | { readonly kind: 'choose'; readonly id: number; readonly question: FileQuestion }
  | { readonly kind: 'find-way'; readonly id: number; readonly address: string }
  | { readonly kind: 'install'; readonly ready: UpdateReady | undefined }
  | { readonly kind: 'restart' }
  | { readonly kind: 'piece'; readonly id: number; readonly piece: Piece | undefined }
  | { readonly kind: 'desktop'; readonly action: 'open' | 'reveal'; readonly path: string }
  | { readonly kind: 'notify'; readonly notice: Notice }
  | {
      readonly kind: 'log';
      readonly area: string;
      readonly event: string;
      readonly data?: Readonly<Record<string, unknown>>;
    }
  /** The engine cannot go on: the main thread is to start another thread. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stopped' };

/** Runs an engine behind `port` until it is told to stop. */
function serve(port: MessagePort, { profile, software, updates: target }: ThreadData): void {
  const post = (message: FromThread): void => port.postMessage(message);
  const log: Host['log'] = (area, event, data) => {
    try {
      post({ kind: 'log', area, event, ...(data !== undefined && { data }) });
    } catch (error) {
      // A value that cannot be cloned must not turn a log line into a failure of what it reports.
      post({ kind: 'log', area, event, data: { withheld: describe(error) } });
    }
  };

  const paths = new Paths();
  const { keyring, settle } = remoteKeyring(post);
  const { chooseFiles, chosen } = remoteChoice(post);
  const updates = target && remoteUpdates(target, post);
  const engine = createEngine({
    software,
    profile,
    connect: (options, events) => connectStream({ ...options, paths }, events),
    register: openRegistration,
    keyring,
    chooseFiles,
    ...(updates !== undefined && { updates: updates.source }),
    desktop: (action, path) => post({ kind: 'desktop', action, path }),
    addressesOf: async (name) => {
      const asked = ([4, 6] as const).map((family) => systemNetwork.lookup(name, family).catch(() => []));
      return (await Promise.all(asked)).flat().map(({ address }) => address);
    },
    web: (options) => new HttpClient({ ...options, network: systemNetwork, limits: usualDialLimits }),
    // Nothing is pinned here: a pin is for the server of an account, and this is somebody else's page.
    fetchText: (address, { proxy, limit, timeout }) =>
      fetchText(
        address,
        { limit, accept: 'application/json' },
        {
          network: systemNetwork,
          pins: [],
          limits: usualDialLimits,
          // The address is somebody else's word.
          isPublicOnly: true,
          ...(proxy !== undefined && { proxy }),
        },
        AbortSignal.timeout(timeout),
      ),
    now: () => Date.now(),
    id: () => randomBytes(16).toString('base64url'),
    notify: (notice) => post({ kind: 'notify', notice }),
    log,
    step: () => undefined,
  });

  // What is true is in the database, and a transaction that throws is rolled back. So an error that nobody caught is
  // a bug to report and no reason to stop the other accounts: a stranger may have provoked it.
  process.on('uncaughtException', (error) => log('engine', 'uncaught', { error: describe(error) }));
  process.on('unhandledRejection', (error) => log('engine', 'unhandled', { error: describe(error) }));

  engine.onChange((batch) => post({ kind: 'batch', batch }));
  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'call':
        void engine
          .call(message.name, message.input)
          .then((reply) => post({ kind: 'reply', id: message.id, reply }));
        return;
      case 'nudge':
        engine.nudge(message.reason);
        return;
      case 'active':
        engine.setActive(message.isActive);
        return;
      case 'idle':
        engine.setIdle(message.seconds);
        return;
      case 'keyring':
      case 'keyring-failed':
        settle(message);
        return;
      case 'chosen':
        chosen(message);
        return;
      case 'way':
        updates?.settle(message);
        return;
      case 'read': {
        const { id, file, start, length } = message;
        void engine
          .readFile(file, start, length)
          .catch((error: unknown) => {
            log('files', 'unreadable', { error: describe(error) });
            return undefined;
          })
          .then((piece) => post({ kind: 'piece', id, piece }));
        return;
      }
      case 'stop':
        void engine
          .stop()
          .catch((error: unknown) => log('engine', 'stop-failed', { error: describe(error) }))
          .then(() => post({ kind: 'stopped' }));
    }
  });
  engine.start().catch((error: unknown) => post({ kind: 'failed', message: describe(error) }));
}

type KeyringAnswer = Extract<ToThread, { kind: 'keyring' | 'keyring-failed' }>;

/** The main thread's keyring, asked by message. */
function remoteKeyring(post: (message: FromThread) => void): {
  readonly keyring: Keyring;
  readonly settle: (answer: KeyringAnswer) => void;
} {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let count = 0;
  const ask = async (question: KeyringQuestion): Promise<unknown> => {
    const id = (count += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    post({ kind: 'keyring', id, question });
    return promise;
  };
  return {
    keyring: {
      backend: async () => (await ask({ member: 'backend' })) as string | undefined,
      wrap: async (bytes) => (await ask({ member: 'wrap', bytes })) as Uint8Array,
      unwrap: async (bytes) => (await ask({ member: 'unwrap', bytes })) as Uint8Array,
    },
    settle(answer) {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.kind === 'keyring') asked?.resolve(answer.value);
      else asked?.reject(new Error(answer.message));
    },
  };
}

/** The shell's part of updates, asked by message. */
function remoteUpdates(
  target: UpdateTarget,
  post: (message: FromThread) => void,
): {
  readonly source: UpdateSource;
  readonly settle: (answer: Extract<ToThread, { kind: 'way' }>) => void;
} {
  const waiting = new Map<number, (proxy: ProxyAddress | 'direct' | undefined) => void>();
  let count = 0;
  return {
    source: {
      ...target,
      async proxyFor(address) {
        const id = (count += 1);
        const { promise, resolve } = Promise.withResolvers<ProxyAddress | 'direct' | undefined>();
        waiting.set(id, resolve);
        post({ kind: 'find-way', id, address });
        const proxy = await promise;
        if (proxy === undefined) throw new UpdateMissing('the system has no way that we can take');
        return proxy === 'direct' ? undefined : proxy;
      },
      install: (ready) => post({ kind: 'install', ready }),
      restart: () => post({ kind: 'restart' }),
    },
    settle({ id, proxy }) {
      waiting.get(id)?.(proxy);
      waiting.delete(id);
    },
  };
}

/** The person, asked for a file by way of the main thread. */
function remoteChoice(post: (message: FromThread) => void): {
  readonly chooseFiles: NonNullable<Host['chooseFiles']>;
  readonly chosen: (answer: Extract<ToThread, { kind: 'chosen' }>) => void;
} {
  const waiting = new Map<number, (paths: readonly string[]) => void>();
  let count = 0;
  return {
    chooseFiles(question) {
      const id = (count += 1);
      const { promise, resolve } = Promise.withResolvers<readonly string[]>();
      waiting.set(id, resolve);
      post({ kind: 'choose', id, question });
      return promise;
    },
    chosen({ id, paths }) {
      waiting.get(id)?.(paths);
      waiting.delete(id);
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (parentPort === null) throw new Error('thread.ts runs as a worker thread only');
serve(parentPort, workerData as ThreadData);
