/**
 * Contacts and the requests of strangers, as the engine reports them. Names are for showing; the address is the key.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, ContactRequestRow, ContactRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

const sortName = ({ name, called, address }: ContactRow): string => name || called || address;
const keyOf = (account: number, address: string): string => `${account} ${address}`;

export class Contacts {
  readonly #rows = new SvelteMap<string, ContactRow>();
  readonly #requests = new SvelteMap<string, ContactRequestRow>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  readonly all = $derived.by(() =>
    [...this.#rows.values()].sort((a, b) => sortName(a).localeCompare(sortName(b))),
  );

  /** Newest first. */
  readonly requests = $derived.by(() => [...this.#requests.values()].sort((a, b) => b.at - a.at));

  get(account: number, address: string): ContactRow | undefined {
    return this.#rows.get(keyOf(account, address));
  }

  apply(change: Change): void {
    switch (change.put) {
      case 'contact':
        this.#rows.set(keyOf(change.row.account, change.row.address), change.row);
        break;
      case 'no-contact':
        this.#rows.delete(keyOf(change.account, change.address));
        break;
      case 'contact-request':
        this.#requests.set(keyOf(change.row.account, change.row.address), change.row);
        break;
      case 'no-contact-request':
        this.#requests.delete(keyOf(change.account, change.address));
        break;
      case 'no-account':
        for (const [key, row] of this.#rows) if (row.account === change.account) this.#rows.delete(key);
        for (const [key, row] of this.#requests)
          if (row.account === change.account) this.#requests.delete(key);
        break;
      default:
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#requests.clear();
  }

  /** @returns the chat with the new contact. */
  async add(account: number, address: string, name: string): Promise<number> {
    const { chat } = await this.#call('contacts.add', { account, address, ...(name === '' ? {} : { name }) });
    return chat;
  }

  async rename(account: number, address: string, name: string): Promise<void> {
    await this.#call('contacts.rename', { account, address, name });
  }

  async remove(account: number, address: string): Promise<void> {
    await this.#call('contacts.remove', { account, address });
  }

  /** @returns the chat with the person who asked. */
  async accept(request: ContactRequestRow): Promise<number> {
    const { account, address } = request;
    return (await this.#call('contacts.accept', { account, address })).chat;
  }

  /** Many at once. */
  async refuseAll(requests: readonly ContactRequestRow[]): Promise<void> {
    const keys = requests.map(({ account, address }) => ({ account, address }));
    await this.#call('contacts.refuseAll', { requests: keys });
  }

  async refuse(request: ContactRequestRow): Promise<void> {
    const { account, address } = request;
    await this.#call('contacts.refuse', { account, address });
  }
}
