/**
 * Why a message was not delivered, in words. Codes are the stanza errors of RFC 6120 §8.3.3 and the engine's own
 * reasons for not sending; a code that is not known here is told in general words.
 */
import type { MessageKey } from '../i18n/language.svelte.ts';

/** A map, because the code comes from a server: `constructor` is no key of it. */
const sentences = new Map<string, MessageKey>(
  Object.entries({
    'bad-request': 'failure.policy',
    conflict: 'failure.policy',
    'feature-not-implemented': 'failure.nobody',
    'registration-required': 'failure.forbidden',
    'subscription-required': 'failure.forbidden',
    'unexpected-request': 'failure.later',
    forbidden: 'failure.forbidden',
    'not-allowed': 'failure.forbidden',
    'not-authorized': 'failure.forbidden',
    'policy-violation': 'failure.policy',
    'resource-constraint': 'failure.later',
    'item-not-found': 'failure.nobody',
    'jid-malformed': 'failure.nobody',
    gone: 'failure.nobody',
    redirect: 'failure.nobody',
    'not-acceptable': 'failure.policy',
    'recipient-unavailable': 'failure.nobody',
    'service-unavailable': 'failure.nobody',
    'remote-server-not-found': 'failure.server-not-found',
    'remote-server-timeout': 'failure.server-timeout',
    'internal-server-error': 'failure.later',
    'undefined-condition': 'failure.other',
    'no-devices': 'failure.no-devices',
    'no-keys': 'failure.no-devices',
    'all-untrusted': 'failure.untrusted',
    'too-large': 'failure.too-large',
    blocked: 'failure.blocked',
    'not-sent': 'failure.not-sent',
    'file-too-large': 'file.failure.too-large',
    'file-no-service': 'file.failure.no-service',
    'file-refused': 'file.failure.refused',
    'file-gone': 'file.failure.gone',
    'file-damaged': 'file.failure.damaged',
    'file-unreachable': 'file.failure.unreachable',
    'file-not-allowed': 'file.failure.not-allowed',
    'file-storage': 'file.failure.storage',
  }),
);

export function failureKey(code: string | undefined): MessageKey {
  return (code === undefined ? undefined : sentences.get(code)) ?? 'failure.other';
}
