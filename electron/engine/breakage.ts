/**
 * Which streams lost a stanza to the disk. Positions say "handled up to here": so nothing that came behind a stanza that
 * could not be saved may be counted, and the server says all of it again. Holds only what lives in memory.
 */
import { setReceived } from '../store/accounts.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import type { Account } from './account.ts';

export class Breakage {
  readonly #broken = new WeakSet<Wire>();
  #handling: Wire | undefined;

  /** A stanza of this stream is being handled from now on; undefined: nothing is. False when it must not be. */
  begin(wire: Wire | undefined): boolean {
    this.#handling = wire;
    return !this.isBroken(wire);
  }

  /** Something of this stream, and of the one whose stanza is being handled, could not be saved. */
  lose(wire: Wire | undefined): void {
    for (const each of [wire, this.#handling]) if (each !== undefined) this.#broken.add(each);
  }

  isBroken(wire = this.#handling): boolean {
    return wire !== undefined && this.#broken.has(wire);
  }

  /** @throws WireClosed when the stanza that is being handled may not be counted */
  check(): void {
    if (this.isBroken()) throw new WireClosed('what came before could not be saved');
  }
}

/** Everything of a closed stream is handled by now: all of it counts, if all of it was saved. */
export function countAll({ breakage, profile, id }: Account, wire: Wire): void {
  if (!breakage.isBroken(wire)) setReceived(profile.database, id, wire.handledUpTo);
}
