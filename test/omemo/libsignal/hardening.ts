/**
 * What we change in libsignal-protocol-typescript 0.0.16 after loading it, so that nobody has to trust a fork of it:
 * native cryptography, bounds on what a session may hold, and refusals that it forgets. Every patch checks that it finds
 * what it replaces and throws when it does not. Imports nothing of the library: it is handed in by sessions.ts.
 */
import { timingSafeEqual } from 'node:crypto';
import { hasKeyForm } from '../../../electron/omemo/curve.ts';
import { SessionFault } from '../../../electron/omemo/fault.ts';
import {
  asBuffer,
  asBytes,
  base64,
  hmac,
  nativeCurve,
  nativeWebCrypto,
  secretKey,
  type Bytes,
} from './native-crypto.ts';

/** How many messages of a chain may be skipped at once, and how many unused keys a session may hold (XEP-0384 0.9.1 §4.3). */
const MAX_SKIPPED = 1_000;
/** The newest receiving chains are kept even when empty, so that a repeated message is recognised as one. */
const KEPT_CHAINS = 10;
/** Older ones are kept as long as they hold keys, up to this many. */
const MAX_CHAINS = 100;
/** Closed sessions kept for each device, for messages that are still under way. */
const KEPT_SESSIONS = 20;
/** From this counter on, a receiver has to answer, so that the ratchet turns (XEP-0384 0.9.1 §6). */
const HEARTBEAT_AT = 53;
/** Version 3 of at most 3, in the first byte of every message. */
const VERSION = 0x33;
const MAC_LENGTH = 8;
const BLOCK = 16;

interface Chain {
  chainKey: { key?: Bytes; counter: number };
  messageKeys: Record<number, Bytes>;
}

/** A session inside a record; only what the patches touch. */
export interface Session {
  indexInfo: { closed: number; remoteIdentityKey: Bytes };
  pendingPreKey?: unknown;
  oldRatchetList: { ephemeralKey: Bytes }[];
  chains: Record<string, Chain>;
}

interface PrekeyMessage {
  preKeyId: number;
  signedPreKeyId: number;
  identityKey?: Uint8Array;
  baseKey?: Uint8Array;
  message?: Uint8Array;
}

interface WhisperMessage {
  counter: number;
  ephemeralKey?: Uint8Array;
  ciphertext?: Uint8Array;
}

/** What the patched methods expect of the storage that they are given, beyond the library's interface. */
export interface GuardedStorage {
  /** Told that the sender's chain has grown so long that it wants an answer. */
  noteLongChain(): void;
  loadPreKey(id: number): Promise<unknown>;
  loadSignedPreKey(id: number): Promise<unknown>;
}

interface Cipher {
  storage: GuardedStorage;
  fillMessageKeys: (chain: Chain, counter: number) => Promise<void>;
  decryptWithSessionList(buffer: ArrayBuffer, list: Session[], errors: unknown[]): Promise<unknown>;
  doDecryptWhisperMessage(bytes: Bytes, session: Session): Promise<ArrayBuffer>;
}

interface Builder {
  storage: GuardedStorage;
  processV3(record: SignalRecord, message: PrekeyMessage): Promise<unknown>;
}

interface SignalRecord {
  sessions: Record<string, Session>;
  getSessionByBaseKey(key: Bytes): Session | undefined;
  removeOldChains(session: Session): void;
  removeOldSessions(): void;
}

interface RecordClass {
  new (): SignalRecord;
  prototype: SignalRecord;
  deserialize(text: string): SignalRecord;
}

/** The modules of the library that are patched. */
export interface SignalModules {
  readonly main: {
    setCurve(curve: unknown): void;
    setWebCrypto(crypto: unknown): void;
    SessionCipher: { prototype: unknown };
    SessionBuilder: { prototype: unknown };
  };
  readonly internal: { readonly verifyMAC: unknown };
  readonly crypto: { verifyMAC: unknown };
  readonly record: { SessionRecord: { prototype: unknown; deserialize(text: string): unknown } };
  readonly lock: { SessionLock: { errors: unknown; _promises: unknown } };
  readonly protobuf: { WhisperMessage: { decode(bytes: Uint8Array): unknown } };
}

