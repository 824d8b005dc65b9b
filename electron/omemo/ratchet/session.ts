/**
 * The Double Ratchet (https://signal.org/docs/specifications/doubleratchet/) of one session. Sessions are values: every
 * function hands back a new one and leaves the old one as it was, so that what fails has changed nothing.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { agreeWithEach, generateKeyPair, type KeyPair } from '../curve.ts';
import { SessionFault } from '../fault.ts';
import { expandMessageKey, hmac, messageKeyOf, nextChainKey, turnRoot } from './derivation.ts';
import {
  encodeMessage,
  frameMessage,
  type IdentityKey,
  type RatchetMessage,
  type SignedMessage,
} from './messages.ts';
import type { Parameters } from './parameters.ts';
import { append, countOf, drop, find, NONE, without, type SkippedKeys } from './skipped-keys.ts';

/** How many keys one message may make us skip, and how many a session may hold (XEP-0384 0.9.1 §4.3, MAX_SKIP). */
export const MOST_SKIPPED = 1_000;
/** The newest chains of the other side are kept even when empty, so that a repeated message is recognised as one. */
const KEPT_CHAINS = 10;
/** Older ones are kept as long as they hold keys, up to this many. */
export const MOST_CHAINS = 100;
/** From this counter on, a receiver has to answer, so that the ratchet turns (XEP-0384 0.9.1 §6). */
const HEARTBEAT_AT = 53;

export interface Chain {
  /** The chain key, 32 bytes. */
  readonly key: Uint8Array;
  /** The counter of the next message. */
  readonly next: number;
}

/** A chain of the other side; public keys have 33 bytes. */
export interface PastChain {
  readonly ratchetKey: Uint8Array;
  /** Its messages from this counter on were given up; those before have come, or their keys are in `skipped`. */
  readonly next: number;
  /** Keys of its messages that have not come yet. */
  readonly skipped: SkippedKeys;
}

export interface Session {
  /** True when the key exchange was ours. */
  readonly hasBegun: boolean;
  /** The other side's identity key. */
  readonly identity: IdentityKey;
  /** The ephemeral public key of the key exchange, which says which session it made. */
  readonly baseKey: Uint8Array;
  /** The prekeys that were used, as long as we do not know that the other side has the session. */
  readonly pending?: { readonly prekey: number; readonly signedPrekey: number };
  readonly rootKey: Uint8Array;
  /** Our present ratchet key. */
  readonly ratchet: KeyPair;
  readonly sending: Chain;
  /** How many messages our chain before this one had. */
  readonly previous: number;
  /** Absent until the other side's first message. */
  readonly receiving?: Chain & PastChain;
  /** Oldest first. */
  readonly past: readonly PastChain[];
}

/** Encrypts a message. @param own our identity key as the protocol sends it */
export function seal(
  parameters: Parameters,
  own: Uint8Array,
  session: Session,
  plaintext: Uint8Array,
): { readonly session: Session; readonly message: Uint8Array } {
  const { sending, ratchet, previous } = session;
  const { cipherKey, macKey, iv } = expandMessageKey(parameters, messageKeyOf(sending.key));
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const step: RatchetMessage = {
    ratchetKey: ratchet.publicKey,
    counter: sending.next,
    previous,
    ciphertext,
  };
  const signed = encodeMessage(parameters, step);
  const mac = codeOf(parameters, macKey, identities(parameters, session, own, true), signed);
  return {
    session: { ...session, sending: { key: nextChainKey(sending.key), next: sending.next + 1 } },
    message: frameMessage(parameters, signed, mac),
  };
}

/**
 * Decrypts a message.
 * @returns isLong: it is the first of its chain beyond the place where the other side wants an answer
 * @throws SessionFault
 */
export function open(
  parameters: Parameters,
  own: Uint8Array,
  session: Session,
  message: SignedMessage,
): { readonly session: Session; readonly plaintext: Uint8Array; readonly isLong: boolean } {
  const { ratchetKey, counter } = message;
  const known = findChain(session, ratchetKey);
  if (known !== undefined && (known !== session.receiving || counter < session.receiving.next)) {
    const key = find(known.skipped, counter);
    if (key === undefined && counter >= known.next)
      throw new SessionFault('no-session', 'the key was given up');
    if (key === undefined) throw new SessionFault('duplicate', 'the key of this message was used already');
    const plaintext = unseal(parameters, own, session, key, message);
    return { session: confirmed(withoutKey(session, known, counter)), plaintext, isLong: false };
  }
  const atChain = known === undefined ? turnTo(parameters, session, message) : session;
  const { receiving } = atChain;
  if (receiving === undefined) throw new Error('a turned session receives');
  const reached = skipTo(receiving, counter);
  const after = { ...atChain, receiving: { ...reached, key: nextChainKey(reached.key), next: counter + 1 } };
  const plaintext = unseal(parameters, own, session, messageKeyOf(reached.key), message);
  const isLong = receiving.next <= HEARTBEAT_AT && counter >= HEARTBEAT_AT;
  return { session: confirmed(withinBounds(after)), plaintext, isLong };
}

/** True when a message with this key can belong to no other session. */
export function knowsRatchetKey(session: Session, ratchetKey: Uint8Array): boolean {
  return findChain(session, ratchetKey) !== undefined;
}

/**
 * Answers a new ratchet key of the other side with one of ours (§3.3): a chain in each direction.
 * @throws SessionFault `malformed` when the key yields nothing
 */
