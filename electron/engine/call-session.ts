/**
 * The Jingle session of one call: what the page and the other side say to each other through us, in the right order and
 * not before it may be said. Who it is with was decided before; it knows no messages and no database.
 */
import { Refusal } from '../../shared/answer.ts';
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { CallEnd, CallRow } from '../../shared/contract.ts';
import type { FullJid } from '../../shared/jid.ts';
import type { Candidate, SessionDescription } from '../xmpp/jingle.ts';
import { readSessionDescription, writeSessionDescription } from '../xmpp/jingle-media.ts';
import { readCandidateLine } from '../xmpp/sdp-candidate.ts';
import type { StanzaError } from '../xmpp/wire.ts';
import { problemOf, type Action, type Condition, type Jingle } from '../xmpp/xep/xep0166.ts';
import { readCallInfo, writeCallInfo, type CallInfo } from '../xmpp/xep/xep0167.ts';
import { readTone, writeTone } from '../xmpp/xep/xep0181.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { CallMedia, type MediaProblem, type Outcome } from './call-media.ts';
import { isAccepted, type CallState, type Happening } from './call-state.ts';
import { getCallPolicy } from './call-policy.ts';
import { hasFingerprints, openFingerprints, sealFingerprints, type Voucher } from './call-seal.ts';
import { JingleQueue } from './jingle-queue.ts';

/** What a session needs of the call that it belongs to. */
export interface CallOfSession {
  readonly account: Account;
  readonly state: CallState;
  happen(happening: Happening): void;
  /** Tells the page something, now. */
  tellPage(signals: readonly CallSignal[]): void;
  /** Its chat is encrypted. */
  readonly isConfidential: boolean;
  /** What the other side says of itself. */
  heard(info: CallInfo): void;
}

/** Why a request of theirs is refused; the call may end besides. */
export type Refused = 'out-of-order' | 'tie-break' | 'unsupported-info' | 'bad-request';

const ENDING: Partial<Record<MediaProblem, CallEnd>> = {
  'security-error': 'insecure',
  'unsupported-applications': 'unsupported',
  'unsupported-transports': 'unsupported',
};

interface Held {
  readonly mid: string;
  readonly candidate: Candidate;
}

export class CallSession {
  readonly #call: CallOfSession;
  readonly #queue: JingleQueue;
  #media: CallMedia;
  /** The OMEMO device of theirs that our fingerprints are sealed for, and the one that has vouched for theirs. */
  #partner: number | undefined;
  #voucher: Voucher | undefined;
  /** Candidates of the page that may not leave yet. */
  #held: Held[] = [];

  constructor(call: CallOfSession) {
    this.#call = call;
    this.#media = new CallMedia(call.state.role);
    this.#queue = new JingleQueue(call.account, (jingle, error) => this.#refused(jingle, error));
  }

  /** After both asked at once the sides may be the other way round. */
  turn(): void {
    this.#media = new CallMedia(this.#call.state.role);
  }

  /** Their program can vouch for keys, with this device's (see call-seal.ts). */
  sealFor(device: number | undefined): void {
    this.#partner = device;
  }

