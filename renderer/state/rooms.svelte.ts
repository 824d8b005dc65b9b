/**
 * The rooms that we are in or want to be in, by their chat, the invitations to others, and what can be asked of a room.
 * Who is in one is asked for by those who show it: `crowdOf` changes when they have to ask again.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, Input, RoomInvite, RoomRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

const isMute = ({ state, role }: RoomRow): boolean => state === 'in' && role === 'visitor';

const keyOf = (account: number, address: string): string => `${account} ${address}`;

export class Rooms {
  readonly #rows = new SvelteMap<number, RoomRow>();
  readonly #invites = new SvelteMap<string, RoomInvite>();
  readonly #crowds = new SvelteMap<number, number>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  readonly all = $derived.by(() => [...this.#rows.values()]);
  readonly #byAddress = $derived.by(
    () => new Map(this.all.map((row) => [keyOf(row.account, row.address), row])),
  );

  /** Newest first. */
  readonly invites = $derived.by(() => [...this.#invites.values()].sort((a, b) => b.at - a.at));

  get(chat: number): RoomRow | undefined {
    return this.#rows.get(chat);
  }

  at(account: number, address: string): RoomRow | undefined {
    return this.#byAddress.get(keyOf(account, address));
  }

  /**
   * What we say about messages of a chat counts there: it is no room, or one that tells who says so (XEP-0421), and where
   * we have a voice.
   */
  isHeard(chat: number): boolean {
    const room = this.#rows.get(chat);
    return room === undefined || (room.hasIdentities === true && !isMute(room));
  }

  /** The room of a chat in which we can take back what others say (XEP-0425). */
  moderatedBy(chat: number): RoomRow | undefined {
    const room = this.#rows.get(chat);
    return room?.hasModeration === true && room.state === 'in' && room.role === 'moderator'
      ? room
      : undefined;
  }

  /** Another number each time that somebody has come, gone or changed. */
  crowdOf(chat: number): number {
    return this.#crowds.get(chat) ?? 0;
  }

  apply(change: Change): void {
    switch (change.put) {
      case 'room':
        this.#rows.set(change.row.chat, change.row);
        break;
      case 'occupants':
        this.#crowds.set(change.chat, this.crowdOf(change.chat) + 1);
        break;
      case 'no-chat':
        this.#rows.delete(change.chat);
        this.#crowds.delete(change.chat);
        break;
      case 'room-invite':
        this.#invites.set(keyOf(change.row.account, change.row.address), change.row);
        break;
      case 'no-room-invite':
        this.#invites.delete(keyOf(change.account, change.address));
        break;
      case 'no-account':
        for (const row of this.#rows.values())
          if (row.account === change.account) this.#rows.delete(row.chat);
        for (const [key, row] of this.#invites) if (row.account === change.account) this.#invites.delete(key);
        break;
      default:
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#invites.clear();
    this.#crowds.clear();
  }

  /** @returns the chat of the room. */
  async join(input: Input<'rooms.join'>): Promise<number> {
    return (await this.#call('rooms.join', input)).chat;
  }

  /** Tries again to get in, with what is given instead of what did not work. */
  async retry(
    chat: number,
    instead: { readonly nick?: string; readonly password?: string } = {},
  ): Promise<void> {
    await this.#call('rooms.retry', { chat, ...instead });
  }

  async leave(chat: number): Promise<void> {
    await this.#call('rooms.leave', { chat });
  }

  async accept({ account, address }: RoomInvite): Promise<number> {
    return (await this.#call('rooms.acceptInvite', { account, address })).chat;
  }

  async decline({ account, address }: RoomInvite): Promise<void> {
    await this.#call('rooms.declineInvite', { account, address });
  }
}
