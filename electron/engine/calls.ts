/**
 * The calls of one account: begins them, lets them ring, and hands each what is said about it. What a call does with that
 * is its own business (call.ts), as is what another device has to do with it (call-history.ts).
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import { bareOf, type BareJid, type FullJid } from '../../shared/jid.ts';
import * as store from '../store/calls.ts';
import * as chats from '../store/chats.ts';
import * as outbox from '../store/outbox.ts';
import { writeMessage } from '../xmpp/message.ts';
import { serialize } from '../xmpp/xml.ts';
import type { Jingle } from '../xmpp/xep/xep0166.ts';
import type { Initiation } from '../xmpp/xep/xep0353.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { Call } from './call.ts';
import {
  isKnown,
  leaveTrace,
  noteQuestion,
  noteWord,
  RINGS_FOR,
  settleOld,
  type CallFact,
} from './call-history.ts';
import { beAsked, begin } from './call-machine.ts';
import { failureOf } from './call-session.ts';
import { CallServers } from './call-servers.ts';
import { directDevice } from './call-way.ts';
import { hasCalls, welcomeOf } from './call-policy.ts';
import { chatRow } from './chats.ts';
import { Flood } from './flood.ts';

/** So often one person may let it ring here. */
const QUESTIONS = { burst: 6, perMinute: 2 };

/** What somebody asks for; with their description, when they have not asked in a message before. */
interface Question {
  readonly sid: string;
  readonly hasVideo: boolean;
  readonly at: number;
  readonly jingle?: Jingle;
}

export class Calls {
  readonly #account: Account;
  readonly #askers = new Flood(QUESTIONS);
  readonly servers: CallServers;

  constructor(account: Account) {
    this.#account = account;
    this.servers = new CallServers(account);
  }

