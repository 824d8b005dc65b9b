/**
 * This device's own keys: made once, refilled as they are used, and rotated. Writes the database, speaks to nobody.
 */
import { createHash, randomInt } from 'node:crypto';
import type { Bundle, PreKey } from '../xmpp/xep/xep0384.ts';
import { transaction, type Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import * as prekeys from '../store/prekeys.ts';
import { generateKeyPair, generateSigningPair, signingPairOf, signPlainly, signWithSeed } from './curve.ts';
import { PARAMETERS, PROTOCOLS, type Protocol } from './protocols.ts';
import { ownIdentityKey } from './ratchet/agreement.ts';
import type { Identity } from './ratchet/ends.ts';
import { writeKey } from './ratchet/messages.ts';

/** XEP-0384 0.9.1 §4.2: around 100, never below 25. */
export const PREKEYS = 100;
const DAY = 24 * 3_600_000;
/** §4.2: between once a week and once a month. */
const ROTATE_AFTER = 7 * DAY;
/** How long a signed prekey still opens messages after it was replaced. §4.2 asks for one more period. */
const KEEP_FOR = 30 * DAY;
/**
 * How long a one-time prekey still opens messages after somebody used it. Whoever fetched our bundle before it was
 * replaced may have picked the same one, and of two who did the second would never be understood: the more people write
 * first while this device is off, the likelier. §6 asks to keep them until the archive was caught up with; those who are
 * slow to send need longer. A key exchange that is played again is recognised by its session, not by its prekey.
 */
const KEEP_USED_FOR = DAY;
/** XEP-0384 0.3.0 §4.2: device ids are between 1 and 2³¹ − 1. */
const LARGEST_DEVICE = 2 ** 31 - 1;

/** Our identity, which is made with all prekeys if there is none. `now` in milliseconds. */
export function ensureIdentity(database: Database, account: number, now: number): Identity {
  return transaction(database, () => {
    const record = keys.getIdentity(database, account);
    if (record !== undefined) return { device: record.device, ...signingPairOf(record.seed) };
    const identity = { device: newDeviceId(), ...generateSigningPair() };
    keys.insertIdentity(database, account, identity);
    maintain(database, account, identity, now);
    return identity;
  });
}

export function newDeviceId(): number {
  return randomInt(1, LARGEST_DEVICE + 1);
}

/**
 * Refills the one-time prekeys of both protocols, and rotates their signed ones when it is time. Does nothing when nothing
 * is due. No key serves two protocols.
 */
export function maintain(database: Database, account: number, identity: Identity, now: number): void {
  transaction(database, () => {
    for (const protocol of PROTOCOLS.toReversed()) {
      const missing = PREKEYS - prekeys.countPrekeys(database, account, protocol);
      if (missing > 0) {
        prekeys.addPrekeys(database, account, protocol, Array.from({ length: missing }, generateKeyPair));
      }
      const newest = prekeys.newestSignedPrekey(database, account, protocol);
      if (newest === undefined || now - newest.at >= ROTATE_AFTER) {
        const pair = generateKeyPair();
        const signature = signKey(protocol, identity, pair.publicKey);
        prekeys.addSignedPrekey(database, account, protocol, { ...pair, signature, at: now });
      }
    }
    prekeys.removeReplacedSignedPrekeys(database, account, now - KEEP_FOR);
  });
}

/** Signs a public key as the protocol sends it. */
function signKey(protocol: Protocol, { seed }: Identity, publicKey: Uint8Array): Uint8Array {
  const parameters = PARAMETERS[protocol];
  const sign = parameters.keyForm === 'typed' ? signWithSeed : signPlainly;
  return sign(seed, writeKey(parameters, publicKey));
}

/** Forgets the prekeys that were used so long ago that nobody can still be using them. To be called when all that waited is read. */
export function forgetUsed(database: Database, account: number, now: number): void {
  prekeys.removeUsedPrekeys(database, account, now - KEEP_USED_FOR);
}

/** What others need to begin a session with us, as the protocol sends it. */
export function ownBundle(
  database: Database,
  account: number,
  protocol: Protocol,
  identity: Identity,
): Bundle {
  const signed = prekeys.newestSignedPrekey(database, account, protocol);
  if (signed === undefined) throw new Error('there is no signed prekey');
  const parameters = PARAMETERS[protocol];
  const written = ({ id, publicKey }: prekeys.PrekeyRecord): PreKey => ({
    id,
    publicKey: writeKey(parameters, publicKey),
  });
  return {
    identityKey: ownIdentityKey(parameters, identity),
    signedPreKey: { ...written(signed), signature: signed.signature },
    preKeys: prekeys.listPrekeys(database, account, protocol).map(written),
  };
}

/** The same for two bundles that are the same, whatever the order of their prekeys. */
export function digestOf({ identityKey, signedPreKey, preKeys }: Bundle): string {
  const hash = createHash('sha256');
  const add = (id: number, ...parts: Uint8Array[]): void => {
    hash.update(String(id));
    for (const part of parts) hash.update(part); // all of fixed size
  };
  add(signedPreKey.id, identityKey, signedPreKey.publicKey, signedPreKey.signature);
  for (const { id, publicKey } of preKeys.toSorted((a, b) => a.id - b.id)) add(id, publicKey);
  return hash.digest('base64');
}
