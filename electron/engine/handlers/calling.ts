/** The calls about calling, as the contract lists them. */
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import type { calling as calls } from '../../../shared/calls/calling.ts';
import { getCallPolicy, setCallPolicy } from '../call-policy.ts';
import type { Call } from '../call.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';

export function callingHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  const callOf = (id: number): Call => house.profile().calls.get(id);
  const openCall = (id: number): Call => {
    const call = callOf(id);
    if (call.isOver) throw new Refusal('too-late');
    return call;
  };
  return {
    'calls.start': ({ chat: id, hasVideo }) => {
      const { account, chat } = find.chatOf(id);
      return { call: account.calls.start(chat, hasVideo).id };
    },
    'calls.answer': ({ call: id, hasVideo }) => {
      const call = openCall(id);
      if (call.state.stage !== 'incoming') throw new Refusal('too-late');
      if (house.profile().calls.isEngaged(call)) throw new Refusal('busy');
      call.answer(hasVideo);
      return {};
    },
    'calls.decline': ({ call }) => {
      callOf(call).happen({ kind: 'hung-up' });
      return {};
    },
    'calls.end': ({ call }) => {
      callOf(call).happen({ kind: 'hung-up' });
      return {};
    },
    'calls.servers': async ({ call: id }) => ({
      servers: [...(await callOf(id).account.calls.servers.list())],
      isRelayOnly: getCallPolicy(house.profile().database).isRelayOnly,
    }),
    'calls.signals': ({ call, after }) => ({ signals: callOf(call).signals.slice(after) }),
    'calls.describe': ({ call, type, sdp }) => {
      openCall(call).session.describe(type, sdp);
      return {};
    },
    'calls.offerCandidates': ({ call, candidates }) => {
      openCall(call).session.offer(candidates);
      return {};
    },
    'calls.report': ({ call: id, state }) => {
      const call = openCall(id);
      if (state === 'connected') call.happen({ kind: 'connected' });
      if (state === 'failed') call.happen({ kind: 'failed', end: 'failed', reason: 'connectivity-error' });
      return {};
    },
    'calls.hold': ({ call, isOnHold }) => {
      openCall(call).hold(isOnHold);
      return {};
    },
    'calls.mute': ({ call, isMuted }) => {
      openCall(call).session.inform({ kind: isMuted ? 'mute' : 'unmute' });
      return {};
    },
    'calls.tone': ({ call, tone }) => {
      openCall(call).session.inform({ tone });
      return {};
    },
    'calls.getPolicy': () => getCallPolicy(house.profile().database),
    'calls.setPolicy': (policy) => {
      const profile = house.profile();
      profile.commit(() => {
        setCallPolicy(profile.database, policy);
      });
      return {};
    },
  };
}
