/**
 * One room while the program runs: on the way in, in, or kept out; who is in it; its history. It says what it needs to
 * say to get in and to stay, and nothing else. What was written in it takes the road of all messages.
 */
import type { Change, RoomRow, RoomState } from '../../shared/contract.ts';
import { resourceOf, type BareJid } from '../../shared/jid.ts';
import { getArchive } from '../store/archive.ts';
import * as chats from '../store/chats.ts';
import * as rooms from '../store/rooms.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { NS as NS_ARCHIVE, NS_EXTENDED } from '../xmpp/xep/xep0313.ts';
import { readRoomUser, writeJoin, writeLeave, type RoomItem, type RoomUser } from '../xmpp/xep/xep0045.ts';
import { askSelfPing } from '../xmpp/xep/xep0410.ts';
import type { Presence } from '../xmpp/xep/presence.ts';
import type { MessageError } from '../xmpp/message.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { delayAfter } from './backoff.ts';
import { chatRow } from './chats.ts';
import { History } from './history.ts';
import { Occupants, shownIn } from './occupants.ts';
import { ownPresence } from './presence.ts';
import { keptFeatures, learnFeatures, type KnownFeatures } from './room-features.ts';
import { furnish, type NewRoom } from './room-making.ts';
import { Members } from './room-members.ts';
import { departureOf, passes, problemOf } from './room-problems.ts';
import { rowOf, titleOf } from './room-row.ts';
import { RoomTyping } from './room-typing.ts';

/** A large room may take long to say who is in it, in milliseconds. */
const ENTER_WITHIN = 120_000;
/** Of a room without an archive so much of what was said before is asked for, in messages. */
const HISTORY = 50;
/** #bizrules-presence statuses of XEP-0045. */
const SELF = 110;
const NICK_CHANGED = 303;
const MADE = 201;
/** How often a room that is not there any more is looked for. */
const MOST_MISSED = 10;

