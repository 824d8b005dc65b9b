/** The number on the program's icon: unread messages of all chats, kept from the changes that pass by. */
import type { Change } from '../../shared/contract.ts';

export class Unread {
  readonly #chats = new Map<number, number>();

  /** Returns the sum after these changes, or `undefined` when they do not concern it. */
  apply(changes: readonly Change[]): number | undefined {
    let isConcerned = false;
    for (const change of changes) {
      if (change.put === 'chat') this.#chats.set(change.row.id, change.row.unread);
      else if (change.put === 'no-chat') this.#chats.delete(change.chat);
      else continue;
      isConcerned = true;
    }
    return isConcerned ? this.#chats.values().reduce((sum, count) => sum + count, 0) : undefined;
  }
}
