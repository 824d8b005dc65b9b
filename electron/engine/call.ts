/**
 * One call that this device takes part in: does what the machine (call-machine.ts) says, keeps what the page has to be
 * told, and shows the call to the window. What is sent is written into the database first.
 */
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { CallEnd, CallRow, Change } from '../../shared/contract.ts';
import * as store from '../store/calls.ts';
import * as outbox from '../store/outbox.ts';
import { writeMessage } from '../xmpp/message.ts';
import { serialize } from '../xmpp/xml.ts';
import type { CallInfo } from '../xmpp/xep/xep0167.ts';
import type { Initiation } from '../xmpp/xep/xep0353.ts';
import { getChat } from '../store/chats.ts';
import { encryptionOf } from './chats.ts';
import type { Account } from './account.ts';
import { notify } from './notify.ts';
import { displayName } from './roster.ts';
import { CallSession } from './call-session.ts';
import { leaveTrace } from './call-history.ts';
import { step } from './call-machine.ts';
import {
  isAccepted,
  PATIENCE,
  type Action,
  type CallState,
  type Happening,
  type Step,
} from './call-state.ts';

/** How long the window may say how a call ended, and late words about it are understood, in milliseconds. */
const AFTERMATH = 60_000;
/** More signals than any call has: who makes more is not heard. */
const MOST_SIGNALS = 2_000;

const SHOWN: Record<CallState['stage'], CallRow['state']> = {
  proposed: 'proposed',
  ringing: 'ringing',
  incoming: 'incoming',
  accepted: 'connecting',
  offered: 'connecting',
  connecting: 'connecting',
  active: 'active',
  ended: 'ended',
};

/** What a call begins with. */
export interface NewCall {
  readonly chat: number;
  readonly hasVideo: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export class Call {
  readonly account: Account;
  readonly id: number;
  readonly chat: number;
  readonly startedAt: number;
  readonly signals: CallSignal[] = [];
  readonly session: CallSession;
  #state: CallState;
  #hasVideo: boolean;
  #activeAt: number | undefined;
  #isOnHold = false;
  #isHeld = false;
  #isMuted = false;
  #timer: NodeJS.Timeout | undefined;

  /** Runs inside a transaction, as everything does that happens to it. */
  constructor(
    account: Account,
    { chat, hasVideo, startedAt }: NewCall,
    { state, actions }: Step,
    changes: Change[],
  ) {
    const { database } = account.profile;
    this.account = account;
    this.chat = chat;
    this.startedAt = startedAt;
    this.#hasVideo = hasVideo;
    this.#state = state;
    const { sid, isOutgoing, device } = state;
    const record = { account: account.id, chat, sid, isOutgoing, hasVideo, isHere: true, startedAt };
    this.id = store.openCall(database, { ...record, ...(device !== undefined && { device }) });
    account.profile.calls.add(this);
    this.session = new CallSession(this);
    this.#perform(actions);
    this.#wait(undefined);
    changes.push({ put: 'call', row: this.row() });
  }

  get state(): CallState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state.stage === 'ended';
  }

  /** Its chat is encrypted, or would be. */
  get isConfidential(): boolean {
    const chat = getChat(this.account.profile.database, this.chat);
    return chat !== undefined && encryptionOf(this.account, chat) === 'omemo';
  }

  /** The person has not switched encryption off. */
  get isSealable(): boolean {
    return getChat(this.account.profile.database, this.chat)?.encryptionMode !== 'off';
  }

  /** It takes the person's attention: they called, or answered, and do not let it wait. */
  get isEngaged(): boolean {
    return !this.isOver && this.#state.stage !== 'incoming' && !this.#isOnHold;
  }

