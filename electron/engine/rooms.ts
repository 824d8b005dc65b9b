/**
 * The rooms of one account: which there are, getting into all of them after a stream began, and handing each what comes
 * from it. Nothing of a room that nobody wanted to be in gets past here.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change, RoomRow } from '../../shared/contract.ts';
import { bareOf, localOf, type BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import * as outbox from '../store/outbox.ts';
import * as rooms from '../store/rooms.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import { occupantJid, writeNickChange, writeSubject } from '../xmpp/xep/xep0045.ts';
import type { Presence } from '../xmpp/xep/presence.ts';
import type { Element } from '../xmpp/xml.ts';
import { readStanzaError } from '../xmpp/message.ts';
import type { Account } from './account.ts';
import { Bookmarks } from './bookmarks.ts';
import { chatRow } from './chats.ts';
import { Room } from './room.ts';
import { forgetInvite } from './room-invites.ts';
import { addressFor, wireOf, type NewRoom } from './room-making.ts';

/** So many are entered at the same time. */
const AT_ONCE = 8;
/** How often is looked after rooms that are silent, and for how long one may be, in milliseconds. */
const LOOK_EVERY = 60_000;
const SILENT_FOR = 10 * 60_000;
/** A room that has not said our message again after this time is asked whether we are in it, in milliseconds. */
const REFLECT_WITHIN = 15_000;
/** Changes of who is in a room are told at most this often, in milliseconds. */
const PACE = 400;

/** How somebody goes into a room. */
export interface Entry {
  /** Our own name when it is absent. */
  readonly nick?: string;
  readonly password?: string;
}

