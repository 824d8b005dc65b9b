/**
 * One account: its connection, its queue and its life between offline and online.
 * Stanzas are handled one at a time, in order; a stanza is acknowledged only after what it meant is committed.
 */
import type { AccountRow, Change, Problem } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { Omemo } from '../omemo/omemo.ts';
import * as accounts from '../store/accounts.ts';
import { getArchive } from '../store/archive.ts';
import { isDamage, isStorageFailure } from '../store/database.ts';
import * as outbox from '../store/outbox.ts';
import type { Presence } from '../xmpp/xep/presence.ts';
import { WireClosed, type Wire, type WireEvents, type WireState } from '../xmpp/wire.ts';
import type { Element } from '../xmpp/xml.ts';
import { keysOf } from './account-keys.ts';
import { connectOptions } from './account-row.ts';
import { FAREWELL, REQUESTS } from './account-limits.ts';
import { Arrivals, recallOf } from './arrivals.ts';
import { delayFor, isFinal } from './backoff.ts';
import { Breakage, countAll } from './breakage.ts';
import { Calls } from './calls.ts';
import { rememberCredentials } from './credentials.ts';
import { EntityCapabilities } from './capabilities.ts';
import { Disco } from './disco.ts';
import { accountRowOf } from './faces.ts';
import { Flood } from './flood.ts';
import { goOn, greet } from './greet.ts';
import { History } from './history.ts';
import { Link } from './link.ts';
import { Queue } from './queue.ts';
import { receive } from './inbound.ts';
import { Outbox, markAcknowledged } from './outbound.ts';
import { adoptPendingPassword, credentialsToTry } from './pending-password.ts';
import { forgetOthers } from './presence.ts';
import type { Profile } from './profile.ts';
import { ReadState } from './read-state.ts';
import { Rooms } from './rooms.ts';
import { proveRoom } from './disk.ts';
import { clockOf, readClock, type ServerClock } from './server-clock.ts';
import { beginSession, endSession, settleBeforeLeaving, type Trial } from './session.ts';
import { Transfers } from './transfers.ts';

export class Account {
  readonly profile: Profile;
  readonly id: number;
  readonly address: BareJid;
  readonly omemo: Omemo;
  readonly outbox: Outbox;
  readonly transfers = new Transfers(this);
  readonly calls = new Calls(this);
  /** Messages are dated by it. */
  readonly clock: ServerClock;
  readonly history: History;
  readonly readState: ReadState;
  readonly disco: Disco;
  readonly link: Link;
  readonly rooms: Rooms;
  readonly capabilities: EntityCapabilities;
  /** Who asks us things, and how often. */
  readonly askers = new Flood(REQUESTS);
  /** Presence of the others, by bare address and resource. Lives only as long as the session. */
  readonly presences = new Map<BareJid, Map<string, Presence>>();
  /** Chats in which the other side is writing, with the timer that ends it. */
  readonly typing = new Map<number, NodeJS.Timeout>();
  readonly arrivals = new Arrivals(recallOf(this));
  /**
   * True when our server assigns archive ids that nobody can forge (XEP-0359 §5, `urn:xmpp:sid:0`). Remembered, because
   * after a restart a resumed stream brings messages before the server can be asked.
   */
  assignsArchiveIds: boolean;

  #state: AccountRow['state'] = 'offline';
  #problem: Problem | undefined;
  #nextTry: number | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #wire: Wire | undefined;
  #online = false;
  /** False from a resumption until the server acknowledges something: it may not hear us. */
  #isHeard = true;
  /** The session was resumed, and nothing was acknowledged in time. */
  #wasDeaf = false;
  /** Marks the current connection; events of an older one find another mark and are ignored. */
  #attempt = Symbol('attempt');
  readonly #queue = new Queue((error) => this.#failed(error));
  readonly breakage = new Breakage();
  /** In this session: roster, features and presences are known, and nothing of the archive is missing. */
  #greeted = false;
  #maySend = false;

  constructor(profile: Profile, record: accounts.AccountRecord) {
    this.profile = profile;
    this.id = record.id;
    this.address = record.address;
    this.omemo = keysOf(this);
    this.outbox = new Outbox(this);
    this.clock = clockOf(profile, record.id);
    this.history = new History(this);
    this.readState = new ReadState(this);
    this.disco = new Disco(this);
    this.link = new Link(this);
    this.rooms = new Rooms(this);
    this.capabilities = new EntityCapabilities(this);
    this.assignsArchiveIds = getArchive(profile.database, record.id, record.address).assignsIds;
  }

  /** The stream, while stanzas may be sent on it. */
  get wire(): Wire | undefined {
    return this.#online ? this.#wire : undefined;
  }

  /** False from binding until the greeting is done, as far as sending needs it: see `letOut`. */
  get maySend(): boolean {
    return this.#maySend;
  }

