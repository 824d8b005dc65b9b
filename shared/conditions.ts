/** Why the other side said no: the conditions of stanza errors (RFC 6120 §8.3.3). The window has a sentence for each. */

export const stanzaConditions = [
  'bad-request',
  'conflict',
  'feature-not-implemented',
  'forbidden',
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-acceptable',
  'not-allowed',
  'not-authorized',
  'policy-violation',
  'recipient-unavailable',
  'redirect',
  'registration-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'subscription-required',
  'undefined-condition',
  'unexpected-request',
] as const;
export type StanzaCondition = (typeof stanzaConditions)[number];

/** The condition of this name; `undefined-condition` for any other, which is what that one is for (§8.3.3.21). */
export function readCondition(name: string): StanzaCondition {
  return stanzaConditions.find((each) => each === name) ?? 'undefined-condition';
}