  /** @throws Refusal `offline`, `busy`, `not-allowed`, as for an account with a proxy */
  start({ id: chat, kind, address }: chats.ChatRecord, hasVideo: boolean): Call {
    const { profile, clock, wire } = this.#account;
    const peer = address as BareJid;
    if (kind === 'room' || peer === this.#account.address || isBlocked(this.#account, peer))
      throw new Refusal('not-allowed');
    if (!hasCalls(this.#account)) throw new Refusal('not-allowed', 'a call would go past the proxy');
    if (wire === undefined) throw new Refusal('offline');
    if (profile.calls.isEngaged()) throw new Refusal('busy');
    const media = hasVideo ? (['audio', 'video'] as const) : (['audio'] as const);
    const first = begin(profile.host.id(), peer, media, directDevice(this.#account, peer));
    const call = profile.commit(
      (changes) => new Call(this.#account, { chat, hasVideo, startedAt: clock.now() }, first, changes),
    );
    this.#account.outbox.flush();
    return call;
  }

  /** The call that a device has a session of this id in, or is to have: nobody else has a say in it (H68). */
  withSession(device: FullJid, sid: string): Call | undefined {
    return this.#account.profile.calls
      .of(this.#account.id)
      .find(({ state, isOver }) => !isOver && state.sid === sid && state.device === device);
  }

  mayCall(peer: BareJid): boolean {
    return hasCalls(this.#account) && welcomeOf(this.#account, peer) !== 'ignored';
  }

  /**
   * A device begins a session without asking first, as programs without XEP-0353 do.
   * @returns false when it does not say who begins it, or has done so before
   */
  beCalled(jingle: Jingle, device: FullJid): boolean {
    const { profile, clock } = this.#account;
    const peer = bareOf(device);
    if (jingle.initiator !== undefined && jingle.initiator !== device) return false;
    const known = chats.findChat(profile.database, this.#account.id, peer);
    if (known !== undefined && isKnown(this.#account, known.id, jingle.sid)) return false;
    if (this.#askers.take(peer, profile.host.now()) !== 'allowed') return false;
    const hasVideo = jingle.contents.some(({ description }) => description?.attrs['media'] === 'video');
    profile.commit((changes) => {
      this.#ring(device, { sid: jingle.sid, hasVideo, at: clock.now(), jingle }, changes);
    });
    return true;
  }

  /** The stream is back: what it kept from being said is said. */
  goOn(): void {
    for (const call of this.#account.profile.calls.of(this.#account.id)) call.session.goOn();
  }

  /** Something is said about a call; inside a transaction. */
  hear(peer: BareJid, fact: CallFact, changes: Change[]): void {
    const { said, from, isOutgoing, road } = fact;
    const isNow = road === 'live' || road === 'carbon';
    const live = isNow ? this.#find(peer, said) : undefined;
    if (live !== undefined) {
      live.take({ kind: 'told', by: isOutgoing ? 'our-other-device' : 'they', from, said }, changes);
      return;
    }
    if (peer === this.#account.address) return; // of a call that is not on: nothing to stop
    if (said.kind !== 'propose') noteWord(this.#account, peer, fact, changes);
    else if (isOutgoing) noteQuestion(this.#account, peer, fact);
    else this.#hearQuestion(peer, fact, changes);
  }

  /** The archive is read to its end, or nothing was missed: what rang meanwhile and still does, rings here. */
  settle(): void {
    const { profile, clock } = this.#account;
    profile.commit((changes) => {
      const now = clock.now();
      settleOld(this.#account, now, changes);
      for (const record of store.listCalls(profile.database, this.#account.id)) {
        const isOpen = !record.isHere && !record.isOutgoing && record.answeredAt === undefined;
        if (isOpen && record.device !== undefined) this.#ringLate(record, record.device as FullJid, changes);
      }
    });
    this.#account.outbox.flush();
  }

  /** Of a program that ended in the middle of calls: they are over, and everybody hears that. */
  recover(): void {
    const { profile, clock, id } = this.#account;
    const left = store.listCalls(profile.database, id).filter(({ isHere }) => isHere);
    if (left.length === 0) return;
    profile.commit((changes) => {
      for (const { id: call, chat, sid, isOutgoing, hasVideo, device, answeredAt } of left) {
        store.closeCall(profile.database, call);
        const kind = answeredAt !== undefined ? 'finish' : isOutgoing ? 'retract' : undefined;
        const to =
          (answeredAt === undefined ? undefined : device) ?? chats.getChat(profile.database, chat)?.address;
        if (kind !== undefined && to !== undefined) this.#tell(to, { kind, sid, reason: 'expired' });
        const end = answeredAt === undefined && !isOutgoing ? 'missed' : 'lost';
        leaveTrace(
          this.#account,
          { chat, sid, isOutgoing, at: clock.now(), call: { hasVideo, end } },
          changes,
        );
      }
    });
  }

  /** The chat goes, and nobody could say any more whom the call is with. */
  endIn(chat: number): void {
    for (const call of this.#account.profile.calls.of(this.#account.id))
      if (call.chat === chat && !call.isOver) call.happen({ kind: 'hung-up' });
  }

  /** Ends all of them: the account goes offline for good, or the program ends. */
  stop(): void {
    for (const call of this.#account.profile.calls.of(this.#account.id)) {
      if (!call.isOver && call.state.stage !== 'incoming') call.happen({ kind: 'hung-up' });
      call.session.goOn(); // now, or never
      call.abandon();
    }
  }

  // ————— Being asked ——————————————————————————————————————————————————————————————————————————————————————

  /** The live call that a word is about. A question is about one that we asked them ourselves at the same time. */
  #find(peer: BareJid, said: Initiation): Call | undefined {
    const own = this.#account.profile.calls.of(this.#account.id);
    const isOfUs = peer === this.#account.address;
    const found = own.find(({ state }) => state.sid === said.sid && (isOfUs || state.peer === peer));
    if (found !== undefined || said.kind !== 'propose' || isOfUs) return found;
    return own.find(
      ({ state }) =>
        state.peer === peer &&
        state.role === 'initiator' &&
        /^(proposed|ringing)$/.test(state.stage) &&
        !state.isDirect,
    );
  }

  #hearQuestion(peer: BareJid, fact: CallFact, changes: Change[]): void {
    const { profile } = this.#account;
    const { sid, media = [] } = fact.said;
    const welcome = welcomeOf(this.#account, peer);
    const chat = chats.findChat(profile.database, this.#account.id, peer);
    // Without sound it is no call that we know (#intent); without a resource nobody could be answered.
    if (welcome === 'ignored' || !media.includes('audio') || !fact.from.includes('/')) return;
    if (chat !== undefined && isKnown(this.#account, chat.id, sid)) return;
    // Without calls here another device may take it, and it leaves the trace that it leaves when that is so.
    const isNow =
      hasCalls(this.#account) && fact.road === 'live' && this.#account.clock.now() - fact.at < RINGS_FOR;
    if (!isNow) {
      noteQuestion(this.#account, peer, fact);
      return;
    }
    if (this.#askers.take(peer, profile.host.now()) !== 'allowed') {
      this.#account.log('dropped', { rule: 'flood-of-calls', from: fact.from });
      return;
    }
    this.#ring(fact.from as FullJid, { sid, hasVideo: media.includes('video'), at: fact.at }, changes);
  }

  #ring(device: FullJid, { sid, hasVideo, at, jingle }: Question, changes: Change[]): void {
    const { profile } = this.#account;
    const peer = bareOf(device);
    // Whoever asks again has given up what they asked before.
    for (const call of profile.calls.of(this.#account.id)) {
      const { stage, peer: asker } = call.state;
      const said = { kind: 'retract', sid: call.state.sid } as const;
      if (asker === peer && stage === 'incoming')
        call.take({ kind: 'told', by: 'they', from: device, said }, changes);
    }
    const { chat, isNew } = chats.openChat(profile.database, this.#account.id, peer, at);
    if (isNew) changes.push({ put: 'chat', row: chatRow(this.#account, chat.id) });
    const mayRing = welcomeOf(this.#account, peer) === 'rings';
    const isEngaged = profile.calls.isEngaged();
    const asked = beAsked(sid, device, { isDirect: jingle !== undefined, mayRing: mayRing && !isEngaged });
    const call = new Call(this.#account, { chat: chat.id, hasVideo, startedAt: at }, asked, changes);
    const problem = jingle && call.session.offered(jingle);
    if (problem !== undefined) call.take(failureOf(problem), changes);
    else if (isEngaged) call.take({ kind: 'engaged' }, changes);
    else call.announce();
  }

  #ringLate(record: store.CallRecord, device: FullJid, changes: Change[]): void {
    if (!this.mayCall(bareOf(device))) return;
    store.closeCall(this.#account.profile.database, record.id);
    this.#ring(device, { sid: record.sid, hasVideo: record.hasVideo, at: record.startedAt }, changes);
  }

  #tell(to: string, initiation: Initiation): void {
    const { profile, id: account } = this.#account;
    const stanza = writeMessage({ to, type: 'chat', id: profile.host.id(), initiation, storeHint: 'store' });
    outbox.enqueue(profile.database, { account, stanza: serialize(stanza) });
  }
}
