/** Processes that write to a database and can be killed while they do. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { key } from './profile.ts';

export interface Writer {
  /** Resolves with how many rows were committed before. */
  kill(): Promise<number>;
  until(count: number): Promise<void>;
}

/** A process that commits one account after the other and says so after each. Rejects when it cannot open. */
export function startWriter(file: string): Promise<Writer> {
  const child = fork(join(import.meta.dirname, 'writer.ts'), [file, key.toString('hex')], {
    stdio: 'ignore',
  });
  let committed = 0;
  let wanted = Infinity;
  let reached = (): void => undefined;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.on('message', (count: number) => {
      committed = count;
      if (committed >= wanted) reached();
      resolve({
        async kill() {
          child.kill('SIGKILL');
          await ended;
          return committed;
        },
        until: (count) =>
          new Promise((done) => {
            wanted = count;
            reached = done;
            if (committed >= wanted) done();
          }),
      });
    });
    child.once('exit', () => reject(new Error('the writer ended')));
  });
}

/** Lets a writer commit at least this often and kills it. Resolves with how often it did. */
export async function killWriter(file: string, count: number): Promise<number> {
  const writer = await startWriter(file);
  await writer.until(count);
  return writer.kill();
}
