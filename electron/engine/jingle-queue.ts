/**
 * What one session says in requests: one after the other, each after the last was answered (XEP-0166 #actions-general), and
 * again when the stream broke before the answer came. What an answer means is the asker's business.
 */
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { problemOf, writeJingle, type Jingle } from '../xmpp/xep/xep0166.ts';
import type { Account } from './account.ts';

/** How long the other side may take for an answer, in milliseconds. */
const PATIENCE = 20_000;

interface Entry {
  readonly to: string;
  jingle: Jingle;
  /** Makes of it what leaves, when it is its turn. */
  finish: Finish | undefined;
  /** It may have been heard already. */
  isRepeated: boolean;
}

/** What leaves in the place of a request; `undefined` when nothing may. */
export type Finish = (jingle: Jingle) => Promise<Jingle | undefined>;

/** @param error undefined when no answer came in time */
export type Refused = (jingle: Jingle, error: StanzaError | undefined) => void;

export class JingleQueue {
  readonly #account: Account;
  readonly #onRefused: Refused;
  readonly #entries: Entry[] = [];
  #isRunning = false;

  constructor(account: Account, onRefused: Refused) {
    this.#account = account;
    this.#onRefused = onRefused;
  }

  /** Leaves after what is being handled now: its own answer comes first. */
  push(to: string, jingle: Jingle, finish?: Finish): void {
    this.#entries.push({ to, jingle, finish, isRepeated: false });
    setImmediate(() => this.goOn());
  }

  /** What has not left is not wanted any more. */
  clear(): void {
    this.#entries.splice(this.#isRunning ? 1 : 0);
  }

  /** The stream may be back. */
  goOn(): void {
    if (this.#isRunning || this.#account.wire === undefined) return;
    this.#isRunning = true;
    this.#run()
      .catch((error: unknown) => this.#account.log('call-failed', { error: String(error) }))
      .finally(() => {
        this.#isRunning = false;
        if (this.#entries.length > 0) queueMicrotask(() => this.goOn());
      });
  }

  async #run(): Promise<void> {
    for (;;) {
      const [entry] = this.#entries;
      const { wire } = this.#account;
      if (entry === undefined || wire === undefined) return;
      try {
        const finished = await (entry.finish?.(entry.jingle) ?? entry.jingle);
        if (finished === undefined) {
          this.#drop(entry);
          continue;
        }
        [entry.jingle, entry.finish] = [finished, undefined];
        await wire.request({
          type: 'set',
          to: entry.to,
          payload: writeJingle(entry.jingle),
          timeout: PATIENCE,
        });
      } catch (error) {
        if (error instanceof WireClosed && this.#account.wire !== wire) {
          entry.isRepeated = true;
          return;
        }
        if (!(error instanceof WireClosed || error instanceof StanzaError)) throw error;
        this.#drop(entry);
        this.#refused(entry, error instanceof StanzaError ? error : undefined);
        continue;
      }
      this.#drop(entry);
    }
  }

  /** It may have been cleared away meanwhile. */
  #drop(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  #refused({ jingle, isRepeated }: Entry, error: StanzaError | undefined): void {
    // The first copy arrived, and its answer was lost.
    const wasHeard = isRepeated && error !== undefined && problemOf(error) !== 'unknown-session';
    if (!wasHeard) this.#onRefused(jingle, error);
  }
}
