/**
 * The key agreement X3DH (https://signal.org/docs/specifications/x3dh/), always with a one-time prekey: makes sessions
 * with people who are away, and from what they left for us.
 */
import type { Bundle, PreKey } from '../../xmpp/xep/xep0384.ts';
import { generateKeyPair, isSignedBy, isSignedPlainlyBy, type SigningPair } from '../curve.ts';
import { SessionFault } from '../fault.ts';
import type { PrekeySource } from './ends.ts';
import { firstRootKey, turnRoot } from './derivation.ts';
import { readIdentity, readKey, type Exchange } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { agreements, turn, type Session } from './session.ts';

/** Our identity key as the protocol sends it. */
export function ownIdentityKey({ keyForm }: Parameters, identity: SigningPair): Uint8Array {
  return keyForm === 'typed' ? identity.publicKey : identity.edwardsKey;
}

/**
 * A session with a device, from its bundle and one of the prekeys in it, all as the protocol sends them (§3.3).
 * @throws SessionFault `malformed` for keys that are none, `forged` when the signed prekey is not the device's
 */
export function begin(
  parameters: Parameters,
  identity: SigningPair,
  bundle: Bundle,
  preKey: PreKey,
): Session {
  const { signedPreKey } = bundle;
  const theirs = readIdentity(parameters, bundle.identityKey);
  const signedKey = readKey(parameters, signedPreKey.publicKey);
  const oneTimeKey = readKey(parameters, preKey.publicKey);
  if (theirs === undefined || signedKey === undefined || oneTimeKey === undefined) {
    throw new SessionFault('malformed', 'the bundle has a key that is none');
  }
  const isSigned = parameters.keyForm === 'typed' ? isSignedBy : isSignedPlainlyBy;
  if (!isSigned(theirs.sent, signedPreKey.publicKey, signedPreKey.signature)) {
    throw new SessionFault('forged', 'the signed prekey is not signed by the identity key');
  }
  const base = generateKeyPair();
  const firstRoot = firstRootKey(parameters, [
    ...agreements(identity, [signedKey]),
    ...agreements(base, [theirs.key, signedKey, oneTimeKey]),
  ]);
  // Double Ratchet §3.3: their signed prekey serves as their first ratchet key.
  const ratchet = generateKeyPair();
  const { rootKey, chainKey } = turnRoot(parameters, firstRoot, agreements(ratchet, [signedKey]));
  return {
    hasBegun: true,
    identity: theirs,
    baseKey: base.publicKey,
    pending: { prekey: preKey.id, signedPrekey: signedPreKey.id },
    rootKey,
    ratchet,
    sending: { key: chainKey, next: 0 },
    previous: 0,
    past: [],
  };
}

/**
 * The session that a key exchange asks for (§3.4). Whether the sender could make it is shown by the message within.
 * @param ratchetKey the sender's, from that message
 * @throws SessionFault `no-session` when a prekey is gone, `malformed` for a key that yields nothing; errors of `prekeys`
 */
export function answer(
  parameters: Parameters,
  identity: SigningPair,
  { identity: theirs, baseKey, prekey, signedPrekey }: Exchange,
  prekeys: PrekeySource,
  ratchetKey: Uint8Array,
): Session {
  const oneTimePair = prekeys.prekey(prekey, baseKey);
  const signedPair = prekeys.signedPrekey(signedPrekey);
  if (oneTimePair === undefined || signedPair === undefined) {
    throw new SessionFault('no-session', 'the prekey is gone');
  }
  const rootKey = firstRootKey(parameters, [
    ...agreements(signedPair, [theirs.key]),
    ...agreements(identity, [baseKey]),
    ...agreements(signedPair, [baseKey]),
    ...agreements(oneTimePair, [baseKey]),
  ]);
  const start = {
    hasBegun: false,
    identity: theirs,
    baseKey,
    rootKey,
    ratchet: signedPair,
    previous: 0,
    past: [],
  };
  return turn(parameters, start, ratchetKey);
}
