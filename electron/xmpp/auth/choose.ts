/**
 * Chooses how to authenticate from what a server announces: the strongest SCRAM, with channel binding when both sides
 * have one, and PLAIN only where no SCRAM ever was. It refuses rather than to fall below that.
 */
import { ConnectionProblem, problem } from '../problem.ts';
import { childElements, textOf } from '../xml.ts';
import type { Element } from '../xml.ts';
import type { ChannelBinding } from './binding.ts';
import type { Mechanism } from './mechanism.ts';
import { createPlain } from './plain.ts';
import { createScram, scramHashes } from './scram.ts';
import type { BindingChoice, Credentials, ScramName } from './scram.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** XEP-0440 1.0.0. */
const NS_BINDINGS = 'urn:xmpp:sasl-cb:0';

export interface ChoiceOptions extends Credentials {
  /** A server that once offered SCRAM gets no PLAIN (XEP-0474 §7). */
  readonly scramSeen: boolean;
  /** The bindings of this connection, strongest first. */
  readonly bindings: readonly ChannelBinding[];
  /** The version of TLS as XEP-0515 writes it. */
  readonly tls: string | undefined;
}

const FAMILIES = Object.keys(scramHashes) as ScramName[];

/**
 * The mechanism to use on a stream with these features.
 * @throws ConnectionProblem `weak-authentication` when there is none that we accept
 */
export function chooseMechanism(features: Element, options: ChoiceOptions): Mechanism {
  const { domain, bindings } = options;
  const mechanisms = childElements(features, 'mechanisms', NS_SASL).flatMap((list) =>
    childElements(list, 'mechanism', NS_SASL).map(textOf),
  );
  const announced = childElements(features, 'sasl-channel-binding', NS_BINDINGS)[0];
  const types =
    announced === undefined
      ? undefined
      : childElements(announced, 'channel-binding', NS_BINDINGS).map(({ attrs }) => attrs['type'] ?? '');
  const announcement = { mechanisms, bindings: types, tls: options.tls };
  const offersBinding = mechanisms.some((name) => /^SCRAM-.*-PLUS$/.test(name));

  if (offersBinding) {
    const binding = bindings.find(({ type }) =>
      types === undefined ? type === 'tls-unique' : types.includes(type),
    );
    const family = FAMILIES.find((name) => mechanisms.includes(`${name}-PLUS`));
    if (binding !== undefined && family !== undefined) {
      return createScram({ ...options, family, binding, announcement });
    }
    // XEP-0440 §3 rule 6: a server has to have `tls-server-end-point`, so that its absence is an attack or a fault.
    if (types !== undefined && family !== undefined && bindings.length > 0) {
      throw new ConnectionProblem(
        problem('weak-authentication', domain, `no common channel binding: ${types.join(', ')}`),
      );
    }
  }
  const family = FAMILIES.find((name) => mechanisms.includes(name));
  if (family !== undefined) {
    const binding: BindingChoice = !offersBinding && bindings.length > 0 ? 'y' : 'n';
    return createScram({ ...options, family, binding, announcement });
  }
  const offersScram = mechanisms.some((name) => name.startsWith('SCRAM-'));
  if (mechanisms.includes('PLAIN') && !offersScram && !options.scramSeen) return createPlain(options);
  throw new ConnectionProblem(
    problem('weak-authentication', domain, `the server offers ${mechanisms.join(', ')}`),
  );
}
