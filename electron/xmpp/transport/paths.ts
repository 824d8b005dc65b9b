/**
 * What this run of the program learnt about reaching servers: which way worked last for an account, what its domain says
 * of the web, whether the network is a captive portal. Nothing of it is stored, because networks change.
 */
import type { Discovered } from './host-meta.ts';

/** A way over the web, and the address there. */
export interface WebWay {
  readonly kind: 'websocket' | 'bosh';
  readonly url: string;
  /** It was named by a public place, and must lead to one. */
  readonly isPublicOnly?: boolean;
}

/** Milliseconds for which the web is taken first, where TCP was of no use; then TCP gets its chance again. */
const TCP_REST = 10 * 60_000;
/** Milliseconds for which the word of a domain holds. */
const KEEP_DISCOVERED = 60 * 60_000;

interface Path {
  worked?: { readonly way: WebWay; readonly until: number };
  isCaptive?: boolean;
}

export class Paths {
  readonly #now: () => number;
  readonly #paths = new Map<string, Path>();
  readonly #discovered = new Map<string, { readonly found: Discovered; readonly until: number }>();

  /** @param now monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * The way to try first, when that is not TCP.
   * @param account what distinguishes one way out of this computer from another: the address and its proxy
   */
  first(account: string): WebWay | undefined {
    const worked = this.#paths.get(account)?.worked;
    return worked !== undefined && this.#now() < worked.until ? worked.way : undefined;
  }

  /** TCP worked. */
  workedDirectly(account: string): void {
    delete this.#at(account).worked;
  }

  /** This way worked, after TCP did not. For how long it comes first is counted from when TCP failed. */
  workedOver(account: string, way: WebWay): void {
    const until = this.#paths.get(account)?.worked?.until ?? 0;
    this.#at(account).worked = { way, until: until > this.#now() ? until : this.#now() + TCP_REST };
  }

  /** That way, which was to be tried first, leads nowhere any more. */
  failed(account: string): void {
    delete this.#at(account).worked;
  }

  /** True while the network was last seen to be a captive portal. */
  isCaptive(account: string): boolean {
    return this.#paths.get(account)?.isCaptive === true;
  }

  /** The network is a captive portal, or no longer. */
  setCaptive(account: string, isCaptive: boolean): void {
    this.#at(account).isCaptive = isCaptive;
  }

  /** What the domain said, while it still holds. */
  discovered(domain: string): Discovered | undefined {
    const entry = this.#discovered.get(domain);
    return entry !== undefined && this.#now() < entry.until ? entry.found : undefined;
  }

  /** Keeps what the domain said. */
  keep(domain: string, found: Discovered): void {
    this.#discovered.set(domain, { found, until: this.#now() + KEEP_DISCOVERED });
  }

  #at(account: string): Path {
    const path = this.#paths.get(account) ?? {};
    this.#paths.set(account, path);
    return path;
  }
}
