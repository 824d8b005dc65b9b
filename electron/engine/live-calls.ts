/** The calls that are on in a profile, whatever account they belong to: a person has two ears. It keeps them, and that is all. */
import { Refusal } from '../../shared/answer.ts';
import type { CallRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export class LiveCalls {
  readonly #calls = new Map<number, Call>();

  add(call: Call): void {
    this.#calls.set(call.id, call);
  }

  remove(call: Call): void {
    this.#calls.delete(call.id);
  }

  /** @throws Refusal `not-found` */
  get(id: number): Call {
    const call = this.#calls.get(id);
    if (call === undefined) throw new Refusal('not-found');
    return call;
  }

  /** Those of one account, the oldest first. */
  of(account: number): Call[] {
    return [...this.#calls.values()].filter((call) => call.account.id === account);
  }

  rows(): CallRow[] {
    return [...this.#calls.values()].map((call) => call.row());
  }

  /** Somebody is on the line, or called by us, and does not wait. */
  isEngaged(otherThan?: Call): boolean {
    return [...this.#calls.values()].some((call) => call !== otherThan && call.isEngaged);
  }
}
