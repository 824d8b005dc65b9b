/**
 * The life of one call as a pure function: what it is, and what happens to it, give what it is then and what has to be
 * done. It knows who may say what at which moment (XEP-0353, XEP-0166 #session-state); descriptions, keys and stanzas are
 * the business of those who do it.
 */
import { bareOf, type BareJid, type FullJid, type Jid } from '../../shared/jid.ts';
import type { Condition } from '../xmpp/xep/xep0166.ts';
import type { Initiation } from '../xmpp/xep/xep0353.ts';
import { endOf } from './call-reasons.ts';
import {
  ended,
  isAccepted,
  isAsking,
  isBefore,
  isTheirQuestion,
  still,
  type Action,
  type CallState,
  type Happening,
  type Step,
} from './call-state.ts';

/** A call that the person here begins. @param device the one that is called directly, when nobody can be asked first */
export function begin(
  sid: string,
  peer: BareJid,
  media: NonNullable<Initiation['media']>,
  device?: FullJid,
): Step {
  const common = {
    sid,
    peer,
    isOutgoing: true,
    role: 'initiator',
    hasSession: false,
    mayRing: true,
  } as const;
  if (device !== undefined) {
    return {
      state: { ...common, stage: 'proposed', isDirect: true, device },
      actions: [{ do: 'signal', signal: { kind: 'describe', as: 'initiator' } }],
    };
  }
  return {
    state: { ...common, stage: 'proposed', isDirect: false },
    actions: [{ do: 'tell', to: 'all', said: { kind: 'propose', sid, media } }],
  };
}

/** Somebody asks whether we take a call, or begins a session without asking. */
export function beAsked(
  sid: string,
  device: FullJid,
  { isDirect, mayRing }: Pick<CallState, 'isDirect' | 'mayRing'>,
): Step {
  const state: CallState = {
    stage: 'incoming',
    sid,
    peer: bareOf(device),
    device,
    isOutgoing: false,
    role: 'responder',
    isDirect,
    hasSession: isDirect,
    mayRing,
  };
  if (!mayRing) return still(state);
  const said = { kind: 'ringing', sid } as const;
  return { state, actions: [isDirect ? { do: 'say-ringing' } : { do: 'tell', to: 'device', said }] };
}

/** What becomes of a call by what happens to it. Whatever does not belong to its stage changes nothing. */
export function step(state: CallState, happening: Happening): Step {
  if (state.stage === 'ended') return afterEnd(state, happening);
  switch (happening.kind) {
    case 'told':
      return happening.by === 'they' ? told(state, happening) : toldElsewhere(state, happening.said);
    case 'initiated':
      return initiated(state, happening.from);
    case 'rings':
      return state.stage === 'proposed' && state.isDirect
        ? still({ ...state, stage: 'ringing' })
        : still(state);
    case 'session-accepted':
      return state.role === 'initiator' && state.hasSession && isBefore(state, 'connecting')
        ? { state: { ...state, stage: 'connecting' }, actions: [{ do: 'show-answer' }] }
        : still(state);
    case 'terminated':
      return { state: ended(state, endOf(state, happening.reason)), actions: farewell(state) };
    case 'described':
      return described(state);
    case 'answered':
      return answered(state);
    case 'hung-up':
      return hungUp(state);
    case 'engaged':
      return { state: ended(state, 'busy'), actions: goodbye(state, 'busy', 'busy') };
    case 'connected':
      return state.stage === 'connecting' ? still({ ...state, stage: 'active' }) : still(state);
    case 'expired':
      return expired(state);
    case 'failed':
      return { state: ended(state, happening.end), actions: goodbye(state, happening.reason, 'expired') };
  }
}

// ————— What they say in messages ————————————————————————————————————————————————————————————————————————————

function told(state: CallState, { from, said }: Extract<Happening, { kind: 'told' }>): Step {
  if (bareOf(from) !== state.peer) return still(state);
  switch (said.kind) {
    case 'ringing':
      return state.stage === 'proposed' && !state.isDirect
        ? still({ ...state, stage: 'ringing' })
        : still(state);
    case 'proceed':
      return proceeded(state, from);
    case 'reject':
      // Another device of theirs may be quicker to decline than the one that took it is to tell.
      return isAsking(state)
        ? still(ended(state, said.reason === 'busy' ? 'busy' : 'declined'))
        : still(state);
    case 'retract':
      return isTheirQuestion(state)
        ? still(ended(state, state.stage === 'incoming' ? 'missed' : 'hung-up'))
        : still(state);
    case 'finish':
      return said.sid === state.sid && isAccepted(state) ? finished(state, said) : still(state);
    case 'propose':
      return tie(state, from, said);
    case 'accept':
      return still(state);
  }
}

function proceeded(state: CallState, from: Jid): Step {
  if (!isAsking(state) || state.isDirect || !from.includes('/')) return still(state);
  return {
    state: { ...state, stage: 'accepted', device: from as FullJid },
    actions: [{ do: 'signal', signal: { kind: 'describe', as: 'initiator' } }],
  };
}

function finished(state: CallState, said: Initiation): Step {
  const end = state.stage === 'active' ? 'hung-up' : endOf(state, undefined);
  return { state: ended(state, said.migratedTo === undefined ? end : 'elsewhere'), actions: farewell(state) };
}

/**
 * Both asked at once (#tie-break-1): the lower id overrules the other. When that is theirs, their question is answered
 * with yes, because the person here has asked the same.
 */
