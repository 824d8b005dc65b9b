/**
 * Maps what goes wrong on a connection to the contract's problems: socket errors, stream errors, SASL failures.
 * It decides nothing about retries, and no detail that it lets through holds a secret.
 */
import type { Problem, ProblemCode } from '../../shared/contract.ts';
import { childElements, childText } from './xml.ts';
import type { Element } from './xml.ts';

const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** Texts of servers are shown to people in a fold-out, and kept short for it. */
const DETAIL_LENGTH = 500;

/** A connection can not go on, for a reason that has a name in the contract. */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail === undefined ? problem.code : `${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** Builds a problem; `host` and `detail` are left out when `undefined` or empty. */
export function problem(code: ProblemCode, host?: string, detail?: string): Problem {
  return {
    code,
    ...(host === undefined ? {} : { host }),
    ...(detail === undefined || detail === '' ? {} : { detail: detail.slice(0, DETAIL_LENGTH) }),
  };
}

/** The problem that an error carries; anything unexpected becomes `otherwise`, with its message as the detail. */
export function problemOf(error: unknown, otherwise: ProblemCode, host?: string): Problem {
  if (error instanceof ConnectionProblem) return error.problem;
  return problem(otherwise, host, error instanceof Error ? error.message : String(error));
}

/** The `code` of a Node system error, or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What the other side says by TLS of our certificate (RFC 8446 §6.2), as OpenSSL and BoringSSL name it. */
const REFUSALS =
  /^ERR_SSL_\w*_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;

/** The problem behind an error of a socket, inside TLS or while it begins. */
export function problemOfSocket(error: Error, otherwise: ProblemCode, host: string): Problem {
  const code = systemCode(error);
  return problem(REFUSALS.test(code) ? 'own-certificate' : otherwise, host, code || error.message);
}

function conditionOf(element: Element, ns: string): { condition: string; detail: string } {
  const condition = childElements(element).find((part) => part.ns === ns && part.name !== 'text');
  // SASL2 has its text in its own namespace (XEP-0388 1.0.4 #failure).
  const text = childText(element, 'text', ns) ?? childText(element, 'text') ?? '';
  const name = condition?.name ?? 'undefined-condition';
  return { condition: name, detail: text === '' ? name : `${name}: ${text}` };
}

/** RFC 6120 §4.9.3. */
const STREAM_ERRORS: Readonly<Record<string, ProblemCode>> = {
  conflict: 'conflict',
  'connection-timeout': 'timeout',
  'host-gone': 'unknown-host',
  'host-unknown': 'unknown-host',
  'not-authorized': 'credentials',
  'internal-server-error': 'server-error',
  'policy-violation': 'server-error',
  'remote-connection-failed': 'server-error',
  reset: 'server-error',
  'resource-constraint': 'server-error',
  // A redirect is the server's wish, not an instruction: the name that the person gave decides where we go (X5).
  'see-other-host': 'server-error',
  'system-shutdown': 'server-error',
  'undefined-condition': 'server-error',
};

/** The problem behind a `<stream:error/>`; conditions that blame our XML are `protocol`. */
export function problemOfStreamError(element: Element, host: string): Problem {
  const { condition, detail } = conditionOf(element, NS_STREAM_ERRORS);
  const code = Object.hasOwn(STREAM_ERRORS, condition) ? STREAM_ERRORS[condition] : undefined;
  return problem(code ?? 'protocol', host, detail);
}

/** RFC 6120 §6.5. */
const SASL_FAILURES: Readonly<Record<string, ProblemCode>> = {
  'account-disabled': 'account-disabled',
  'credentials-expired': 'credentials',
  'encryption-required': 'tls-required',
  'invalid-mechanism': 'weak-authentication',
  'mechanism-too-weak': 'weak-authentication',
  'not-authorized': 'credentials',
  'temporary-auth-failure': 'server-error',
};

/** The condition of a SASL `<failure/>`, of either profile. */
export function saslCondition(element: Element): string {
  return conditionOf(element, NS_SASL).condition;
}

/**
 * The problem behind a SASL `<failure/>`; conditions that blame our messages are `protocol`.
 * @param mechanism the one that failed. Of a certificate that they do not take servers say many things, Prosody 0.12
 * `account-disabled` and ejabberd 23.01 `not-authorized`.
 */
export function problemOfSaslFailure(element: Element, host: string, mechanism?: string): Problem {
  const { condition, detail } = conditionOf(element, NS_SASL);
  if (mechanism === 'EXTERNAL' && condition !== 'temporary-auth-failure') {
    return problem('own-certificate', host, detail);
  }
  const code = Object.hasOwn(SASL_FAILURES, condition) ? SASL_FAILURES[condition] : undefined;
  return problem(code ?? 'protocol', host, detail);
}

/** The problem behind a refused resource binding (RFC 6120 §7.7.2). */
export function problemOfBindError(iq: Element, host: string): Problem {
  const error = childElements(iq, 'error')[0];
  const { condition, detail } =
    error === undefined
      ? { condition: '', detail: 'the resource was not bound' }
      : conditionOf(error, NS_STANZA_ERRORS);
  return problem(condition === 'conflict' ? 'conflict' : 'server-error', host, detail);
}
