/**
 * Chooses how to authenticate from what a server announces: a client certificate, then the strongest SCRAM, with
 * channel binding when both sides have one, and PLAIN only where no SCRAM ever was. It refuses rather than to fall
 * below that.
 */
import { ConnectionProblem, problem } from '../problem.ts';
import type { ClientCertificate } from '../wire.ts';
import type { ChannelBinding } from './binding.ts';
import { createExternal } from './external.ts';
import type { Mechanism } from './mechanism.ts';
import { createPlain } from './plain.ts';
import { createScram, scramHashes } from './scram.ts';
import type { BindingChoice, Credentials, ScramName } from './scram.ts';

export interface ChoiceOptions extends Credentials {
  readonly address: string;
  readonly certificate?: ClientCertificate;
  /** A server that once offered SCRAM gets no PLAIN (XEP-0474 0.5.0 #rules). */
  readonly scramSeen: boolean;
  /** The bindings of this connection, strongest first. */
  readonly bindings: readonly ChannelBinding[];
  /** The version of TLS as XEP-0515 writes it. */
  readonly tls: string | undefined;
  /**
   * The server is bound by XEP-0440, as whoever offers SASL2 is (XEP-0388 1.0.4 #feature). It stays so when it offers
   * SASL2 no more: otherwise hiding SASL2 would be the way around these rules.
   */
  readonly isStrict: boolean;
}

/** What one SASL profile of a server announces. */
export interface Announced {
  readonly mechanisms: readonly string[];
  /** The channel-binding types (XEP-0440), `undefined` when the feature was absent. */
  readonly bindings: readonly string[] | undefined;
}

const FAMILIES = Object.keys(scramHashes) as ScramName[];

/**
 * The mechanism to use.
 * @throws ConnectionProblem `weak-authentication` when there is none that we accept, `credentials` when the password
 *   would be needed and is not kept, `own-certificate` when only that could do and it may not
 */
export function chooseMechanism(
  { mechanisms, bindings: types }: Announced,
  options: ChoiceOptions,
): Mechanism {
  const { domain, bindings, certificate } = options;
  const weak = (detail: string): ConnectionProblem =>
    new ConnectionProblem(problem('weak-authentication', domain, detail));
  if (certificate !== undefined && mechanisms.includes('EXTERNAL')) {
    return createExternal(options.address, domain, certificate.certificate);
  }
  if (certificate !== undefined && options.password === undefined && options.keys === undefined) {
    // XEP-0178 1.2 #c2s, step 8: the server does not offer it to a certificate that it cannot verify.
    const detail = `the server offers ${mechanisms.join(', ')}`;
    throw new ConnectionProblem(problem('own-certificate', domain, detail));
  }
  const announcement = { mechanisms, bindings: types, tls: options.tls };
  const offersBinding = mechanisms.some((name) => /^SCRAM-.*-PLUS$/.test(name));
  // XEP-0440 1.0.0 #business-rules 4 and 5: half of an announcement means that somebody took the other half away.
  if (options.isStrict && offersBinding !== (types !== undefined)) {
    throw weak(offersBinding ? 'the types of channel binding are hidden' : 'channel binding is hidden');
  }
  if (offersBinding) {
    const binding = bindings.find(({ type }) =>
      types === undefined ? type === 'tls-unique' : types.includes(type),
    );
    const family = familyOf(mechanisms, '-PLUS', options);
    if (binding !== undefined && family !== undefined) {
      return createScram({ ...options, family, binding, announcement });
    }
    // XEP-0440 1.0.0 #business-rules 6: a server has to have `tls-server-end-point`.
    if (types !== undefined && family !== undefined && bindings.length > 0) {
      throw weak(`no common channel binding: ${types.join(', ')}`);
    }
  }
  const family = familyOf(mechanisms, '', options);
  if (family !== undefined) {
    const binding: BindingChoice = !offersBinding && bindings.length > 0 ? 'y' : 'n';
    return createScram({ ...options, family, binding, announcement });
  }
  const offersScram = mechanisms.some((name) => name.startsWith('SCRAM-'));
  if (mechanisms.includes('PLAIN') && !offersScram && !options.scramSeen) {
    if (options.password !== undefined) {
      return createPlain(options.username, options.password, domain);
    }
    throw new ConnectionProblem(problem('credentials', domain, 'the password is not kept, and needed'));
  }
  throw weak(`the server offers ${mechanisms.join(', ')}`);
}

/** The strongest family; without a password the one whose keys are kept, if that is offered. */
function familyOf(
  mechanisms: readonly string[],
  suffix: '' | '-PLUS',
  { password, keys }: Credentials,
): ScramName | undefined {
  const offered = FAMILIES.filter((name) => mechanisms.includes(`${name}${suffix}`));
  const known = password === undefined ? offered.find((name) => name === keys?.family) : undefined;
  return known ?? offered[0];
}
