/**
 * Every connection problem in the person's words, with the one thing to do about it. A table, so that a test can see
 * that no code of the contract was forgotten.
 */
import type { Certificate, ProblemCode } from '../../shared/contract.ts';
import type { MessageKey } from '../i18n/language.svelte.ts';

/**
 * `retry` tries the same again; `address` and `password` go back to that field; `server` and `proxy` open host and port;
 * `certificate` shows the certificate; `stop` gives up: going on would be unsafe.
 */
export type ProblemAction = 'retry' | 'address' | 'password' | 'server' | 'proxy' | 'certificate' | 'stop';

export interface ProblemText {
  readonly title: MessageKey;
  /** Takes `{host}`. */
  readonly sentence: MessageKey;
  readonly action: ProblemAction;
  /** True when host and port may help: the form opens them by itself. */
  readonly opensServer: boolean;
}

const text = (code: ProblemCode, action: ProblemAction, opensServer = false): ProblemText => ({
  title: `problem.${code}.title`,
  sentence: `problem.${code}.text`,
  action,
  opensServer,
});

export const problemTexts: Readonly<Record<ProblemCode, ProblemText>> = {
  offline: text('offline', 'retry'),
  'unknown-host': text('unknown-host', 'address', true),
  unreachable: text('unreachable', 'server', true),
  timeout: text('timeout', 'retry', true),
  proxy: text('proxy', 'proxy', true),
  onion: text('onion', 'proxy', true),
  'tls-required': text('tls-required', 'server', true),
  certificate: text('certificate', 'certificate'),
  'tls-failed': text('tls-failed', 'server', true),
  credentials: text('credentials', 'password'),
  'own-certificate': text('own-certificate', 'password'),
  'account-disabled': text('account-disabled', 'address'),
  'weak-authentication': text('weak-authentication', 'stop'),
  'further-step': text('further-step', 'stop'),
  'not-authentic': text('not-authentic', 'stop'),
  conflict: text('conflict', 'retry'),
  'not-xmpp': text('not-xmpp', 'server', true),
  portal: text('portal', 'retry'),
  protocol: text('protocol', 'retry'),
  'server-error': text('server-error', 'retry'),
  storage: text('storage', 'retry'),
  closed: text('closed', 'retry'),
};

export const certificateReasons: Readonly<Record<Certificate['reason'], MessageKey>> = {
  'unknown-authority': 'certificate.reason.unknown-authority',
  'self-signed': 'certificate.reason.self-signed',
  'wrong-name': 'certificate.reason.wrong-name',
  expired: 'certificate.reason.expired',
  'not-yet-valid': 'certificate.reason.not-yet-valid',
  other: 'certificate.reason.other',
};
