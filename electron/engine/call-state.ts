/** What a call is, what can happen to it, and what has to be done then. Types, and small words about them; the rules are in call-machine.ts. */
import type { CallEnd } from '../../shared/contract.ts';
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { BareJid, FullJid, Jid } from '../../shared/jid.ts';
import type { Role } from '../xmpp/jingle.ts';
import type { Condition } from '../xmpp/xep/xep0166.ts';
import type { Initiation } from '../xmpp/xep/xep0353.ts';

/**
 * `proposed` and `ringing`: we asked; `incoming`: we are asked; `accepted`: both want it, and there is no session yet;
 * `offered`: there is one, and one side still has to answer in it; `connecting`: both have described themselves.
 */
export type Stage =
  | 'proposed'
  | 'ringing'
  | 'incoming'
  | 'accepted'
  | 'offered'
  | 'connecting'
  | 'active'
  | 'ended';

export interface CallState {
  readonly stage: Stage;
  /** The session's id. */
  readonly sid: string;
  readonly peer: BareJid;
  /** The one device that the session is with, as soon as it is known: nobody else has a say in it (H68). */
  readonly device?: FullJid;
  /** Who asked first, and who begins the session: after a tie these are not the same. */
  readonly isOutgoing: boolean;
  readonly role: Role;
  /** Begun without asking all devices (XEP-0353): with a program that does not know how to be asked. */
  readonly isDirect: boolean;
  /** A session-initiate went out or came in. */
  readonly hasSession: boolean;
  /** They may know that we are here, before the person has taken the call (XEP-0353 #security). */
  readonly mayRing: boolean;
  readonly end?: CallEnd;
}

/** Who says something about a call in a message. */
export type Speaker = 'they' | 'our-other-device';

export type Happening =
  | { readonly kind: 'told'; readonly by: Speaker; readonly from: Jid; readonly said: Initiation }
  /** Their session-initiate; whether its sender may say so has been found out by the machine's own rule. */
  | { readonly kind: 'initiated'; readonly from: FullJid }
  | { readonly kind: 'rings' }
  | { readonly kind: 'session-accepted' }
  | { readonly kind: 'terminated'; readonly reason: Condition | undefined }
  /** The page has described itself for the first time. */
  | { readonly kind: 'described' }
  | { readonly kind: 'answered' }
  | { readonly kind: 'hung-up' }
  /** Our answer to being asked while another call is on. */
  | { readonly kind: 'engaged' }
  | { readonly kind: 'connected' }
  /** The time of this stage is over. */
  | { readonly kind: 'expired' }
  /** It cannot go on: no media, no trust, no common ground, no other side. */
  | { readonly kind: 'failed'; readonly end: CallEnd; readonly reason: Condition };

export type Action =
  /** A message of XEP-0353: to all their devices, or to the one that the call is with. */
  | { readonly do: 'tell'; readonly to: 'all' | 'device'; readonly said: Initiation }
  /** The old `<accept/>` for our own devices without carbons, see xep0353.ts. */
  | { readonly do: 'tell-ours'; readonly said: Initiation }
  /** The description that the page has made leaves. */
  | { readonly do: 'initiate' | 'accept' }
  | { readonly do: 'say-ringing' }
  | { readonly do: 'terminate'; readonly reason: Condition }
  /** The offer that came is shown to the page, which answers it. */
  | { readonly do: 'show-offer' | 'show-answer' }
  | { readonly do: 'signal'; readonly signal: CallSignal };

export interface Step {
  readonly state: CallState;
  readonly actions: readonly Action[];
}

/** For how long a stage may last, in milliseconds; without a limit, none. */
export const PATIENCE: Partial<Record<Stage, number>> = {
  proposed: 60_000,
  ringing: 60_000,
  // Longer than any caller rings: whoever gives up says so, and who cannot any more does not ring for ever.
  incoming: 90_000,
  accepted: 30_000,
  offered: 30_000,
  connecting: 45_000,
};

/** Candidates and the like leave only after both sides have said that they want the call (XEP-0353 #security). */
export function isAccepted({ stage }: CallState): boolean {
  return stage === 'accepted' || stage === 'offered' || stage === 'connecting' || stage === 'active';
}

const ORDER: readonly Stage[] = [
  'proposed',
  'ringing',
  'incoming',
  'accepted',
  'offered',
  'connecting',
  'active',
  'ended',
];

export function isBefore(state: CallState, stage: Stage): boolean {
  return ORDER.indexOf(state.stage) < ORDER.indexOf(stage);
}

/** We asked, and nobody has answered. */
export function isAsking({ stage, role }: CallState): boolean {
  return role === 'initiator' && (stage === 'proposed' || stage === 'ringing');
}

/** They asked, and have not begun the session. */
export function isTheirQuestion({ role, hasSession }: CallState): boolean {
  return role === 'responder' && !hasSession;
}

export function ended(state: CallState, end: CallEnd): CallState {
  return { ...state, stage: 'ended', end };
}

export function still(state: CallState): Step {
  return { state, actions: [] };
}
