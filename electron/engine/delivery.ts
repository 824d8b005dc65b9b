/**
 * The life of an outgoing message as a pure rule: a state and a happening give the next state, never an earlier one.
 * Happenings arrive in any order (a receipt may overtake the stream acknowledgement), and all orders end the same.
 */
import type { Delivery } from '../../shared/contract.ts';

/**
 * - `acknowledged`: our server has it (XEP-0198)
 * - `delivered`: a device of the other side has it (XEP-0184)
 * - `displayed`: the other person has seen it (XEP-0333)
 * - `refused`: an error came back for it (RFC 6120 §8.3)
 * - `retried`: the person asked to send it again
 */
export type Happening = 'acknowledged' | 'delivered' | 'displayed' | 'refused' | 'retried';

const RANK: Readonly<Record<Delivery, number>> = {
  received: -1,
  queued: 0,
  sent: 1,
  failed: 2,
  delivered: 3,
  displayed: 4,
};

const REACHES: Readonly<Record<Exclude<Happening, 'retried'>, Delivery>> = {
  acknowledged: 'sent',
  refused: 'failed',
  delivered: 'delivered',
  displayed: 'displayed',
};

/** Others may have it: our server does at the least. */
export function isOut(delivery: Delivery): boolean {
  return delivery === 'sent' || delivery === 'delivered' || delivery === 'displayed';
}

/**
 * The state after a happening. A refusal never hides that the message arrived somewhere (with several devices one
 * may refuse what another received), and an incoming message has no such life.
 */
export function advance(current: Delivery, happening: Happening): Delivery {
  if (current === 'received') return current;
  if (happening === 'retried') return current === 'failed' ? 'queued' : current;
  const next = REACHES[happening];
  return RANK[next] > RANK[current] ? next : current;
}