export class Room {
  readonly account: Account;
  readonly chat: number;
  readonly address: BareJid;
  readonly occupants = new Occupants();
  /** Who belongs to it, as far as that is for us to know. */
  readonly members: Members;
  readonly history: History;
  /** What we are called, or want to be. */
  nick: string;
  features: KnownFeatures;
  readonly typing = new RoomTyping(this);
  /** When anything came from it, in milliseconds. */
  heardAt = 0;
  #state: RoomState = 'out';
  #problem: NonNullable<RoomRow['problem']> | undefined;
  /** Its archive was looked at since we came in: what waits may leave without being said twice. */
  #isCaughtUp = false;
  /** The one try to get in; an older one finds another here and ends. */
  #attempt = Symbol('none');
  #entered: (() => void) | undefined;
  /** We made it by coming in. */
  #isNew = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(account: Account, record: rooms.RoomRecord) {
    this.account = account;
    this.chat = record.chat;
    this.address = record.address as BareJid;
    this.nick = record.nick;
    this.features = keptFeatures(record.features);
    this.history = new History(account, this.address);
    this.members = new Members(account);
  }

  get state(): RoomState {
    return this.#state;
  }

  /** What we say gets to those in it, and nothing is said twice by that. */
  get maySend(): boolean {
    return this.#state === 'in' && this.#isCaughtUp;
  }

  /** Only its members get in, and all of them see who is who: what is said can be encrypted for them. */
  get isPrivate(): boolean {
    return this.features.isMembersOnly && this.features.isNonAnonymous;
  }

  record(): rooms.RoomRecord | undefined {
    return rooms.getRoom(this.account.profile.database, this.chat);
  }

  row(): RoomRow | undefined {
    const record = this.record();
    return record && rowOf(this, record, this.#state, this.#problem);
  }

  /** What a person reads of it. */
  get title(): string {
    return titleOf(this.address, this.row()?.name ?? '');
  }

  announce(): void {
    const row = this.row();
    if (row !== undefined) this.account.profile.announce([{ put: 'room', row }]);
  }

  // ————— Getting in ————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Goes in, or tries to; makes it with that if it is wanted to be new: resolves when we are in and its history was looked at, or with the reason why not in its row.
   * @throws WireClosed
   */
  async enter(wire: Wire, wanted?: NewRoom): Promise<void> {
    const attempt = this.#begin();
    try {
      if (wanted === undefined && !(await this.#learn(wire))) return;
      if (this.#attempt !== attempt) return;
      await this.#knock(wire, attempt);
      if (wanted !== undefined && this.#attempt === attempt) await this.#make(wire, wanted);
      if (this.#attempt === attempt && this.#state === 'in') await this.#settle(wire, attempt);
    } catch (error) {
      if (error instanceof WireClosed || this.#attempt !== attempt) throw error;
      this.account.log('room-failed', { room: this.address, error: String(error) });
      this.fail({ code: 'unreachable' });
    }
  }

  /** It is there since we came in: nobody else gets in before it is as it should be (#createroom). */
  async #make(wire: Wire, wanted: NewRoom): Promise<void> {
    if (!this.#isNew) {
      this.leave();
      this.fail({ code: 'refused' });
      return;
    }
    await furnish(wire, this, wanted);
    await this.#learn(wire);
  }

  #begin(): symbol {
    clearTimeout(this.#retry);
    const attempt = Symbol('attempt');
    this.#attempt = attempt;
    this.#entered?.();
    this.#isCaughtUp = false;
    this.#isNew = false;
    this.occupants.clear();
    this.#problem = undefined;
    this.#state = 'joining';
    this.announce();
    return attempt;
  }

  /**
   * Asks what it is like. Whoever enters a room that is not there makes it (#createroom), which nobody wants who followed
   * a link.
   */
  async #learn(wire: Wire): Promise<boolean> {
    try {
      const info = await learnFeatures(wire, this);
      this.history.begin();
      const offered = new Set([NS_ARCHIVE, NS_EXTENDED].filter((feature) => info.features.has(feature)));
      this.history.learn(offered);
      this.history.seesOtherDevices(); // what they say is said to us, too
      return true;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const problem = problemOf(error.condition, error.text);
      // Some hide what they are from those who are not in; they say the rest when we knock.
      if (problem.code !== 'not-found' && problem.code !== 'unreachable') return true;
      this.fail(problem);
      return false;
    }
  }

  async #knock(wire: Wire, attempt: symbol): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#entered = () => resolve(undefined);
    const record = this.record();
    const last = chats.getChat(this.account.profile.database, this.chat)?.last?.message;
    const since = last === undefined ? { maxStanzas: HISTORY } : { since: Math.floor(last / 1_000) };
    const presence = writeJoin({
      room: this.address,
      nick: this.nick,
      ...(record?.password !== undefined && { password: record.password }),
      history: this.features.hasArchive ? { maxStanzas: 0 } : since,
    });
    // What everybody may know of us; the photo is among it.
    wire.send({ ...presence, children: [...presence.children, ...ownPresence(this.account).children] });
    const timer = setTimeout(() => {
      if (this.#attempt === attempt && this.#state === 'joining') this.fail({ code: 'unreachable' });
    }, ENTER_WITHIN).unref();
    wire.expectMuch(promise); // of ten thousand people each says who they are
    await promise;
    clearTimeout(timer);
  }

  async #settle(wire: Wire, attempt: symbol): Promise<void> {
    const { profile } = this.account;
    await this.#learnMembers(wire);
    const isNew = getArchive(profile.database, this.account.id, this.address).cursor === undefined;
    await this.history.catchUp(wire);
    if (this.#attempt !== attempt) return;
    this.#isCaughtUp = true;
    if (isNew) this.#markSeen();
    this.announce();
    this.#readersChanged();
  }

  async #learnMembers(wire: Wire): Promise<void> {
    if (this.isPrivate) await this.members.learn(wire, this.address);
  }

  /** It may be another way than it was, while we are in it. @throws StanzaError, WireClosed */
  async relearn(wire: Wire): Promise<void> {
    await learnFeatures(wire, this);
    await this.#learnMembers(wire);
    this.announce();
    this.#readersChanged();
  }

  /** What is said from now on is for others, or encrypted otherwise; so is what waited for somebody to read it. */
  #readersChanged(): void {
    this.account.profile.announce([{ put: 'chat', row: chatRow(this.account, this.chat) }]);
    this.account.outbox.flush();
  }

  /** What was said before we came in for the first time is nobody’s to catch up with. */
  #markSeen(): void {
    const { profile } = this.account;
    const last = chats.getChat(profile.database, this.chat)?.last?.message;
    if (last === undefined) return;
    profile.commit((changes) => {
      if (chats.markRead(profile.database, this.chat, last))
        changes.push({ put: 'chat', row: chatRow(this.account, this.chat) });
    });
  }

  /** We are not in, or no longer; some reasons pass by themselves. */
  fail(problem: NonNullable<RoomRow['problem']>): void {
    this.#attempt = Symbol('failed');
    this.#state = 'failed';
    this.#problem = problem;
    this.#isCaughtUp = false;
    this.occupants.clear();
    this.typing.stop();
    this.#entered?.();
    this.announce();
    this.#failures += 1;
    // A service that has just started may not have its rooms yet: one that we know is looked for a while.
    const isMissed = problem.code === 'not-found' && this.#wasIn && this.#failures <= MOST_MISSED;
    if (!passes(problem.code) && !isMissed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => {
        this.again();
      },
      delayAfter(this.#failures, Math.random()),
    ).unref();
  }

  /** Something was said here already. */
  get #wasIn(): boolean {
    return chats.getChat(this.account.profile.database, this.chat)?.last !== undefined;
  }

  /** Tries again to get in, if there is a stream. */
  again(): void {
    const { wire } = this.account;
    if (wire === undefined || this.record()?.isWanted !== true) return;
    this.enter(wire).catch((error: unknown) => {
      if (!(error instanceof WireClosed)) this.account.log('room-failed', { error: String(error) });
    });
  }

  /** Leaves it; the room learns that if there is a stream. */
  leave(): void {
    const { wire } = this.account;
    if (wire !== undefined && (this.#state === 'in' || this.#state === 'joining'))
      wire.send(writeLeave(this.address, this.nick));
    this.forget();
    this.announce();
  }

  /** The session is over: who is in it has to be learnt anew. */
  forget(): void {
    clearTimeout(this.#retry);
    this.#attempt = Symbol('over');
    this.#state = 'out';
    this.#problem = undefined;
    this.#isCaughtUp = false;
    this.typing.stop();
    this.occupants.clear();
    this.#entered?.();
  }

  /** Are we still in it (XEP-0410)? Rooms forget people without a word when their server starts again. */
  async check(wire: Wire): Promise<void> {
    if (this.#state !== 'in') return;
    const attempt = this.#attempt;
    const answer = await askSelfPing(wire, this.address, this.nick);
    if (this.#attempt !== attempt) return;
    if (answer === 'joined') this.heardAt = this.account.profile.host.now();
    else if (answer === 'not-joined') this.again();
  }

  /** The room says that we are not in it. */
  lostPlace(): void {
    if (this.#state === 'in') this.again();
  }

  // ————— Who comes and goes ————————————————————————————————————————————————————————————————————————————————

  receive(presence: Presence, stanza: Element, error: MessageError | undefined): void {
    this.heardAt = this.account.profile.host.now();
    const nick = presence.from === undefined ? undefined : resourceOf(presence.from);
    if (presence.type === 'error') {
      if (this.#state === 'joining') this.fail(problemOf(error?.condition ?? '', error?.text));
      else if (error !== undefined && nick !== this.nick)
        this.account.log('room-refused', { condition: error.condition });
      return;
    }
    if (nick === undefined || this.#state === 'out' || this.#state === 'failed') return;
    const user = readRoomUser(stanza) ?? { statuses: [] };
    const isSelf = user.statuses.includes(SELF) || nick === this.nick;
    if (presence.type === 'available') this.#present(nick, presence, stanza, user, isSelf);
    else if (presence.type === 'unavailable') this.#absent(nick, user, isSelf);
  }

  #present(nick: string, presence: Presence, stanza: Element, user: RoomUser, isSelf: boolean): void {
    const item = user.item ?? { affiliation: 'none' as const, role: 'participant' as const };
    const shown = shownIn(this.features, stanza, item.jid);
    const { identity } = shown;
    const isNew = this.occupants.get(nick) === undefined;
    this.occupants.put(nick, item, presence, shown);
    this.noteMember(item);
    if (isSelf && user.statuses.includes(MADE)) this.#isNew = true;
    if (isSelf) {
      const isOther = this.record()?.nick !== nick;
      this.nick = nick; // the room may have given us another one (status 210)
      this.account.profile.commit(() => {
        rooms.updateRoom(this.account.profile.database, this.chat, {
          nick,
          ...(identity !== undefined && { ownOccupant: identity }),
        });
      });
      if (isOther) this.account.rooms.bookmarks.save(this, 'settings');
      if (this.#state === 'joining') this.#enteredRoom();
      else this.announce();
    }
    if (isNew || this.#state === 'in') this.account.rooms.occupantsChanged(this);
  }

  #enteredRoom(): void {
    this.#state = 'in';
    this.#failures = 0;
    this.announce();
    this.#entered?.();
  }

  #absent(nick: string, user: RoomUser, isSelf: boolean): void {
    const before = this.occupants.get(nick);
    // Who goes stays what they are; who is put out of it is something else now (#banuser, #revokemember).
    if (user.item !== undefined) this.noteMember(user.item);
    this.occupants.remove(nick);
    this.typing.set(nick, false);
    const renamed = user.statuses.includes(NICK_CHANGED) ? user.item?.nick : undefined;
    if (isSelf && renamed !== undefined) this.nick = renamed;
    else if (isSelf) {
      this.#leftRoom(user);
      return;
    }
    if (before !== undefined) this.account.rooms.occupantsChanged(this);
  }

  #leftRoom(user: RoomUser): void {
    const problem = departureOf(user);
    if (problem !== undefined) this.fail(problem);
    else if (this.#state === 'joining') return; // the end of an earlier stay, which we wanted ourselves
    else if (this.record()?.isWanted === true) this.fail({ code: 'kicked' });
    else this.forget();
  }

  /** The room says what somebody is: from now on it is encrypted for others. */
  noteMember(item: RoomItem): void {
    if (this.isPrivate && this.members.note(item) && this.#state === 'in') this.#readersChanged();
  }

  /** It is about something else from now on; inside a transaction. */
  setSubject(subject: string, changes: Change[]): void {
    const { database } = this.account.profile;
    if (this.record()?.subject === subject) return;
    rooms.updateRoom(database, this.chat, { subject });
    const row = this.row();
    if (row !== undefined) changes.push({ put: 'room', row });
  }
}