  /** Lets out what waits to be sent, though the archive may not have been read to its end yet. */
  letOut(): void {
    this.#maySend = true;
    this.#guard(() => {
      this.outbox.flush();
      this.readState.publish();
    });
  }

  log(event: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.profile.host.log('account', event, { account: this.address, ...data });
  }

  record(): accounts.AccountRecord {
    const record = accounts.getAccount(this.profile.database, this.id);
    if (record === undefined) throw new Error('the account is gone');
    return record;
  }

  row(): AccountRow {
    return accountRowOf(this, { state: this.#state, problem: this.#problem, nextTry: this.#nextTry });
  }

  /** Goes online and stays there. With a trial, that connection is taken over instead of a new one being made. */
  start(trial?: Trial): void {
    if (trial === undefined) {
      this.#connectSoon();
      return;
    }
    this.#wire = trial.wire;
    const events = this.#newAttempt();
    trial.handOver(events);
    events.state(trial.online);
  }

  /** Tries at once: the person asked for it, or the network came back. Final problems are tried again too. */
  reconnect(): void {
    if (this.#wire !== undefined) return;
    this.#failures = 0;
    this.#connectSoon();
  }

  /**
   * The machine woke up or the network changed: is the stream still alive? An attempt that began before is as dead as a
   * stream that does not answer. Neither waits the usual pause: it says nothing against the server.
   */
  async nudge(): Promise<void> {
    this.clock.woke();
    const [wire, attempt] = [this.#wire, this.#attempt];
    if (wire !== undefined && this.#online && (await wire.isAlive())) {
      void readClock(this, wire);
      return;
    }
    if (this.#attempt !== attempt) return;
    if (this.#wire === wire) wire?.drop();
    if (this.#problem === undefined || !isFinal(this.#problem.code)) this.reconnect();
  }

  /** Signs out in an orderly way: the server learns what we handled, and the session ends. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.calls.stop();
    this.transfers.stop();
    this.#nextTry = undefined;
    // What just left should be known as sent: otherwise it would leave a second time after the next start.
    if (outbox.hasUnacknowledged(this.profile.database, this.id)) await this.wire?.isAlive(FAREWELL);
    this.#attempt = Symbol('stopped');
    const wire = this.#wire;
    const wasOnline = this.#online;
    this.#wire = undefined;
    this.#online = false;
    await this.#queue.settled();
    await wire?.close();
    if (wasOnline) endSession(this);
    this.link.left();
    forgetOthers(this);
    this.#show('offline');
  }

  /** Resolves when everything that has arrived until now is handled. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  /** Runs `work` between stanzas: after those that have arrived, before those that will. Rejects when it does. */
  inTurn(work: () => Promise<void>): Promise<void> {
    return this.#queue.inTurn(work);
  }

  // ————— Connecting ————————————————————————————————————————————————————————————————————————————————————————

  #connectSoon(): void {
    clearTimeout(this.#timer);
    this.#nextTry = undefined;
    const events = this.#newAttempt();
    const attempt = this.#attempt;
    this.#show('connecting');
    // What the last connection brought must be committed first: the server learns from `h` what it need not repeat.
    void this.#queue.settled().then(() => {
      if (this.#attempt !== attempt) return;
      this.breakage.begin(undefined);
      // A server need not hear every time that a disk is still full.
      if (this.#problem?.code === 'storage' && !this.#guard(() => proveRoom(this.profile))) return;
      const record = this.record();
      const credentials = credentialsToTry(this.profile.database, this.id, record.password);
      this.#wire = this.profile.host.connect(connectOptions(record, credentials), events);
    });
  }

  #newAttempt(): WireEvents {
    const attempt = Symbol('attempt');
    this.#attempt = attempt;
    const isCurrent = (): boolean => this.#attempt === attempt;
    return {
      state: (state) => {
        if (!isCurrent()) return;
        if (state.kind === 'online') this.#entered(state);
        if (state.kind === 'closed') this.#closed(state.problem);
      },
      // Whatever arrived is handled, even when the connection is gone by then: the server may not send it again.
      stanza: (stanza, position) => {
        this.#enqueue(stanza, position);
      },
      acknowledged: (position) => {
        if (!isCurrent()) return;
        this.#isHeard = true;
        this.#wasDeaf = false;
        this.#guard(() => markAcknowledged(this, position));
      },
      remember: (memory) => {
        const keep = (): void => rememberCredentials(this.profile.database, this.id, memory);
        if (isCurrent()) this.#guard(() => this.profile.commit(keep));
      },
      leaving: () => (isCurrent() ? settleBeforeLeaving(this) : this.profile.settle()),
    };
  }

  #entered(state: Extract<WireState, { kind: 'online' }>): void {
    const isResumed = state.resumed !== undefined;
    this.#isHeard = !isResumed;
    const begin = (changes: Change[]): void => beginSession(this, state, changes);
    if (!this.#guard(() => this.profile.commit(begin))) return;
    this.#failures = 0;
    this.#problem = undefined;
    this.#online = true;
    this.log('online', { isResumed });
    if (this.#wire !== undefined) this.link.entered(this.#wire, state);
    if (isResumed && this.#greeted) {
      if (this.#guard(() => this.#show('online'))) this.letOut();
      if (this.#wire !== undefined) goOn(this, this.#wire);
      return;
    }
    if (!isResumed) forgetOthers(this);
    this.#greeted = false;
    this.#maySend = false;
    this.#show('catching-up');
    void this.#greet();
  }

  async #greet(): Promise<void> {
    const attempt = this.#attempt;
    const wire = this.#wire;
    if (wire === undefined) return;
    try {
      await greet(this, wire);
      if (this.#attempt === attempt) this.#greeted = true;
    } catch (error) {
      if (!(error instanceof WireClosed)) this.log('greeting-failed', { error: String(error) });
    }
    if (this.#attempt !== attempt || !this.#online) return;
    if (this.#guard(() => this.#show('online'))) this.letOut();
  }

  #closed(problem: Problem | undefined): void {
    const wire = this.#wire;
    const wasOnline = this.#online;
    this.#wire = undefined;
    this.#online = false;
    this.#failures += 1;
    this.log('closed', { problem: problem?.code, detail: problem?.detail });
    const isRefused = problem?.code === 'credentials' && !wasOnline;
    if (isRefused && this.profile.commit(() => adoptPendingPassword(this.profile.database, this.id))) {
      this.#connectSoon();
      return;
    }
    if (problem?.code === 'timeout' && wasOnline && !this.#isHeard) {
      // Once may have been the network or a busy server. A session that is deaf twice would be so again.
      if (this.#wasDeaf) this.#guard(() => endSession(this));
      this.#wasDeaf = !this.#wasDeaf;
    }
    if (wasOnline && wire !== undefined && wire.handledUpTo > 0) {
      // Once what is queued is handled, everything up to here is: the server need not send it a second time.
      this.#queue.add(() => countAll(this, wire));
    }
    this.#retryLater(problem ?? { code: 'closed' });
  }

  #retryLater(problem: Problem): void {
    this.#problem = problem;
    this.link.left(problem);
    this.#nextTry = undefined;
    clearTimeout(this.#timer);
    if (!isFinal(problem.code)) {
      const delay = delayFor(problem.code, this.#failures, Math.random());
      this.#nextTry = this.profile.host.now() + delay;
      this.#timer = setTimeout(() => this.#connectSoon(), delay);
    }
    this.#show('offline');
  }

  // ————— Handling ——————————————————————————————————————————————————————————————————————————————————————————

  #enqueue(stanza: Element, position: number): void {
    const wire = this.#wire;
    const handle = async (): Promise<void> => {
      if (!this.breakage.begin(wire)) return;
      try {
        await receive(this, stanza, position);
      } catch (error) {
        if (isStorageFailure(error)) throw error; // not acknowledged: it was not saved
        if (this.breakage.isBroken()) return;
        // One bad stanza never stops the queue; it is counted, or the server would repeat it for ever.
        this.log('stanza-failed', { name: stanza.name, error: String(error) });
      }
      wire?.handled(position);
      this.profile.host.step('acknowledged');
    };
    this.#queue.add(handle);
  }

  /** Runs work that writes; a full or failing disk takes the account offline instead of losing messages. */
  #guard(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.#giveUp(error);
      return false;
    }
  }

  /** What was committed for this account lately was undone, because the disk did not take it. */
  lost(error: unknown): void {
    this.breakage.lose(this.#wire);
    if (this.#wire !== undefined) this.#giveUp(error);
  }

  /** Ends everything at once, and writes nothing: the database cannot be relied on any more. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.transfers.abort();
    this.#attempt = Symbol('abandoned');
    this.#online = false;
    this.#wire?.drop();
    this.#wire = undefined;
  }

  #failed(error: unknown): void {
    if (isStorageFailure(error)) this.#giveUp(error);
    else this.log('work-failed', { error: String(error) });
  }

  #giveUp(error: unknown): void {
    const wire = this.#wire;
    this.breakage.lose(wire);
    this.#attempt = Symbol('storage failed');
    this.#wire = undefined;
    this.#online = false;
    wire?.drop();
    this.#failures += 1;
    this.log('storage-failed', { error: String(error) });
    this.profile.suspect(error);
    // Of a damaged database not even this account can be read, to be shown; the engine shows the damage.
    if (!isDamage(error)) this.#retryLater({ code: 'storage', detail: String(error) });
  }

  #show(state: AccountRow['state']): void {
    this.#state = state;
    this.profile.announce([{ put: 'account', row: this.row() }]);
  }
}