export function turn(
  parameters: Parameters,
  session: Omit<Session, 'sending'> & { readonly sending?: Chain },
  ratchetKey: Uint8Array,
): Session {
  const { ratchet: before, receiving, past } = session;
  const down = turnRoot(parameters, session.rootKey, agreements(before, [ratchetKey]));
  const ratchet = generateKeyPair();
  const up = turnRoot(parameters, down.rootKey, agreements(ratchet, [ratchetKey]));
  return {
    ...session,
    rootKey: up.rootKey,
    ratchet,
    sending: { key: up.chainKey, next: 0 },
    previous: session.sending?.next ?? 0,
    receiving: { ratchetKey, key: down.chainKey, next: 0, skipped: NONE },
    past: receiving ? [...past, pastOf(receiving)] : past,
  };
}

/** The shared secrets. @throws SessionFault `malformed` for a public key of low order (RFC 7748 §6.1) */
export function agreements(pair: KeyPair, publicKeys: readonly Uint8Array[]): Uint8Array[] {
  try {
    return agreeWithEach(pair, publicKeys);
  } catch (error) {
    throw new SessionFault('malformed', 'a public key yields nothing', error);
  }
}

// ————— Chains ————————————————————————————————————————————————————————————————————————————————————————————

/**
 * Finishes the present chain of the other side and begins the one that the message is of. Where that would be more work
 * than one message may make, the rest of the chain is given up: the ratchet has to go on.
 */
function turnTo(parameters: Parameters, session: Session, message: SignedMessage): Session {
  const { receiving } = session;
  if (receiving === undefined) return turn(parameters, session, message.ratchetKey);
  const isTooMuch = message.previous - receiving.next + message.counter > MOST_SKIPPED;
  const finished = isTooMuch ? receiving : skipTo(receiving, message.previous);
  return turn(parameters, { ...session, receiving: finished }, message.ratchetKey);
}

/** Puts the keys of the messages before `counter` aside. */
function skipTo(chain: Chain & PastChain, counter: number): Chain & PastChain {
  if (counter <= chain.next) return chain;
  // Asked before the work, which would be the attack.
  if (counter - chain.next > MOST_SKIPPED) {
    throw new SessionFault('no-session', 'too many messages of the chain are missing');
  }
  const keys: Uint8Array[] = [];
  let key = chain.key;
  for (let next = chain.next; next < counter; next += 1) {
    keys.push(messageKeyOf(key));
    key = nextChainKey(key);
  }
  return { ...chain, key, next: counter, skipped: append(chain.skipped, chain.next, keys) };
}

function pastOf({ ratchetKey, next, skipped }: PastChain): PastChain {
  return { ratchetKey, next, skipped };
}

function findChain({ receiving, past }: Session, ratchetKey: Uint8Array): PastChain | undefined {
  const wanted = Buffer.from(ratchetKey.buffer, ratchetKey.byteOffset, ratchetKey.length);
  if (receiving && wanted.equals(receiving.ratchetKey)) return receiving;
  return past.findLast((chain) => wanted.equals(chain.ratchetKey));
}

function withoutKey(session: Session, chain: PastChain, counter: number): Session {
  const skipped = without(chain.skipped, counter);
  const { receiving, past } = session;
  return chain === receiving
    ? { ...session, receiving: { ...receiving, skipped } }
    : { ...session, past: past.map((each) => (each === chain ? { ...each, skipped } : each)) };
}

function countSkipped({ receiving, past }: Session): number {
  return past.reduce(
    (sum, { skipped }) => sum + countOf(skipped),
    receiving ? countOf(receiving.skipped) : 0,
  );
}

/** Drops what a session need not keep: the oldest keys beyond the limit, then chains that are empty or too many. */
export function withinBounds(session: Session): Session {
  let excess = Math.max(0, countSkipped(session) - MOST_SKIPPED);
  // Chains come one after the other, so the order of chains and counters is the order of skipping: first in, first out.
  const dropOldest = <T extends PastChain>(chain: T): T => {
    const dropped = Math.min(excess, countOf(chain.skipped));
    excess -= dropped;
    return dropped === 0 ? chain : { ...chain, skipped: drop(chain.skipped, dropped) };
  };
  const past = session.past.map(dropOldest).filter(({ skipped }, index, all) => {
    const age = all.length - index;
    return age <= KEPT_CHAINS || (age <= MOST_CHAINS && skipped.length > 0);
  });
  return { ...session, past, ...(session.receiving && { receiving: dropOldest(session.receiving) }) };
}

/** The other side has the session: whatever it sent could not be sealed without. */
function confirmed(session: Session): Session {
  if (session.pending === undefined) return session;
  const { pending: _, ...rest } = session;
  return rest;
}

// ————— Sealing ———————————————————————————————————————————————————————————————————————————————————————————

function unseal(
  parameters: Parameters,
  own: Uint8Array,
  session: Session,
  messageKey: Uint8Array,
  { ciphertext, mac, signed }: SignedMessage,
): Uint8Array {
  const { cipherKey, macKey, iv } = expandMessageKey(parameters, messageKey);
  const expected = codeOf(parameters, macKey, identities(parameters, session, own, false), signed);
  if (!timingSafeEqual(expected, mac)) {
    throw new SessionFault('forged', 'the message authentication code is wrong');
  }
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  } catch (error) {
    throw new SessionFault('malformed', 'the padding is wrong', error);
  }
}

/** The identity keys in the order in which they are authenticated. */
function identities(
  { first }: Parameters,
  { identity, hasBegun }: Session,
  own: Uint8Array,
  isSending: boolean,
): readonly Uint8Array[] {
  const isOursFirst = first === 'sender' ? isSending : hasBegun;
  return isOursFirst ? [own, identity.sent] : [identity.sent, own];
}

function codeOf(
  { macLength }: Parameters,
  macKey: Uint8Array,
  associated: readonly Uint8Array[],
  signed: Uint8Array,
): Uint8Array {
  return hmac(macKey, Buffer.concat([...associated, signed])).subarray(0, macLength);
}
