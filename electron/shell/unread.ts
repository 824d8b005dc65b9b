/** The number on the program's icon and in the title: what asks for attention, kept from the changes that pass by. */
import type { Change, ChatRow, RoomRow } from '../../shared/contract.ts';
import { attentionOf } from '../../shared/mute.ts';

export class Unread {
  readonly #chats = new Map<number, ChatRow>();
  /** Of rooms: what the person wants to be told of. */
  readonly #notify = new Map<number, RoomRow['notify']>();

  /**
   * Returns the sum after these changes, or `undefined` when they do not concern it.
   * @param now milliseconds since 1970
   */
  apply(changes: readonly Change[], now: number): number | undefined {
    let isConcerned = false;
    for (const change of changes) {
      if (change.put === 'chat') this.#chats.set(change.row.id, change.row);
      else if (change.put === 'room' && this.#notify.get(change.row.chat) !== change.row.notify)
        this.#notify.set(change.row.chat, change.row.notify);
      else if (change.put === 'no-chat') {
        this.#chats.delete(change.chat);
        this.#notify.delete(change.chat);
      } else continue;
      isConcerned = true;
    }
    return isConcerned
      ? this.#chats.values().reduce((sum, chat) => sum + attentionOf(chat, now, this.#notify.get(chat.id)), 0)
      : undefined;
  }
}
