/** Calls, in the small world of a scripted Port: nobody can be reached. */
import type { Answers } from './scripted-port.ts';

type Calls = Extract<keyof Answers, `calls.${string}`>;

const nothing = (): Record<string, never> => ({});

export const scriptedCalls: Pick<Required<Answers>, Calls> = {
  'calls.start': () => ({ call: 1 }),
  'calls.answer': nothing,
  'calls.decline': nothing,
  'calls.end': nothing,
  'calls.servers': () => ({ servers: [], isRelayOnly: false }),
  'calls.signals': () => ({ signals: [] }),
  'calls.describe': nothing,
  'calls.offerCandidates': nothing,
  'calls.report': nothing,
  'calls.hold': nothing,
  'calls.mute': nothing,
  'calls.tone': nothing,
  'calls.getPolicy': () => ({ isRelayOnly: false, isContactsOnly: true }),
  'calls.setPolicy': nothing,
};
