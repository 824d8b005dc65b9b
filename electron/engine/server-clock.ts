/**
 * The time by the clock of an account's server, which stamps what everybody says: messages keep their order when the
 * clock of this computer is wrong, or is set while the program runs. Between two looks at the server's clock it counts
 * the time that passed by a clock that nobody can set.
 */
import { performance } from 'node:perf_hooks';
import { domainOf } from '../../shared/jid.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Wire } from '../xmpp/wire.ts';
import { askTime } from '../xmpp/xep/xep0202.ts';
import type { Account } from './account.ts';
import type { Profile } from './profile.ts';
import { redateWaiting } from './redate.ts';

/** Differences below this are delays of the network and whole seconds, not a wrong clock; milliseconds. */
const TOLERANCE = 2_000;

export interface ServerClockOptions {
  /** The clock of this computer, in milliseconds since 1970. */
  readonly wall: () => number;
  /** By how many milliseconds the server was ahead of it when last heard, from an earlier run. */
  readonly ahead: number;
  /** Milliseconds that only ever count up. */
  readonly uptime?: () => number;
}

export class ServerClock {
  readonly #wall: () => number;
  readonly #uptime: () => number;
  #ahead: number;
  /** When the server was last heard: by its own clock, and by the one that counts up. */
  #heard: { readonly server: number; readonly uptime: number } | undefined;

  constructor({ wall, ahead, uptime = () => performance.now() }: ServerClockOptions) {
    this.#wall = wall;
    this.#ahead = ahead;
    this.#uptime = uptime;
  }

  /** Milliseconds since 1970 by the server's clock, as well as we know it. */
  now(): number {
    if (this.#heard === undefined) return this.#wall() + this.#ahead;
    return Math.round(this.#heard.server + this.#uptime() - this.#heard.uptime);
  }

  /**
   * The server said what time it is.
   * @param at its clock, milliseconds
   * @param elapsed how long asking took, milliseconds: the answer was made somewhere in the middle
   * @returns by how much it is ahead of the clock of this computer, 0 for as good as not; to be kept for the next run
   */
  learn(at: number, elapsed: number): number {
    const server = at + elapsed / 2;
    const difference = Math.round(server - this.#wall());
    this.#ahead = Math.abs(difference) < TOLERANCE ? 0 : difference;
    this.#heard = { server: this.#wall() + this.#ahead, uptime: this.#uptime() };
    return this.#ahead;
  }

  /** The machine slept: what counts up may have stood still, so the clock on the wall is believed until `learn`. */
  woke(): void {
    this.#heard = undefined;
  }

  /** Milliseconds that only ever count up, to measure how long asking took. */
  uptime(): number {
    return this.#uptime();
  }
}

const settingOf = (account: number): string => `clock.${String(account)}`;

/** The clock of an account's server as it was last heard. */
export function clockOf({ host, database }: Profile, account: number): ServerClock {
  const ahead = Number(getSetting(database, settingOf(account)) ?? 0);
  return new ServerClock({ wall: () => host.now(), ahead: Number.isSafeInteger(ahead) ? ahead : 0 });
}

/** Looks at the server's clock (XEP-0202). A server that shows none leaves us with our own. */
export async function readClock(account: Account, wire: Wire): Promise<void> {
  const { clock, profile } = account;
  const since = clock.uptime();
  try {
    const time = await askTime(wire, domainOf(account.address));
    if (time === undefined) return;
    const ahead = clock.learn(time.at, clock.uptime() - since);
    if (ahead !== 0) account.log('clock-differs', { ahead });
    setSetting(profile.database, settingOf(account.id), ahead === 0 ? undefined : ahead);
    redateWaiting(account);
  } catch (error) {
    account.log('clock-unknown', { error: String(error) });
  }
}
