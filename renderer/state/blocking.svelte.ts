/** Whom each account has blocked, as the engine reports it, and what its server can do. */
import { SvelteMap } from 'svelte/reactivity';
import { blockingRule } from '../../shared/blocking.ts';
import type { BlockedRow, Change, Input } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export type Report = NonNullable<Input<'blocking.block'>['report']>;

export class Blocking {
  readonly #rows = new SvelteMap<number, { readonly row: BlockedRow; readonly list: ReadonlySet<string> }>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  of(account: number): BlockedRow {
    return this.#rows.get(account)?.row ?? { account, canReport: false, addresses: [] };
  }

  /** What of the list blocks this address: itself, or its whole server. */
  ruleFor(account: number, address: string): string | undefined {
    const known = this.#rows.get(account);
    return known && blockingRule(known.list, address);
  }

  apply(change: Change): void {
    if (change.put === 'no-account') this.#rows.delete(change.account);
    if (change.put !== 'blocked') return;
    this.#rows.set(change.row.account, { row: change.row, list: new Set(change.row.addresses) });
  }

  clear(): void {
    this.#rows.clear();
  }

  async block(account: number, addresses: readonly string[], report?: Report): Promise<void> {
    const input = { account, addresses: [...addresses], ...(report !== undefined && { report }) };
    await this.#call('blocking.block', input);
  }

  async unblock(account: number, addresses: readonly string[]): Promise<void> {
    await this.#call('blocking.unblock', { account, addresses: [...addresses] });
  }
}