function tie(state: CallState, from: Jid, said: Initiation): Step {
  if (!isAsking(state) || state.isDirect || !from.includes('/')) return still(state);
  if (said.sid >= state.sid) {
    const reject = { kind: 'reject', sid: said.sid, reason: 'expired', isTieBreak: true } as const;
    return { state, actions: [{ do: 'tell', to: 'all', said: reject }] };
  }
  const retract = { kind: 'retract', sid: state.sid, reason: 'expired', isTieBreak: true } as const;
  const next: CallState = {
    ...state,
    sid: said.sid,
    role: 'responder',
    stage: 'incoming',
    device: from as FullJid,
  };
  const answer = answered(next);
  return { state: answer.state, actions: [{ do: 'tell', to: 'all', said: retract }, ...answer.actions] };
}

/** Another device of ours has answered for the person. Of a call that is on here it has nothing to say. */
function toldElsewhere(state: CallState, said: Initiation): Step {
  const isAnswer = said.kind === 'proceed' || said.kind === 'accept' || said.kind === 'reject';
  return state.stage === 'incoming' && isAnswer ? still(ended(state, 'elsewhere')) : still(state);
}

// ————— What they do in the session —————————————————————————————————————————————————————————————————————————

/** Only the device that asked, and was told yes, begins the session. */
function initiated(state: CallState, from: FullJid): Step {
  if (state.role !== 'responder' || state.hasSession || state.device !== from) return still(state);
  const next: CallState = { ...state, hasSession: true };
  return state.stage === 'accepted'
    ? { state: { ...next, stage: 'offered' }, actions: [{ do: 'show-offer' }] }
    : still(state);
}

// ————— What we do ——————————————————————————————————————————————————————————————————————————————————————————

function described(state: CallState): Step {
  if (state.role === 'responder') {
    return state.stage === 'offered'
      ? { state: { ...state, stage: 'connecting' }, actions: [{ do: 'accept' }] }
      : still(state);
  }
  if (state.hasSession || !(state.stage === 'accepted' || (state.isDirect && isAsking(state))))
    return still(state);
  const stage = state.stage === 'accepted' ? 'offered' : state.stage;
  return { state: { ...state, stage, hasSession: true }, actions: [{ do: 'initiate' }] };
}

function answered(state: CallState): Step {
  if (state.stage !== 'incoming') return still(state);
  if (state.isDirect) return { state: { ...state, stage: 'offered' }, actions: [{ do: 'show-offer' }] };
  const { sid } = state;
  return {
    state: { ...state, stage: 'accepted' },
    actions: [
      { do: 'tell-ours', said: { kind: 'accept', sid } },
      { do: 'tell', to: 'device', said: { kind: 'proceed', sid } },
    ],
  };
}

function hungUp(state: CallState): Step {
  if (state.stage === 'incoming')
    return { state: ended(state, 'declined'), actions: goodbye(state, 'decline', 'decline') };
  const end = isAsking(state) ? 'no-answer' : 'hung-up';
  const reason = state.stage === 'active' ? 'success' : 'cancel';
  return { state: ended(state, end), actions: goodbye(state, reason, 'cancel') };
}

function expired(state: CallState): Step {
  switch (state.stage) {
    case 'proposed':
    case 'ringing':
      return { state: ended(state, 'no-answer'), actions: goodbye(state, 'timeout', 'cancel') };
    case 'incoming':
      // Nothing is said: another device may still take it.
      return {
        state: ended(state, 'missed'),
        actions: state.isDirect ? [{ do: 'terminate', reason: 'timeout' }] : [],
      };
    case 'accepted':
    case 'offered':
      return { state: ended(state, 'lost'), actions: goodbye(state, 'timeout', 'expired') };
    case 'connecting':
      return {
        state: ended(state, 'failed'),
        actions: goodbye(state, 'connectivity-error', 'connectivity-error'),
      };
    case 'active':
    case 'ended':
      return still(state);
  }
}

/** Both sides say that it is over, so that all devices know it from either archive (#finish). */
function farewell(state: CallState): Action[] {
  if (state.isDirect || !isAccepted(state)) return [];
  return [{ do: 'tell', to: 'device', said: { kind: 'finish', sid: state.sid, reason: 'success' } }];
}

/**
 * How the end is told: a session is terminated, and all devices hear that it is over (#finish); a question is taken back
 * or answered with no.
 */
function goodbye(state: CallState, reason: Condition, why: Condition): Action[] {
  const { sid, isDirect, hasSession, role } = state;
  const terminate: Action[] = hasSession ? [{ do: 'terminate', reason }] : [];
  if (isDirect) return terminate;
  if (isAccepted(state)) {
    const finish = { kind: 'finish', sid, reason: state.stage === 'active' ? 'success' : why } as const;
    return [...terminate, { do: 'tell', to: 'device', said: finish }];
  }
  const said = { kind: role === 'initiator' ? 'retract' : 'reject', sid, reason: why } as const;
  return [{ do: 'tell', to: role === 'initiator' ? 'all' : 'device', said }];
}

/** Somebody takes a call that was given up already: they hear that, and wait for nothing. */
function afterEnd(state: CallState, happening: Happening): Step {
  const isLate = happening.kind === 'told' && happening.by === 'they' && happening.said.kind === 'proceed';
  if (!isLate || bareOf(happening.from) !== state.peer || !happening.from.includes('/')) return still(state);
  if (state.role !== 'initiator' || state.hasSession || state.device !== undefined) return still(state);
  const said = { kind: 'retract', sid: state.sid, reason: 'cancel' } as const;
  // Once: the device is remembered.
  return {
    state: { ...state, device: happening.from as FullJid },
    actions: [{ do: 'tell', to: 'all', said }],
  };
}
