/**
 * What is done with a file that the person chose, outside the profile: one at a time, so that nobody is asked twice at
 * once, and ended when the person or the engine wants that.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Household } from './engine.ts';
import type { FileQuestion } from './host.ts';

/** Milliseconds between two announcements of how far it is. */
const PAUSE = 100;

export class FileErrand {
  readonly #house: Household;
  #running: AbortController | undefined;

  constructor(house: Household) {
    this.#house = house;
  }

  /** Asks for a file and does something with it. @throws Refusal `busy`, `cancelled`, `not-allowed`, and what `work` throws */
  withFile<T>(question: FileQuestion, work: (path: string, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { host } = this.#house;
    return this.run(async (signal) => {
      if (host.chooseFiles === undefined) throw new Refusal('not-allowed');
      const [path] = await host.chooseFiles(question);
      if (path === undefined || signal.aborted) throw new Refusal('cancelled');
      return work(path, signal);
    });
  }

  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) throw new Refusal('busy');
    const controller = (this.#running = new AbortController());
    try {
      return await work(AbortSignal.any([this.#house.ending, controller.signal]));
    } finally {
      this.#running = undefined;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Announces how far it is, now and then. */
  progress(): (done: number, total: number) => void {
    const { host } = this.#house;
    let at = -Infinity;
    return (done, total) => {
      if (host.now() - at < PAUSE) return;
      at = host.now();
      this.#house.profile().announce([{ put: 'progress', done, total }]);
    };
  }
}