  get protection(): CallRow['protection'] {
    if (this.#voucher === undefined) return 'unverified';
    return this.#voucher.isVerified ? 'verified' : 'omemo';
  }

  /** The stream is back. */
  goOn(): void {
    this.#queue.goOn();
  }

  // ————— The page ——————————————————————————————————————————————————————————————————————————————————————————

  /** @throws Refusal `invalid` */
  describe(type: 'offer' | 'answer', sdp: string): void {
    const outcome = this.#media.describe(type, sdp);
    if (outcome === undefined) throw new Refusal('invalid');
    if (outcome === 'first') this.#call.happen({ kind: 'described' });
    else this.#apply(outcome);
    this.flush();
  }

  offer(candidates: readonly { readonly mid: string; readonly candidate: string }[]): void {
    const { isRelayOnly } = getCallPolicy(this.#call.account.profile.database);
    for (const { mid, candidate: line } of candidates) {
      const read = readCandidateLine(line)?.candidate;
      // The page leaves them out as well; no address of ours leaves by any mistake of it.
      if (read === undefined || (isRelayOnly && read.type !== 'relay')) continue;
      const { related: _, ...hidden } = read;
      this.#held.push({ mid, candidate: isRelayOnly ? hidden : read });
    }
    this.flush();
  }

  /** Sends the candidates that waited, if they may leave by now. */
  flush(): void {
    const { state } = this.#call;
    if (!isAccepted(state) || !state.hasSession) return;
    const held = this.#held.splice(0);
    for (const [mid, list] of Map.groupBy(held, (each) => each.mid)) {
      const sending = this.#media.candidatesFor(
        mid,
        list.map(({ candidate }) => candidate),
      );
      if (sending === undefined) this.#held.push(...list);
      else this.#say(sending.action, sending.description);
    }
  }

  // ————— What the machine wants ———————————————————————————————————————————————————————————————————————————

  initiate(): void {
    if (this.#media.local !== undefined) this.#say('session-initiate', this.#media.local);
  }

  accept(): void {
    if (this.#media.local !== undefined) this.#say('session-accept', this.#media.local);
  }

  terminate(reason: Condition): void {
    this.#queue.clear();
    this.#send({ action: 'session-terminate', contents: [], payloads: [], reason: { condition: reason } });
    this.#queue.goOn(); // before the word in a message that it is over, which gives no such reason
  }

  inform(payload: CallInfo | { readonly tone: NonNullable<ReturnType<typeof readTone>>['tone'] }): void {
    const { hasSession } = this.#call.state;
    const element =
      'tone' in payload ? writeTone({ tone: payload.tone, duration: 100 }) : writeCallInfo(payload);
    if (hasSession) this.#send({ action: 'session-info', contents: [], payloads: [element] });
  }

  /** The signals that show the page what they have described. */
  show(): readonly CallSignal[] {
    return this.#media.show();
  }

  // ————— The other side ———————————————————————————————————————————————————————————————————————————————————

  /**
   * Takes what the device says that the session is with.
   * @returns why it is refused; what follows from it happens after the answer
   */
  take(jingle: Jingle, from: FullJid, isVouched = false): Refused | undefined {
    const { action } = jingle;
    if (!isVouched && this.#isDowngrade(jingle)) {
      this.#call.happen(failureOf('security-error'));
      return undefined;
    }
    if (action === 'session-terminate') {
      this.#queue.clear();
      this.#call.happen({ kind: 'terminated', reason: jingle.reason?.condition });
      return undefined;
    }
    if (action === 'session-info') return this.#takeInfo(jingle.payloads);
    if (!this.#isOwn(jingle)) return 'bad-request';
    const said = readSessionDescription(jingle);
    if (said === undefined) return 'bad-request';
    if (action === 'session-initiate' || action === 'session-accept') return this.#begin(action, said, from);
    const outcome = this.#media.take(action, said);
    const refused = this.#apply(outcome);
    if (this.#media.isEmpty) this.#call.happen({ kind: 'failed', end: 'hung-up', reason: 'success' });
    return refused;
  }

  /** The same for what has its fingerprints inside OMEMO. */
  async takeSealed(jingle: Jingle, from: FullJid): Promise<Refused | undefined> {
    const { account, state } = this.#call;
    const opened = await openFingerprints(account, state.peer, jingle);
    const isSame = this.#voucher === undefined || this.#voucher.device === opened?.voucher.device;
    const isPartner = this.#partner === undefined || this.#partner === opened?.voucher.device;
    if (opened === undefined || !isSame || !isPartner) {
      this.#call.happen(failureOf('security-error'));
      return undefined;
    }
    this.#partner = opened.voucher.device;
    this.#voucher = opened.voucher;
    return this.take(opened.jingle, from, true);
  }

  /** Keys that nobody vouches for, in the place of those that were, or would have to be. */
  #isDowngrade(jingle: Jingle): boolean {
    if (jingle.action === 'session-accept') return this.#partner !== undefined;
    if (this.#voucher === undefined) return false;
    const known = new Set(this.#media.remote?.contents.map(({ transport }) => transport?.fingerprint?.value));
    const said = readSessionDescription(jingle)?.contents ?? [];
    return said.some(({ transport }) => {
      const value = transport?.fingerprint?.value;
      return value !== undefined && !known.has(value);
    });
  }

  /** The description of a session that they begin without being asked to: it waits for the person. */
  offered(jingle: Jingle): MediaProblem | undefined {
    const said = readSessionDescription(jingle);
    return said === undefined ? 'unsupported-applications' : this.#media.begin(said, 'offer');
  }

  /** Who began it, and who answers, is known; whoever says something else speaks of another session. */
  #isOwn({ initiator, responder }: Jingle): boolean {
    const { role, device } = this.#call.state;
    const [theirs, ours] = role === 'initiator' ? [responder, initiator] : [initiator, responder];
    const own = this.#call.account.link.jid;
    return (
      (theirs === undefined || theirs === device) && (ours === undefined || own === undefined || ours === own)
    );
  }

  #begin(
    action: 'session-initiate' | 'session-accept',
    said: SessionDescription,
    from: FullJid,
  ): Refused | undefined {
    const { role, hasSession, stage } = this.#call.state;
    const isInitiate = action === 'session-initiate';
    const isExpected = isInitiate
      ? role === 'responder' && !hasSession && stage === 'accepted'
      : role === 'initiator' && hasSession && this.#media.remote === undefined;
    if (!isExpected) return 'out-of-order';
    const problem = this.#media.begin(said, isInitiate ? 'offer' : 'answer');
    this.#call.happen(
      isInitiate
        ? { kind: 'initiated', from }
        : problem === undefined
          ? { kind: 'session-accepted' }
          : failureOf(problem),
    );
    if (isInitiate && problem !== undefined) this.#call.happen(failureOf(problem));
    this.flush();
    return undefined;
  }

  #takeInfo(payloads: readonly Element[]): Refused | undefined {
    const [payload] = payloads;
    if (payload === undefined) return undefined; // a sign of life (#session-info)
    const tone = readTone(payload);
    if (tone !== undefined) {
      this.#call.tellPage([{ kind: 'tone', tone: tone.tone }]);
      return undefined;
    }
    const info = readCallInfo(payload);
    if (info === undefined) return 'unsupported-info';
    if (info.kind === 'ringing') this.#call.happen({ kind: 'rings' });
    else this.#call.heard(info);
    return undefined;
  }

  #apply({ signals, sendings, problem }: Outcome): Refused | undefined {
    for (const { action, description } of sendings) this.#say(action, description);
    if (signals.length > 0) this.#call.tellPage(signals);
    if (problem === undefined) return undefined;
    if (ENDING[problem] !== undefined) {
      // Of an addition that nobody here speaks, only that is refused.
      if (problem !== 'security-error') return 'bad-request';
      this.#call.happen(failureOf(problem));
      return undefined;
    }
    return problem === 'tie-break' ? 'tie-break' : 'out-of-order';
  }

  // ————— Sending ——————————————————————————————————————————————————————————————————————————————————————————

  #say(action: Action, description: SessionDescription): void {
    this.#send({ action, ...writeSessionDescription(description) });
  }

