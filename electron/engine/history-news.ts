/**
 * What catching up tells: the window a few times a second which chats have changed, however many messages came, and the
 * person once for each chat what was said last. It stores nothing and decides nothing about messages.
 */
import type { Change } from '../../shared/contract.ts';
import * as chats from '../store/chats.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import type { Notice } from './host.ts';
import { notify } from './notify.ts';

/** Milliseconds between two announcements. */
const PACE = 300;

export class HistoryNews {
  readonly #account: Account;
  readonly #changed = new Set<number>();
  /** The last thing said in each chat; without a notice it was said by us, or is told already. */
  readonly #last = new Map<
    number,
    { readonly at: number; readonly notice?: Notice; readonly isMention?: true }
  >();
  #timer: NodeJS.Timeout | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Messages of this chat came out of an archive. */
  changed(chat: number): void {
    this.#changed.add(chat);
    this.#timer ??= setTimeout(() => {
      this.announce();
    }, PACE).unref();
  }

  /** Something was said in a chat at that time (milliseconds): by somebody else with a notice, by us without one. */
  said(chat: number, at: number, notice?: Notice, isMention?: true): void {
    const last = this.#last.get(chat);
    if (last === undefined || at >= last.at)
      this.#last.set(chat, { at, ...(notice && { notice }), ...(isMention && { isMention }) });
  }

  /** Tells the window now. */
  announce(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { database } = this.#account.profile;
    if (this.#changed.size === 0 || !database.open) return;
    const changes: Change[] = [];
    for (const chat of this.#changed) {
      if (chats.getChat(database, chat) === undefined) continue;
      changes.push({ put: 'chat', row: chatRow(this.#account, chat) }, { put: 'history', chat });
    }
    this.#changed.clear();
    this.#account.profile.announce(changes);
  }

  /** Tells the person, once for each chat, unless the last word in it was ours. */
  tell(): void {
    for (const [chat, { at, notice, isMention }] of this.#last) {
      if (notice === undefined) continue;
      this.#last.set(chat, { at });
      notify(this.#account, notice, isMention);
    }
  }

  /** What was said before a new stream is not compared with what is said on it. */
  forget(): void {
    this.#last.clear();
  }
}