/** Applies all patches. @throws when the library is not the one that they were written for */
export function harden(modules: SignalModules): void {
  const { main, internal, crypto, record, lock, protobuf } = modules;
  main.setCurve(nativeCurve);
  main.setWebCrypto(nativeWebCrypto);

  insist(typeof crypto.verifyMAC === 'function', 'verifyMAC');
  crypto.verifyMAC = verifyMac;
  insist(internal.verifyMAC === verifyMac, 'the way from the cipher to verifyMAC');

  const { SessionRecord } = record as { SessionRecord: RecordClass };
  replace(SessionRecord, 'deserialize', (original) => deserializeGuarded(original, SessionRecord));
  const records = SessionRecord.prototype;
  replace(records, 'removeOldChains', () => removeOldChains);
  replace(records, 'removeOldSessions', () => removeOldSessions);

  // Both lists keep every promise and error for ever; nobody reads them, because all our work is in one chain.
  insist(Array.isArray(lock.SessionLock.errors) && Array.isArray(lock.SessionLock._promises), 'SessionLock');
  lock.SessionLock.errors = new Sink();
  lock.SessionLock._promises = new Sink();

  const ciphers = main.SessionCipher.prototype as Cipher;
  replace(ciphers, 'decryptWithSessionList', () => decryptWithSessionList);
  replace(ciphers, 'doDecryptWhisperMessage', (original) =>
    decryptGuarded(original, protobuf.WhisperMessage),
  );
  replace(main.SessionBuilder.prototype as Builder, 'processV3', processGuarded);
}

/** Bounds the skipping of a cipher. The method is a field that its constructor sets, so each cipher needs it. */
export function boundSkipping<T extends object>(cipher: T): T {
  insist(Object.hasOwn(cipher, 'fillMessageKeys'), 'fillMessageKeys');
  return Object.assign(cipher, { fillMessageKeys });
}

function replace<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  make: (original: T[K]) => T[K],
): void {
  insist(Object.hasOwn(owner, name) && typeof owner[name] === 'function', String(name));
  owner[name] = make(owner[name]);
}

function insist(condition: boolean, what: string): void {
  if (!condition) throw new Error(`libsignal-protocol-typescript is not the expected one: ${what}`);
}

class Sink<T> extends Array<T> {
  override push(): number {
    return 0;
  }
}

// ————— Bounds ————————————————————————————————————————————————————————————————————————————————————————————

/** Derives the message keys of a chain up to `counter`. The original goes 2,000 deep, by recursion. */
// eslint-disable-next-line @typescript-eslint/require-await -- the library awaits it, and has to get a rejection
async function fillMessageKeys({ chainKey, messageKeys }: Chain, counter: number): Promise<void> {
  if (chainKey.counter >= counter) return;
  if (counter - chainKey.counter > MAX_SKIPPED + 1) {
    throw new SessionFault('no-session', 'too many messages of the chain are missing');
  }
  if (chainKey.key === undefined) throw new SessionFault('malformed', 'the chain was closed');
  while (chainKey.counter < counter) {
    const key = secretKey(chainKey.key);
    chainKey.counter += 1;
    messageKeys[chainKey.counter] = asBuffer(hmac(key, Uint8Array.of(1)));
    chainKey.key = asBuffer(hmac(key, Uint8Array.of(2)));
  }
}

/** What is no record of this library counts as an empty one, so that a new session replaces it. */
function deserializeGuarded(
  original: RecordClass['deserialize'],
  Empty: RecordClass,
): RecordClass['deserialize'] {
  return function (text) {
    try {
      const record = original.call(Empty, text);
      const sessions = Object.values(record.sessions).map(({ indexInfo }) => indexInfo);
      const isSound =
        sessions.every(({ remoteIdentityKey }) => hasKeyForm(asBytes(remoteIdentityKey))) &&
        sessions.filter(({ closed }) => closed === -1).length <= 1;
      return isSound ? record : new Empty();
    } catch {
      return new Empty();
    }
  };
}

/**
 * Forgets what a session need not keep: the oldest unused keys beyond the limit, then old chains that hold none.
 * The original deletes from the wrong object, so that a record grows by a chain with every turn.
 */
function removeOldChains(session: Session): void {
  const { chains, oldRatchetList: old } = session;
  let excess = -MAX_SKIPPED;
  for (const chain of Object.values(chains)) excess += Object.keys(chain.messageKeys).length;
  const oldestFirst = old.map(({ ephemeralKey }) => chains[base64(ephemeralKey)]);
  for (const chain of [...oldestFirst, ...Object.values(chains)]) {
    if (excess <= 0) break;
    for (const counter of Object.keys(chain?.messageKeys ?? {}).slice(0, excess)) {
      delete chain?.messageKeys[Number(counter)];
      excess -= 1;
    }
  }
  session.oldRatchetList = old.filter(({ ephemeralKey }, index) => {
    const name = base64(ephemeralKey);
    const age = old.length - index;
    const isEmpty = Object.keys(chains[name]?.messageKeys ?? {}).length === 0;
    if (age <= KEPT_CHAINS || (age <= MAX_CHAINS && !isEmpty)) return true;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a record of the library, not ours to retype
    delete chains[name];
    return false;
  });
}

/** Keeps the open session and the ones closed last. The original loops for ever when two are too many at once. */
function removeOldSessions(this: SignalRecord): void {
  const closed = Object.entries(this.sessions)
    .filter(([, { indexInfo }]) => indexInfo.closed !== -1)
    .sort(([, a], [, b]) => b.indexInfo.closed - a.indexInfo.closed);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- as above
  for (const [name] of closed.slice(KEPT_SESSIONS)) delete this.sessions[name];
}