export class Rooms {
  readonly #account: Account;
  readonly #rooms = new Map<BareJid, Room>();
  readonly #changed = new Set<Room>();
  readonly bookmarks: Bookmarks;
  #pace: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  constructor(account: Account) {
    this.#account = account;
    this.bookmarks = new Bookmarks(account);
    for (const record of rooms.listRooms(account.profile.database, account.id))
      this.#rooms.set(record.address as BareJid, new Room(account, record));
  }

  get(address: string): Room | undefined {
    return this.#rooms.get(address as BareJid);
  }

  /** The room of a chat; undefined when the chat is none. */
  ofChat(chat: number): Room | undefined {
    return this.#rooms.values().find((room) => room.chat === chat);
  }

  all(): Room[] {
    return [...this.#rooms.values()];
  }

  rows(): RoomRow[] {
    return [...this.#rooms.values()].flatMap((room) => room.row() ?? []);
  }

  // ————— With the stream ———————————————————————————————————————————————————————————————————————————————————

  /** Gets into all rooms that we want to be in; returns when that was tried. @throws WireClosed */
  async enterAll(wire: Wire): Promise<void> {
    this.#watch(wire);
    await this.bookmarks.sync(wire);
    const waiting = [...this.#rooms.values()].filter((room) => room.record()?.isWanted === true);
    const work = async (): Promise<void> => {
      for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) await room.enter(wire);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** A resumed stream: nothing was missed, but what the last connection began goes on. */
  goOn(wire: Wire): void {
    this.#watch(wire);
    this.bookmarks.goOn(wire);
    for (const room of this.#rooms.values()) {
      if (room.state === 'in') room.history.goOn(wire);
      else if (room.state === 'joining') room.again();
    }
  }

  /** The session is over. */
  forget(): void {
    clearInterval(this.#look);
    clearTimeout(this.#pace);
    this.#pace = undefined;
    this.#changed.clear();
    for (const room of this.#rooms.values()) room.forget();
  }

  #watch(wire: Wire): void {
    clearInterval(this.#look);
    this.#look = setInterval(() => {
      const now = this.#account.profile.host.now();
      for (const room of this.#rooms.values()) {
        if (this.#account.wire === wire && now - room.heardAt > SILENT_FOR) this.#check(room, wire);
      }
    }, LOOK_EVERY).unref();
  }

  #check(room: Room, wire: Wire): void {
    room.check(wire).catch((error: unknown) => {
      if (!(error instanceof WireClosed)) this.#account.log('room-unknown', { error: String(error) });
    });
  }

  /** A message left for a room: it should come back soon. */
  awaitReflection(room: Room): void {
    const { wire } = this.#account;
    if (wire === undefined) return;
    setTimeout(() => {
      const { profile, wire: now } = this.#account;
      if (now !== wire || !profile.database.open) return;
      if (rooms.hasUnreflected(profile.database, room.chat)) this.#check(room, wire);
    }, REFLECT_WITHIN).unref();
  }

  /** Takes a presence to its room. Returns false when it is of none of ours. */
  receivePresence(presence: Presence, stanza: Element): boolean {
    const room = presence.from === undefined ? undefined : this.#rooms.get(bareOf(presence.from));
    if (room === undefined) return false;
    room.receive(presence, stanza, presence.type === 'error' ? readStanzaError(stanza) : undefined);
    return true;
  }

  /** Told soon, together with what else changes. */
  occupantsChanged(room: Room): void {
    this.#changed.add(room);
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined;
      const changes: Change[] = [];
      for (const each of this.#changed) {
        const row = each.row();
        changes.push({ put: 'occupants', chat: each.chat });
        if (row !== undefined) changes.push({ put: 'room', row });
      }
      this.#changed.clear();
      if (this.#account.profile.database.open) this.#account.profile.announce(changes);
    }, PACE).unref();
  }

  // ————— What a person does ————————————————————————————————————————————————————————————————————————————————

  /**
   * Wants to be in a room from now on, and goes there.
   * @param parts the nick is our own name when it is not given
   * @returns its chat
   */
  join(address: BareJid, parts: Entry = {}): number {
    const room = this.#open(address, parts);
    this.bookmarks.save(room, 'membership');
    if (room.state === 'in' || this.#account.wire === undefined) room.announce();
    else room.again();
    return room.chat;
  }

  /** Another device of ours is in it from now on. */
  adopt(address: BareJid, parts: Entry): Room {
    return this.#open(address, parts);
  }

  /** @throws Refusal `invalid` when nobody can be called so */
  #open(address: BareJid, parts: Entry): Room {
    const { profile, id } = this.#account;
    const nick = parts.nick?.trim() ?? '';
    if (nick !== '' && occupantJid(address, nick) === undefined) throw new Refusal('invalid');
    const record = profile.commit((changes) => {
      const { database } = profile;
      const chat = chats.openChat(database, id, address, this.#account.clock.now(), 'room').chat.id;
      rooms.addRoom(database, chat, nick === '' ? this.#usualNick() : nick);
      rooms.updateRoom(database, chat, {
        isWanted: true,
        ...(nick !== '' && { nick }),
        ...(parts.password !== undefined && { password: parts.password }),
      });
      forgetInvite(this.#account, address, changes);
      changes.push({ put: 'chat', row: chatRow(this.#account, chat) });
      return rooms.getRoom(database, chat);
    });
    if (record === undefined) throw new Refusal('not-found');
    const room = this.#rooms.get(address) ?? new Room(this.#account, record);
    this.#rooms.set(address, room);
    if (room.state !== 'in') room.nick = record.nick;
    return room;
  }

  /**
   * Makes a room and stays in it.
   * @returns its chat
   * @throws Refusal `not-found` where our server has no rooms, `already-there` when there is one; WireClosed
   */
  async make(wanted: NewRoom): Promise<number> {
    const wire = wireOf(this.#account);
    const address = addressFor(this.#account, wanted);
    const before = this.#rooms.get(address)?.record();
    const room = this.#open(address, {});
    try {
      await room.enter(wire, wanted);
    } finally {
      if (room.state !== 'in') this.#withdraw(room, before);
    }
    if (room.state !== 'in') throw new Refusal('already-there');
    this.bookmarks.save(room, 'membership');
    return room.chat;
  }

  /** It is not ours: the next start shall not bring us into what somebody else has there. */
  #withdraw(room: Room, before: rooms.RoomRecord | undefined): void {
    const { profile } = this.#account;
    room.leave();
    if (before !== undefined) {
      const { nick, isWanted } = before;
      profile.commit(() => rooms.updateRoom(profile.database, room.chat, { nick, isWanted }));
      return;
    }
    this.#rooms.delete(room.address);
    profile.commit((changes) => {
      chats.deleteChat(profile.database, room.chat);
      changes.push({ put: 'no-chat', chat: room.chat });
    });
  }

  /** Does not want to be in it any more. What waits to be said there is not said. */
  leave(room: Room): void {
    this.abandon(room);
    this.bookmarks.save(room, 'membership');
  }

  /** The same, as another device of ours has done it. */
  abandon(room: Room): void {
    const { profile } = this.#account;
    profile.commit(() => {
      rooms.updateRoom(profile.database, room.chat, { isWanted: false, ownOccupant: null });
    });
    room.leave();
  }

  /** The chat is removed from this device, and the room with it. */
  removed(chat: number): void {
    const room = this.ofChat(chat);
    if (room === undefined) return;
    room.leave();
    this.bookmarks.remove(room.address);
    this.#rooms.delete(room.address);
    rooms.deleteRoom(this.#account.profile.database, chat);
  }

  /** @throws Refusal `invalid` when nobody can be called so */
  setNick(room: Room, nick: string): void {
    if (occupantJid(room.address, nick) === undefined) throw new Refusal('invalid');
    const { profile, wire } = this.#account;
    if (room.state === 'in' && wire !== undefined) {
      wire.send(writeNickChange(room.address, nick));
      return;
    }
    profile.commit(() => {
      rooms.updateRoom(profile.database, room.chat, { nick });
    });
    room.nick = nick;
    room.announce();
    this.bookmarks.save(room, 'settings');
  }

  /** @throws WireClosed */
  setSubject(room: Room, subject: string): void {
    const { wire, profile } = this.#account;
    if (wire === undefined || room.state !== 'in') throw new WireClosed('not in the room');
    wire.send(writeSubject(room.address, profile.host.id(), subject));
  }

  /** Settings of ours about a room. */
  set(room: Room, parts: Pick<rooms.RoomChanges, 'notify' | 'name' | 'password'>): void {
    const { profile } = this.#account;
    profile.commit((changes) => {
      rooms.updateRoom(profile.database, room.chat, parts);
      const row = room.row();
      if (row !== undefined) changes.push({ put: 'room', row });
    });
    this.bookmarks.save(room, 'settings');
  }

  /**
   * The room says that we are not in it, while something of ours was on its way: it leaves again once we are.
   * @param what a message, or the stanza id of what was said about one; returns false when there is no such thing
   */
  refused(room: Room, what: number | string): boolean {
    const { database } = this.#account.profile;
    if (typeof what === 'number') outbox.putBack(database, what);
    else if (!outbox.putErrandBack(database, room.chat, what)) return false;
    this.#account.profile.whenDurable(() => room.lostPlace());
    return true;
  }

  #usualNick(): string {
    const { nickname } = this.#account.row();
    return nickname ?? localOf(this.#account.address) ?? this.#account.address;
  }
}
