/** Time limits for things that take none themselves: signals that abort with a problem, promises that heed a signal. */
import type { Problem } from '../../../shared/contract.ts';
import { ConnectionProblem, problem } from '../problem.ts';

/** A signal that aborts with a `timeout` problem; its timer does not keep the process alive. */
export function timeLimit(milliseconds: number, host: string): AbortSignal {
  return limitBy(milliseconds, problem('timeout', host));
}

/** A signal that aborts with this problem; its timer does not keep the process alive. */
export function limitBy(milliseconds: number, reason: Problem): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new ConnectionProblem(reason));
  }, milliseconds).unref();
  return controller.signal;
}

/** The promise, or the reason of the signal if that comes first. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
