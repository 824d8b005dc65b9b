/**
 * A timer that goes off late rather than wrongly: when the process stood still until its time ran out, what arrived
 * meanwhile is heard first, and may put it off. It does nothing but call back.
 */
export class Alarm {
  readonly #goOff: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last: NodeJS.Immediate | undefined;

  constructor(goOff: () => void) {
    this.#goOff = goOff;
  }

  /** Starts it, unless it runs. */
  start(milliseconds: number): void {
    this.#timer ??= setTimeout(() => {
      // After the phase of the event loop that reads from sockets.
      this.#last = setImmediate(this.#goOff);
    }, milliseconds);
  }

  /** If it runs, the whole time begins anew. */
  refresh(): void {
    clearImmediate(this.#last);
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#last);
    this.#timer = undefined;
  }
}