  row(): CallRow {
    const { stage, isOutgoing, end } = this.#state;
    return {
      call: this.id,
      account: this.account.id,
      chat: this.chat,
      isOutgoing,
      hasVideo: this.#hasVideo,
      state: SHOWN[stage],
      ...(this.#isHeld && { isHeld: true }),
      ...(this.#isMuted && { isMuted: true }),
      ...(this.#isOnHold && { isOnHold: true }),
      protection: this.session.protection,
      startedAt: this.startedAt,
      ...(this.#activeAt !== undefined && { activeAt: this.#activeAt }),
      ...(end !== undefined && { end: { reason: end } }),
      signals: this.signals.length,
    };
  }

  /** Something happened; inside a transaction. */
  take(happening: Happening, changes: Change[]): void {
    const before = this.#state;
    const { state, actions } = step(before, happening);
    this.#state = state;
    if (state.role !== before.role) this.session.turn();
    if (happening.kind === 'told' && happening.said.kind === 'proceed' && state.stage !== before.stage)
      this.session.sealFor(this.isSealable ? happening.said.device : undefined);
    this.#perform(actions);
    if (state.stage === before.stage && actions.length === 0) return;
    const { database } = this.account.profile;
    if (state.stage === 'active') this.#activeAt ??= this.account.profile.host.now();
    if (before.stage !== 'ended') {
      const answeredAt = isAccepted(state) && !isAccepted(before) ? this.account.clock.now() : undefined;
      store.updateCall(database, this.id, {
        sid: state.sid,
        ...(state.device !== undefined && { device: state.device }),
        ...(answeredAt !== undefined && { answeredAt }),
      });
      this.#wait(before.stage);
      if (state.stage === 'ended') this.#bury(state.end ?? 'failed', changes);
    }
    changes.push({ put: 'call', row: this.row() });
  }

  /** The same, as something that happened by itself. */
  happen(happening: Happening): void {
    const { profile } = this.account;
    profile.commit((changes) => {
      this.take(happening, changes);
    });
    this.account.outbox.flush();
  }

  /** Tells the person that somebody calls. */
  announce(): void {
    const { profile } = this.account;
    const { peer } = this.#state;
    const notice = {
      chat: this.chat,
      title: displayName(this.account, peer),
      body: '',
      call: 'incoming',
    } as const;
    profile.whenDurable(() => notify(this.account, notice));
  }

  hold(isOnHold: boolean): void {
    if (this.#isOnHold === isOnHold) return;
    this.#isOnHold = isOnHold;
    this.session.inform({ kind: isOnHold ? 'hold' : 'unhold' });
    this.#show();
  }

  heard({ kind }: CallInfo): void {
    if (kind === 'hold' || kind === 'unhold' || kind === 'active') this.#isHeld = kind === 'hold';
    if (kind === 'mute' || kind === 'unmute') this.#isMuted = kind === 'mute';
    this.#show();
  }

  tellPage(signals: readonly CallSignal[]): void {
    for (const signal of signals) this.signal(signal);
    this.#show();
  }

  /** Takes the call for the person. */
  answer(hasVideo: boolean): void {
    this.#hasVideo &&= hasVideo;
    this.happen({ kind: 'answered' });
  }

  /** Adds a signal for the page; the caller announces the row. */
  signal(signal: CallSignal): void {
    if (this.signals.length < MOST_SIGNALS) this.signals.push(signal);
  }

  /** Gives everything up at once and says nothing: the account is going. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.account.profile.calls.remove(this);
  }

  #show(): void {
    this.account.profile.announce([{ put: 'call', row: this.row() }]);
  }

  // ————— Doing ————————————————————————————————————————————————————————————————————————————————————————————

  #perform(actions: readonly Action[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: Action): void {
    switch (action.do) {
      case 'tell':
        this.#tell(
          action.to === 'all' ? this.#state.peer : (this.#state.device ?? this.#state.peer),
          action.said,
        );
        break;
      case 'tell-ours':
        this.#tell(this.account.address, action.said);
        break;
      case 'signal':
        this.signal(action.signal);
        break;
      case 'initiate':
        this.session.initiate();
        break;
      case 'accept':
        this.session.accept();
        break;
      case 'say-ringing':
        this.session.inform({ kind: 'ringing' });
        break;
      case 'terminate':
        this.session.terminate(action.reason);
        break;
      case 'show-offer':
      case 'show-answer':
        for (const signal of this.session.show()) this.signal(signal);
        break;
    }
  }

  /** XEP-0353 #usecases: every message of it is of type `chat` and is to be stored. */
  #tell(to: string, said: Initiation): void {
    const { profile, id: account, omemo } = this.account;
    const vouches = said.kind === 'proceed' && this.isSealable;
    const initiation = vouches ? { ...said, device: omemo.ensureIdentity() } : said;
    const stanza = writeMessage({ to, type: 'chat', id: profile.host.id(), initiation, storeHint: 'store' });
    // Of no chat: it does not wait behind messages that wait for keys.
    outbox.enqueue(profile.database, { account, stanza: serialize(stanza) });
  }

  /** Waits for as long as the stage may last. Stages that belong together share one time. */
  #wait(before: CallState['stage'] | undefined): void {
    const { stage } = this.#state;
    if (stage === before || (before === 'proposed' && stage === 'ringing')) return;
    clearTimeout(this.#timer);
    const patience = stage === 'ended' ? AFTERMATH : PATIENCE[stage];
    if (patience === undefined) return;
    this.#timer = setTimeout(() => {
      if (this.isOver) this.#forget();
      else this.happen({ kind: 'expired' });
    }, patience);
    this.#timer.unref();
  }

  #bury(end: CallEnd, changes: Change[]): void {
    const { profile, clock } = this.account;
    const seconds = this.#activeAt === undefined ? undefined : (profile.host.now() - this.#activeAt) / 1_000;
    const { sid, isOutgoing } = this.#state;
    store.closeCall(profile.database, this.id);
    leaveTrace(
      this.account,
      {
        chat: this.chat,
        sid,
        isOutgoing,
        at: clock.now(),
        call: {
          hasVideo: this.#hasVideo,
          end,
          ...(seconds !== undefined && { seconds: Math.max(0, Math.round(seconds)) }),
        },
      },
      changes,
    );
  }

  #forget(): void {
    const { profile } = this.account;
    profile.calls.remove(this);
    profile.announce([{ put: 'no-call', call: this.id }]);
  }
}
