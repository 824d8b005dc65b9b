/**
 * The calls about calling. The window has the media and speaks SDP (RFC 8866) with the engine, which speaks with the
 * other side; it never learns which device of theirs that is.
 */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';

const call = v.strictObject({ call: id });

/** The page's own descriptions are long, and no longer than this many characters. */
const sdp = v.pipe(v.string(), v.maxLength(200_000));
const candidate = v.strictObject({
  /** Of the m-line that it belongs to. */
  mid: v.pipe(v.string(), v.maxLength(256)),
  /** As in `RTCIceCandidate.candidate`. */
  candidate: v.pipe(v.string(), v.maxLength(1_024)),
});
const type = v.picklist(['offer', 'answer']);

/** What the page shall do, in this order. */
export const callSignalSchema = v.variant('kind', [
  /** Make the own description: an offer as the initiator, the answer to the last offer as the responder. */
  v.strictObject({ kind: v.literal('describe'), as: v.picklist(['initiator', 'responder']) }),
  /** Take the other side's description. */
  v.strictObject({ kind: v.literal('description'), type, sdp: v.string() }),
  v.strictObject({ kind: v.literal('candidate'), ...candidate.entries }),
  /** The last offer of the page is refused: it goes back to what was agreed before it (JSEP `rollback`). */
  v.strictObject({ kind: v.literal('rollback') }),
  /** The other side pressed a key of its keypad (XEP-0181). */
  v.strictObject({ kind: v.literal('tone'), tone: v.string() }),
]);
export type CallSignal = v.InferOutput<typeof callSignalSchema>;

export const callTones = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '*',
  '#',
  'A',
  'B',
  'C',
  'D',
] as const;

/** Who may call, and how much they learn about where we are. */
export const callPolicySchema = v.strictObject({
  /** Only relays are offered to the other side, which then never learns an address of ours. */
  isRelayOnly: v.boolean(),
  /** Others than contacts call in vain, and learn nothing. */
  isContactsOnly: v.boolean(),
});
export type CallPolicy = v.InferOutput<typeof callPolicySchema>;

export const calling = {
  /**
   * Refusals: `offline`, `busy` (a call is on that does not wait), `not-allowed` (a room, or somebody who is blocked).
   */
  'calls.start': { input: v.strictObject({ chat: id, hasVideo: v.boolean() }), output: call },
  /** Refusals: `too-late` when it does not ring any more, `busy`. */
  'calls.answer': { input: v.strictObject({ call: id, hasVideo: v.boolean() }), output: nothing },
  'calls.decline': { input: call, output: nothing },
  /** Ends it in any state; one that rings here is declined. */
  'calls.end': { input: call, output: nothing },
  /** What finds ways through routers (STUN) and around them (TURN). */
  'calls.servers': {
    input: call,
    output: v.strictObject({
      servers: v.array(
        v.strictObject({
          urls: v.array(v.string()),
          username: v.optional(v.string()),
          credential: v.optional(v.string()),
        }),
      ),
      isRelayOnly: v.boolean(),
    }),
  },
  /** The signals after the first `after` ones. Each is kept until the call is over. */
  'calls.signals': {
    input: v.strictObject({ call: id, after: id }),
    output: v.strictObject({ signals: v.array(callSignalSchema) }),
  },
  /**
   * The page's own description: what it was asked for, or during the call a new offer, with media added or removed.
   * Refusals: `invalid` when it is no SDP, or misses what a secure call needs; `too-late`.
   */
  'calls.describe': { input: v.strictObject({ call: id, type, sdp }), output: nothing },
  /** Found on the way; with `isLast` there will be no more. They leave once the other side has accepted. */
  'calls.offerCandidates': {
    input: v.strictObject({
      call: id,
      candidates: v.pipe(v.array(candidate), v.maxLength(100)),
      isLast: v.optional(v.boolean()),
    }),
    output: nothing,
  },
  /** What has become of the connection. `failed` ends the call. */
  'calls.report': {
    input: v.strictObject({ call: id, state: v.picklist(['connected', 'disconnected', 'failed']) }),
    output: nothing,
  },
  'calls.hold': { input: v.strictObject({ call: id, isOnHold: v.boolean() }), output: nothing },
  /** Tells the other side; what is heard is the page's to stop. */
  'calls.mute': { input: v.strictObject({ call: id, isMuted: v.boolean() }), output: nothing },
  /** Tells the other side that a key was pressed (XEP-0181), beside the sound that the page sends. */
  'calls.tone': { input: v.strictObject({ call: id, tone: v.picklist(callTones) }), output: nothing },
  'calls.getPolicy': { input: nothing, output: callPolicySchema },
  'calls.setPolicy': { input: v.partial(callPolicySchema), output: nothing },
} as const;
