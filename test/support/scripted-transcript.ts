/** Exporting and importing, backing up and restoring, for the scripted port: it counts up until it is cancelled or done. */
import type { Change, Input, Output } from '../../shared/contract.ts';
import { Refusing } from './scripted-port.ts';

type Names =
  | 'transcript.export'
  | 'transcript.measureFiles'
  | 'transcript.import'
  | 'transcript.cancel'
  | 'backup.passphrase'
  | 'backup.write'
  | 'backup.choose'
  | 'backup.restore';
type Answers = { [N in Names]: (input: Input<N>) => Output<N> | Promise<Output<N>> };

export function scriptedTranscript(announce: (change: Change) => void): Answers {
  let cancel: (() => void) | undefined;
  const run = <T>(value: T): Promise<T> => {
    const total = 1_000_000;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let done = 0;
    const timer = setInterval(() => {
      announce({ put: 'progress', done: (done += 20_000), total });
      if (done < total) return;
      clearInterval(timer);
      resolve(value);
    }, 100);
    cancel = () => {
      clearInterval(timer);
      reject(new Refusing('cancelled'));
    };
    return promise;
  };
  return {
    'transcript.export': () => run({ messages: 1_000_000 }),
    'transcript.measureFiles': () => ({ files: 214, bytes: 381_000_000 }),
    'transcript.import': () => run({ chats: 12, messages: 1_000_000 }),
    'backup.passphrase': () => ({ passphrase: '7Q2M-0VXB-K9TD-4HNC-Z1RJ-5WGE-8SAF-3YPK' }),
    'backup.write': () => run({ messages: 1_000_000 }),
    'backup.choose': () => ({}),
    'backup.restore': ({ passphrase }) => {
      if (passphrase === 'wrong') throw new Refusing('wrong-secret');
      return run({ accounts: 2, messages: 1_000_000 });
    },
    'transcript.cancel': () => {
      cancel?.();
      return {};
    },
  };
}
