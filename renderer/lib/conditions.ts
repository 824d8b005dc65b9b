/**
 * Why the other side said no, in words a person understands. A table, so that the types and a test can see that no
 * condition of RFC 6120 §8.3.3 was forgotten.
 */
import type { StanzaCondition } from '../../shared/conditions.ts';
import type { MessageKey } from '../i18n/language.svelte.ts';

export const conditionTexts: Readonly<Record<StanzaCondition, MessageKey>> = {
  'bad-request': 'condition.bad-request',
  conflict: 'condition.conflict',
  'feature-not-implemented': 'condition.not-supported',
  forbidden: 'condition.forbidden',
  gone: 'condition.gone',
  'internal-server-error': 'condition.server-error',
  'item-not-found': 'condition.item-not-found',
  'jid-malformed': 'condition.jid-malformed',
  'not-acceptable': 'condition.not-acceptable',
  'not-allowed': 'condition.not-allowed',
  'not-authorized': 'condition.not-authorized',
  'policy-violation': 'condition.policy-violation',
  'recipient-unavailable': 'condition.recipient-unavailable',
  redirect: 'condition.redirect',
  'registration-required': 'condition.registration-required',
  'remote-server-not-found': 'condition.remote-server-not-found',
  'remote-server-timeout': 'condition.remote-server-timeout',
  'resource-constraint': 'condition.resource-constraint',
  'service-unavailable': 'condition.service-unavailable',
  'subscription-required': 'condition.subscription-required',
  'undefined-condition': 'condition.undefined-condition',
  'unexpected-request': 'condition.unexpected-request',
};
