/**
 * The account rows and what can be asked of an account. Mirrors; decides nothing about connections.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { AccountRow, Certificate, Change, Input } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export class Accounts {
  readonly #rows = new SvelteMap<number, AccountRow>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** By address, so that the order stays when states change. */
  readonly all = $derived.by(() => [...this.#rows.values()].sort((a, b) => (a.address < b.address ? -1 : 1)));

  get(account: number): AccountRow | undefined {
    return this.#rows.get(account);
  }

  withAddress(address: string): AccountRow | undefined {
    const wanted = address.trim().toLowerCase();
    return this.all.find((row) => row.address.toLowerCase() === wanted);
  }

  apply(change: Change): void {
    if (change.put === 'account') this.#rows.set(change.row.id, change.row);
    if (change.put === 'no-account') this.#rows.delete(change.account);
  }

  clear(): void {
    this.#rows.clear();
  }

  async update(input: Input<'accounts.update'>): Promise<void> {
    await this.#call('accounts.update', input);
  }

  async setEnabled(account: number, enabled: boolean): Promise<void> {
    await this.#call('accounts.setEnabled', { account, enabled });
  }

  async keepHistory(account: number): Promise<void> {
    await this.#call('accounts.keepHistory', { account });
  }

  async reconnect(account: number): Promise<void> {
    await this.#call('accounts.reconnect', { account });
  }

  async remove(account: number): Promise<void> {
    await this.#call('accounts.remove', { account });
  }

  /** Accepts this certificate for this account from now on. */
  async pin(account: AccountRow, certificate: Certificate): Promise<void> {
    await this.update({
      account: account.id,
      pins: [...new Set([...account.pins, certificate.fingerprint])],
    });
  }
}
