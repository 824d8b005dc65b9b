/**
 * Hashed tokens (draft-schmaus-kitten-sasl-ht-09, as XEP-0484 0.2.0 names it): one message each way, and both sides
 * prove that they know the token. A token stays with the mechanism it was asked for: a binding is never lost on the way.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectionProblem, problem } from '../problem.ts';
import type { ChannelBinding } from './binding.ts';
import type { Mechanism } from './mechanism.ts';
import type { Token } from './memory.ts';
import { prepare } from './prepare.ts';

/** Hash functions by the names of the draft (§2), best first. */
const HASHES: Readonly<Record<string, string>> = {
  'SHA-512': 'sha512',
  'SHA-384': 'sha384',
  'SHA-256': 'sha256',
  'SHA3-512': 'sha3-512',
  'SHA3-256': 'sha3-256',
};

/** Channel bindings by the names of the draft (§2), strongest first; `NONE` is in none. */
const BINDINGS: Readonly<Record<string, string>> = {
  EXPR: 'tls-exporter',
  UNIQ: 'tls-unique',
  ENDP: 'tls-server-end-point',
};

interface Parts {
  readonly hash: string;
  /** The type of the channel binding; `undefined` for none. */
  readonly binding: string | undefined;
}

function partsOf(mechanism: string): Parts | undefined {
  const [, name = '', suffix = ''] = /^HT-(.+)-(EXPR|UNIQ|ENDP|NONE)$/.exec(mechanism) ?? [];
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  return hash === undefined ? undefined : { hash, binding: BINDINGS[suffix] };
}

/**
 * The mechanism to ask a token for: the strongest binding that both sides have, then the strongest hash.
 * @param mustBind true when the password was proven over a channel binding: a token is never bound worse than that, as
 *   one without a binding may be replayed by whoever comes between once
 * @returns `undefined` when none will do
 */
export function tokenMechanism(
  offered: readonly string[],
  bindings: readonly ChannelBinding[],
  mustBind: boolean,
): string | undefined {
  const ours = [...Object.entries(BINDINGS), ...(mustBind ? [] : [['NONE', undefined] as const])]
    .filter(([, type]) => type === undefined || bindings.some((binding) => binding.type === type))
    .flatMap(([suffix]) => Object.keys(HASHES).map((hash) => `HT-${hash}-${suffix}`));
  return ours.find((name) => offered.includes(name));
}

/** True when this token can be used now, on a connection with these bindings, by a server that offers this. */
export function isUsable(
  { mechanism, expiry }: Token,
  offered: readonly string[],
  bindings: readonly ChannelBinding[],
  now: number,
): boolean {
  const parts = partsOf(mechanism);
  if (parts === undefined || expiry <= now || !offered.includes(mechanism)) return false;
  return parts.binding === undefined || bindings.some(({ type }) => type === parts.binding);
}

/** One exchange with a token that `isUsable`; an object is used once. */
export function createTokenMechanism(
  { mechanism, secret }: Token,
  { username, domain, bindings }: { username: string; domain: string; bindings: readonly ChannelBinding[] },
): Mechanism {
  const parts = partsOf(mechanism);
  const bound = bindings.find(({ type }) => type === parts?.binding);
  const proof = (side: string): Buffer =>
    createHmac(parts?.hash ?? 'sha256', secret)
      .update(side)
      .update(bound?.data ?? '')
      .digest();
  return {
    name: mechanism,
    isStrong: true,
    isBound: bound !== undefined,
    ...(bound !== undefined && { binding: bound.type }),
    start: () => Buffer.concat([Buffer.from(`${prepare(username, domain)}\0`), proof('Initiator')]),
    respond: () =>
      Promise.reject(new ConnectionProblem(problem('protocol', domain, `${mechanism} has no challenge`))),
    finish: (data) => {
      const expected = proof('Responder');
      if (data.length !== expected.length || !timingSafeEqual(data, expected)) {
        throw new ConnectionProblem(
          problem('not-authentic', domain, `${mechanism}: the server did not prove that it knows the token`),
        );
      }
    },
  };
}