// ————— Refusals ——————————————————————————————————————————————————————————————————————————————————————————

/**
 * Tries the sessions, the open one first, each on a copy: an attempt steps the ratchet before it finds out that the
 * message is not for this session, and the original saves that damage when a later attempt succeeds. A session that is
 * alone needs no copy, because nothing is saved when it fails.
 */
async function decryptWithSessionList(
  this: Cipher,
  buffer: ArrayBuffer,
  list: Session[],
  errors: unknown[],
): Promise<{ plaintext: ArrayBuffer; session: Session }> {
  for (const session of list.toReversed()) {
    const copy = list.length > 1 ? structuredClone(session) : session;
    try {
      const plaintext = await this.doDecryptWhisperMessage(buffer, copy);
      // Written back, because the caller recognises the open session by identity. That a session is confirmed is
      // said by the absence of `pendingPreKey`, which copying alone would not carry over.
      if (copy !== session) Object.assign(session, { pendingPreKey: undefined }, copy);
      return { plaintext, session };
    } catch (error) {
      if (faultOf(error).reason === 'duplicate') throw error;
      errors.push(error);
    }
  }
  throw errors.length === 0 ? new SessionFault('no-session', 'there is no session') : faultOf(errors[0]);
}

/** Refuses what the original would only stumble over, sometimes after logging the session's keys. */
function decryptGuarded(
  original: Cipher['doDecryptWhisperMessage'],
  codec: { decode(bytes: Uint8Array): unknown },
): Cipher['doDecryptWhisperMessage'] {
  return async function (this: Cipher, bytes, session) {
    const view = asBytes(bytes);
    requireVersion(view);
    const { ephemeralKey, ciphertext, counter } = codec.decode(
      view.subarray(1, Math.max(1, view.length - MAC_LENGTH)),
    ) as WhisperMessage;
    if (!hasKeyForm(ephemeralKey) || ciphertext === undefined || ciphertext.length % BLOCK !== 0) {
      throw new SessionFault('malformed', 'the message has no key or no content');
    }
    const before = session.chains[base64(ephemeralKey)]?.chainKey.counter ?? -1;
    const plaintext = await original.call(this, asBuffer(view), session);
    if (before < HEARTBEAT_AT && counter >= HEARTBEAT_AT) this.storage.noteLongChain();
    return plaintext;
  };
}

/** The check that a repost of this library has commented out. In constant time. */
// eslint-disable-next-line @typescript-eslint/require-await -- the library awaits it, and has to get a rejection
async function verifyMac(data: Bytes, key: Bytes, mac: Bytes, length: number): Promise<void> {
  const expected = hmac(secretKey(key), asBytes(data)).subarray(0, length);
  const actual = asBytes(mac);
  if (length !== MAC_LENGTH || actual.length !== length || !timingSafeEqual(expected, actual)) {
    throw new SessionFault('forged', 'the message authentication code is wrong');
  }
}

/**
 * Refuses an initial message whose prekeys we do not have: the original goes on with three agreements instead of four,
 * which fails at best. A prekey works once, so a message that names none could be played again for ever; XEP-0384 0.9.1
 * §4.2 knows no such message.
 */
function processGuarded(original: Builder['processV3']): Builder['processV3'] {
  return async function (this: Builder, record, message) {
    const { identityKey, baseKey } = message;
    if (!hasKeyForm(identityKey) || !hasKeyForm(baseKey) || message.message === undefined) {
      throw new SessionFault('malformed', 'the initial message lacks a key');
    }
    const known = record.getSessionByBaseKey(baseKey);
    if (known === undefined) {
      const prekey = await this.storage.loadPreKey(message.preKeyId);
      const signedPrekey = await this.storage.loadSignedPreKey(message.signedPreKeyId);
      if (prekey === undefined || signedPrekey === undefined) {
        throw new SessionFault('no-session', 'the prekey is gone');
      }
    } else if (base64(known.indexInfo.remoteIdentityKey) !== base64(identityKey)) {
      throw new SessionFault('forged', 'the initial message belongs to somebody else');
    }
    return original.call(this, record, message);
  };
}

/** Nothing authenticates the byte outside, and there is one version only: another claim is a changed message. */
export function requireVersion(message: Uint8Array): void {
  if (message[0] !== VERSION) throw new SessionFault('malformed', 'the message has another version');
}

/** What an error from inside the library means. */
export function faultOf(error: unknown): SessionFault {
  if (error instanceof SessionFault) return error;
  if (error instanceof Error && error.name === 'MessageCounterError') {
    return new SessionFault('duplicate', 'the key of this message was used already', error);
  }
  return new SessionFault('malformed', 'the library could not make sense of it', error);
}
