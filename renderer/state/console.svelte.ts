/**
 * The stanzas of an account while its console is open: a bounded list that forgets the oldest, narrowed to what somebody
 * looks for. Nothing of it outlives the console.
 */
import type { Change } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export interface Entry {
  readonly key: number;
  readonly at: number;
  readonly isOutgoing: boolean;
  readonly xml: string;
  readonly isCut?: boolean | undefined;
}

export const directions = ['all', 'in', 'out'] as const;
export const stanzaKinds = ['all', 'message', 'presence', 'iq'] as const;

/** Entries, and characters of all of them, that are held at most. */
const MOST = 2_000;
const MOST_TEXT = 4_000_000;
/** Milliseconds between two signs that somebody still looks. */
const RENEW = 20_000;

export class StanzaConsole {
  readonly account: number;
  readonly #call: Call;
  #entries = $state.raw<readonly Entry[]>([]);
  /** What is shown while it is paused. */
  #held = $state.raw<readonly Entry[]>();
  #dropped = $state(0);
  #count = 0;
  direction = $state<(typeof directions)[number]>('all');
  kind = $state<(typeof stanzaKinds)[number]>('all');
  query = $state('');

  constructor(call: Call, account: number) {
    this.#call = call;
    this.account = account;
  }

  /** How many there were beside those that are listed, because they came all at once. */
  get dropped(): number {
    return this.#dropped;
  }
  get isPaused(): boolean {
    return this.#held !== undefined;
  }
  /** What fits the filters, the oldest first. */
  readonly shown = $derived.by((): readonly Entry[] => {
    const [wanted, { direction, kind }] = [this.query.trim().toLowerCase(), this];
    return (this.#held ?? this.#entries).filter(
      ({ isOutgoing, xml }) =>
        (direction === 'all' || isOutgoing === (direction === 'out')) &&
        (kind === 'all' || xml.startsWith(`<${kind}`)) &&
        (wanted === '' || xml.toLowerCase().includes(wanted)),
    );
  });

  /** Asks for what comes and goes. @returns the function that ends it */
  start(report: (failure: unknown) => void): () => void {
    const ask = (): void => void this.#call('console.watch', { account: this.account }).catch(report);
    ask();
    const timer = setInterval(ask, RENEW);
    return () => {
      clearInterval(timer);
      this.#call('console.stop', { account: this.account }).catch(() => undefined); // it ends by itself soon
    };
  }

  apply(change: Change): void {
    if (change.put !== 'stanzas' || change.account !== this.account) return;
    this.#dropped += change.dropped;
    const next = [
      ...this.#entries,
      ...change.stanzas.map((stanza): Entry => ({ ...stanza, key: (this.#count += 1) })),
    ].slice(-MOST);
    let [size, first] = [0, next.length];
    while (first > 0 && size + (next[first - 1]?.xml.length ?? 0) <= MOST_TEXT)
      size += next[(first -= 1)]?.xml.length ?? 0;
    this.#entries = first === 0 ? next : next.slice(first);
  }

  setPaused(isPaused: boolean): void {
    this.#held = isPaused ? this.#entries : undefined;
  }

  clear(): void {
    this.#entries = [];
    this.#dropped = 0;
    if (this.#held !== undefined) this.#held = [];
  }
}
