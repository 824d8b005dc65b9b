/** A device that runs the published library unchanged; see stock-worker.mjs. */
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Bundle, EncryptedKey, PreKey } from '../../electron/xmpp/xep/xep0384.ts';

interface Peer {
  readonly address: string;
  readonly device: number;
}

interface Verbs {
  begin: (input: { device: number; count: number }) => Bundle;
  meet: (input: { peer: Peer; bundle: Bundle; preKey: PreKey }) => void;
  seal: (input: { peer: Peer; plaintext: Uint8Array }) => Omit<EncryptedKey, 'device'>;
  open: (input: { peer: Peer; isPreKey: boolean; data: Uint8Array }) => Uint8Array;
  sign: (input: { secret: Uint8Array; message: Uint8Array }) => {
    publicKey: Uint8Array;
    signature: Uint8Array;
  };
  verify: (input: { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }) => boolean;
  handlers: (input: Record<string, never>) => number;
}

interface Answer {
  readonly id: number;
  readonly value: unknown;
  readonly error?: string;
}

/** Starts a thread with the unchanged library, which ends with the test. */
export function startStock(): <V extends keyof Verbs>(
  verb: V,
  input: Parameters<Verbs[V]>[0],
) => Promise<ReturnType<Verbs[V]>> {
  const worker = new Worker(new URL('./stock-worker.mjs', import.meta.url));
  const waiting = new Map<number, (answer: Answer) => void>();
  worker.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  onTestFinished(async () => {
    await worker.terminate();
  });
  let last = 0;
  return async (verb, input) => {
    const id = ++last;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    worker.postMessage({ id, verb, input });
    const answer = await promise;
    waiting.delete(id);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as never;
  };
}
