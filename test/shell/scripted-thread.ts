/**
 * A worker thread that speaks the engine's messages and does what the name of a call says. It stands for an engine
 * that crashes, hangs or asks its keyring at a chosen moment; a working engine is tested with the real one.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromThread, ThreadData, ToThread } from '../../electron/engine/thread.ts';

const post = (message: FromThread): void => parentPort?.postMessage(message);
const { profile } = workerData as ThreadData;
let stopping = true;

const act = (id: number, name: string, input: unknown): void => {
  const reply = (value: unknown): void => post({ kind: 'reply', id, reply: { ok: true, value } });
  switch (name) {
    case 'echo':
      reply({ profile, input });
      return;
    case 'hang':
      return;
    case 'batch':
      post({ kind: 'batch', batch: { sequence: 1, changes: [] } });
      reply(null);
      return;
    case 'throw':
      throw new Error('thrown by the script');
    case 'exit':
      process.exit(3);
      return;
    case 'fail':
      post({ kind: 'failed', message: 'cannot start' });
      return;
    case 'wrap':
      post({ kind: 'keyring', id: 7, question: { member: 'wrap', bytes: input as Uint8Array } });
      reply(null);
      return;
    case 'stay':
      stopping = false;
      reply(null);
  }
};

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'call') act(message.id, message.name, message.input);
  else if (message.kind === 'nudge') post({ kind: 'log', area: 'script', event: message.reason });
  else if (message.kind === 'active')
    post({ kind: 'log', area: 'script', event: message.isActive ? 'looked-at' : 'left-alone' });
  else if (message.kind === 'stop' && stopping) {
    post({ kind: 'log', area: 'script', event: 'stopping' });
    post({ kind: 'stopped' });
  } else if (message.kind === 'keyring' || message.kind === 'keyring-failed') {
    post({ kind: 'log', area: 'script', event: message.kind, data: { ...message } });
  }
});
