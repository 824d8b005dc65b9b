/**
 * The chat rows, newest activity first. The messages of a chat are in `timeline`.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, ChatRow, RoomRow } from '../../shared/contract.ts';
import { attentionOf, muteUntil, type MuteDuration } from '../../shared/mute.ts';
import type { Call } from './call.ts';

export class Chats {
  readonly #rows = new SvelteMap<number, ChatRow>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  readonly all = $derived.by(() => [...this.#rows.values()].sort((a, b) => b.at - a.at || b.id - a.id));

  /**
   * How many messages ask for attention now (milliseconds since 1970).
   * @param notifyOf what the person wants to be told of in a room
   */
  attention(
    now: number,
    notifyOf: (chat: number) => RoomRow['notify'] | undefined = () => undefined,
  ): number {
    return this.all.reduce((sum, row) => sum + attentionOf(row, now, notifyOf(row.id)), 0);
  }

  get(chat: number): ChatRow | undefined {
    return this.#rows.get(chat);
  }

  with(account: number, address: string): ChatRow | undefined {
    return this.all.find((row) => row.account === account && row.address === address);
  }

  apply(change: Change): void {
    switch (change.put) {
      case 'chat':
        this.#rows.set(change.row.id, change.row);
        break;
      case 'no-chat':
        this.#rows.delete(change.chat);
        break;
      case 'no-account':
        for (const row of this.#rows.values()) if (row.account === change.account) this.#rows.delete(row.id);
        break;
      default:
    }
  }

  clear(): void {
    this.#rows.clear();
  }

  /** Opens (and if need be creates) the chat with an address. */
  async open(account: number, address: string): Promise<number> {
    return (await this.#call('chats.open', { account, address })).chat;
  }

  async remove(chat: number): Promise<void> {
    await this.#call('chats.remove', { chat });
  }

  /** Deletes its messages here; the chat stays. */
  async empty(chat: number): Promise<void> {
    await this.#call('chats.clear', { chat });
  }

  async markRead(chat: number, message: number): Promise<void> {
    await this.#call('chats.markRead', { chat, message });
  }

  async setPinned(chat: number, isPinned: boolean): Promise<void> {
    await this.#call('chats.setPinned', { chat, isPinned });
  }

  async setArchived(chat: number, isArchived: boolean): Promise<void> {
    await this.#call('chats.setArchived', { chat, isArchived });
  }

  /** From now on for so long; nothing for not at all. */
  async mute(chat: number, duration?: MuteDuration): Promise<void> {
    await this.#call('chats.setMuted', {
      chat,
      until: duration === undefined ? 0 : muteUntil(duration, Date.now()),
    });
  }

  async setMarkedUnread(chat: number, isMarked: boolean): Promise<void> {
    await this.#call('chats.setMarkedUnread', { chat, isMarked });
  }

  async setEncryption(chat: number, mode: ChatRow['encryptionMode']): Promise<void> {
    await this.#call('chats.setEncryption', { chat, mode });
  }
}