  #send(jingle: Omit<Jingle, 'sid' | 'initiator' | 'responder'>): void {
    const { sid, device } = this.#call.state;
    const own = this.#call.account.link.jid;
    if (device === undefined) return;
    const whole = {
      ...jingle,
      sid,
      ...(own !== undefined && jingle.action === 'session-initiate' && { initiator: own }),
      ...(own !== undefined && jingle.action === 'session-accept' && { responder: own }),
    };
    const mustSeal = this.#partner !== undefined && hasFingerprints(whole);
    this.#queue.push(device, whole, mustSeal ? (each) => this.#seal(each) : undefined);
  }

  /** In a chat that is encrypted nobody's fingerprints leave in clear who could have them sealed. */
  async #seal(jingle: Jingle): Promise<Jingle | undefined> {
    const { account, state } = this.#call;
    const partner = this.#partner;
    if (partner === undefined) return jingle;
    const sealed = await sealFingerprints(account, state.peer, partner, jingle);
    if (sealed !== undefined) return sealed;
    if (this.#voucher === undefined && !this.#call.isConfidential) {
      this.#partner = undefined;
      return jingle;
    }
    this.#call.happen(failureOf('security-error'));
    return undefined;
  }

  #refused({ action }: Jingle, error: StanzaError | undefined): void {
    if (action === 'session-terminate' || this.#call.state.stage === 'ended') return;
    const isUnknown = error !== undefined && problemOf(error) === 'unknown-session';
    if (action === 'content-add' && !isUnknown) this.#apply(this.#media.refused());
    else if (action === 'session-initiate' || action === 'session-accept' || isUnknown) {
      const isForeign =
        error?.condition === 'service-unavailable' || error?.condition === 'feature-not-implemented';
      const end = action === 'session-initiate' && isForeign ? 'unsupported' : 'lost';
      this.#call.happen({ kind: 'failed', end, reason: 'general-error' });
    }
  }
}

export function failureOf(problem: MediaProblem): Happening {
  const end = ENDING[problem] ?? 'failed';
  const reason: Condition = ENDING[problem] === undefined ? 'general-error' : (problem as Condition);
  return { kind: 'failed', end, reason };
}
