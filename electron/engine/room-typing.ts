/** Who is writing in a room (XEP-0085), by name. Lives in memory; a notice that is never taken back ends by itself. */
import type { Room } from './room.ts';

/** As long as a notice is believed, in milliseconds. */
const BELIEVED_FOR = 30_000;

export class RoomTyping {
  readonly #room: Room;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(room: Room) {
    this.#room = room;
  }

  get names(): string[] {
    return [...this.#timers.keys()];
  }

  /** Somebody who is in it, and not us, began to write or stopped. */
  set(nick: string, isTyping: boolean): void {
    const timer = this.#timers.get(nick);
    if (nick === this.#room.nick || (timer === undefined && !isTyping)) return;
    clearTimeout(timer);
    this.#timers.delete(nick);
    if (isTyping && this.#room.occupants.get(nick) !== undefined) {
      const end = setTimeout(() => {
        this.set(nick, false);
      }, BELIEVED_FOR);
      this.#timers.set(nick, end.unref());
    }
    if ((timer !== undefined) !== this.#timers.has(nick)) this.#room.announce();
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
