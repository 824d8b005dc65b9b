/**
 * The double ratchet as libsignal does it, which the ratchet of our own is held against: makes sessions with devices and
 * opens and seals keys with them. The only file that imports libsignal; nothing of it is in the product. Works on records handed in and hands back new ones: it stores nothing, and knows no XML.
 */
import { createRequire } from 'node:module';
import type * as Signal from 'libsignal-protocol-typescript';
import type { SessionRecord as SignalRecord } from 'libsignal-protocol-typescript/lib/session-record';
import type { Bundle, PreKey } from '../../../electron/xmpp/xep/xep0384.ts';
import type { KeyPair } from '../../../electron/omemo/curve.ts';
import { SessionFault } from '../../../electron/omemo/fault.ts';
import { boundSkipping, faultOf, harden, requireVersion, type SignalModules } from './hardening.ts';
import { asBuffer } from './native-crypto.ts';
import type {
  Identity,
  OpenedKey,
  Peer,
  PrekeySource,
  SealedKey,
} from '../../../electron/omemo/ratchet/ends.ts';

export { SessionFault } from '../../../electron/omemo/fault.ts';

export type {
  Identity,
  OpenedKey,
  Peer,
  PrekeySource,
  SealedKey,
} from '../../../electron/omemo/ratchet/ends.ts';

const { main, SessionRecord } = load();

/**
 * Begins a session from a bundle and one of its prekeys, and makes it the open one of the record.
 * @throws SessionFault when the keys yield nothing or the signature is wrong
 */
export async function beginSession(
  identity: Identity,
  peer: Peer,
  record: string | undefined,
  { identityKey, signedPreKey }: Bundle,
  preKey: PreKey,
): Promise<string> {
  const storage = new Operation(identity, record);
  const builder = new main.SessionBuilder(storage, signalAddress(peer));
  try {
    await builder.processPreKey({
      // The library takes a session without a registration id for closed; OMEMO has no such id (XEP-0384 0.3.0 §4.3).
      registrationId: peer.device,
      identityKey: asBuffer(identityKey),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: asBuffer(signedPreKey.publicKey),
        signature: asBuffer(signedPreKey.signature),
      },
      preKey: { keyId: preKey.id, publicKey: asBuffer(preKey.publicKey) },
    });
  } catch (error) {
    throw faultOf(error);
  }
  return storage.takeRecord();
}

/** Encrypts with the open session of a record. @throws SessionFault when there is none */
export async function sealKey(
  identity: Identity,
  peer: Peer,
  record: string,
  plaintext: Uint8Array,
): Promise<SealedKey> {
  const storage = new Operation(identity, record);
  try {
    const sealed = await cipherFor(storage, peer).encrypt(asBuffer(plaintext));
    return {
      record: storage.takeRecord(),
      body: Uint8Array.from(Buffer.from(sealed.body ?? '', 'latin1')),
      isPrekey: sealed.type === PREKEY_MESSAGE,
    };
  } catch (error) {
    throw faultOf(error);
  }
}

/**
 * Decrypts a key that a device sealed for us.
 * @throws SessionFault when that fails; any other error comes from `prekeys` and says nothing about the message
 */
export async function openKey(
  identity: Identity,
  peer: Peer,
  record: string | undefined,
  sealed: { readonly body: Uint8Array; readonly isPrekey: boolean },
  prekeys: PrekeySource,
): Promise<OpenedKey> {
  requireVersion(sealed.body);
  if (record === undefined && !sealed.isPrekey) throw new SessionFault('no-session', 'there is no session');
  const storage = new Operation(identity, record, prekeys);
  const cipher = cipherFor(storage, peer);
  let plaintext: ArrayBuffer;
  try {
    const body = asBuffer(sealed.body);
    plaintext = sealed.isPrekey
      ? await cipher.decryptPreKeyWhisperMessage(body)
      : await cipher.decryptWhisperMessage(body);
  } catch (error) {
    throw storage.failure ?? faultOf(error);
  }
  const after = storage.takeRecord();
  const open = sealed.isPrekey ? openSessionOf(after) : undefined;
  return {
    record: after,
    plaintext: new Uint8Array(plaintext),
    identityKey: storage.senderKey(),
    ...(storage.usedPrekey !== undefined && { usedPrekey: storage.usedPrekey }),
    needsAnswer: storage.isChainLong || (open !== undefined && !hasSent(open)),
  };
}

/** The identity key of the device that the open session of a record is with; `undefined` without an open session. */
export function sessionKey(record: string | undefined): Uint8Array | undefined {
  const open = openSessionOf(record);
  return open && new Uint8Array(open.indexInfo.remoteIdentityKey);
}

/** The record with its open session closed: the next message will need a new one. */
export function closeSession(record: string): string {
  const read = SessionRecord.deserialize(record);
  read.archiveCurrentState();
  return read.serialize();
}

// ————— The library's side ————————————————————————————————————————————————————————————————————————————————

const PREKEY_MESSAGE = 3;

function signalAddress({ address, device }: Peer): Signal.SignalProtocolAddress {
  // Always an object: the library would split a text at the first dots of the domain.
  return new main.SignalProtocolAddress(address, device);
}

function cipherFor(storage: Operation, peer: Peer): Signal.SessionCipher {
  return boundSkipping(new main.SessionCipher(storage, signalAddress(peer)));
}

function openSessionOf(record: string | undefined): Signal.SessionType | undefined {
  return record === undefined ? undefined : SessionRecord.deserialize(record).getOpenSession();
}

/** Whether anything was sealed with our present chain: if so, the other side knows that we have the session. */
function hasSent({ currentRatchet, chains }: Signal.SessionType): boolean {
  const own = currentRatchet.ephemeralKeyPair?.pubKey;
  const chain = own && chains[Buffer.from(own).toString('base64')];
  return chain !== undefined && chain.chainKey.counter >= 0;
}

/** The library's storage for one operation with one device: it sees one record, and what it stores stays here. */
class Operation implements Signal.StorageType {
  /** An error of the database, which must not pass for a bad message. */
  failure: Error | undefined;
  usedPrekey: number | undefined;
  isChainLong = false;
  readonly #identity: Identity;
  readonly #prekeys: PrekeySource | undefined;
  #record: string | undefined;
  #hasChanged = false;
  #senderKey: Uint8Array | undefined;

  constructor(identity: Identity, record: string | undefined, prekeys?: PrekeySource) {
    this.#identity = identity;
    this.#record = record;
    this.#prekeys = prekeys;
  }

  takeRecord(): string {
    if (!this.#hasChanged || this.#record === undefined) throw new Error('libsignal stored no session');
    return this.#record;
  }

  senderKey(): Uint8Array {
    if (this.#senderKey === undefined) throw new Error('libsignal named no sender');
    return this.#senderKey;
  }

  noteLongChain(): void {
    this.isChainLong = true;
  }

  getIdentityKeyPair(): Promise<Signal.KeyPairType> {
    return Promise.resolve(pairOf(this.#identity));
  }

  getLocalRegistrationId(): Promise<number> {
    return Promise.resolve(this.#identity.device);
  }

  /** Asked with a key that authenticated, or is about to. Whether it is trusted is decided by us, afterwards. */
  isTrustedIdentity(_name: string, identityKey: ArrayBuffer): Promise<boolean> {
    this.#senderKey = new Uint8Array(identityKey);
    return Promise.resolve(true);
  }

  saveIdentity(): Promise<boolean> {
    return Promise.resolve(false);
  }

  loadPreKey(id: string | number): Promise<Signal.KeyPairType | undefined> {
    return this.#find((prekeys) => prekeys.prekey(Number(id)));
  }

  loadSignedPreKey(id: string | number): Promise<Signal.KeyPairType | undefined> {
    return this.#find((prekeys) => prekeys.signedPrekey(Number(id)));
  }

  removePreKey(id: string | number): Promise<void> {
    this.usedPrekey = Number(id);
    return Promise.resolve();
  }

  loadSession(): Promise<string | undefined> {
    return Promise.resolve(this.#record);
  }

  storeSession(_address: string, record: string): Promise<void> {
    this.#record = record;
    this.#hasChanged = true;
    return Promise.resolve();
  }

  storePreKey(): Promise<void> {
    return Promise.reject(new Error('prekeys are made elsewhere'));
  }

  storeSignedPreKey(): Promise<void> {
    return Promise.reject(new Error('prekeys are made elsewhere'));
  }

  removeSignedPreKey(): Promise<void> {
    return Promise.reject(new Error('prekeys are removed elsewhere'));
  }

  #find(look: (prekeys: PrekeySource) => KeyPair | undefined): Promise<Signal.KeyPairType | undefined> {
    try {
      const pair = this.#prekeys && look(this.#prekeys);
      return Promise.resolve(pair && pairOf(pair));
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      return Promise.reject(this.failure);
    }
  }
}

function pairOf({ publicKey, privateKey }: KeyPair): Signal.KeyPairType {
  return { pubKey: asBuffer(publicKey), privKey: asBuffer(privateKey) };
}

/**
 * Loads the library by `require`, because that lets us see what it does while it loads: its compiled curve installs
 * handlers that abort the whole process on any unhandled rejection. Those, and no others, are taken out again.
 */
function load(): { main: typeof Signal; SessionRecord: typeof SignalRecord } {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map((event) => [event, new Set(process.rawListeners(event))]));
  const require = createRequire(import.meta.url);
  const library = require('libsignal-protocol-typescript') as typeof Signal;
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.get(event)?.has(listener)) process.removeListener(event, listener as () => void);
    }
  }
  const record = require('libsignal-protocol-typescript/lib/session-record') as {
    SessionRecord: typeof SignalRecord;
  };
  harden({
    main: library,
    internal: require('libsignal-protocol-typescript/lib/internal') as SignalModules['internal'],
    crypto: require('libsignal-protocol-typescript/lib/internal/crypto') as SignalModules['crypto'],
    record,
    lock: require('libsignal-protocol-typescript/lib/session-lock') as SignalModules['lock'],
    // The library's own decoder, so that what we check is what it will read.
    protobuf: createRequire(require.resolve('libsignal-protocol-typescript'))(
      '@privacyresearch/libsignal-protocol-protobuf-ts',
    ) as SignalModules['protobuf'],
  });
  // Each cipher is patched by itself; whether that works is better known now than with the first message.
  boundSkipping(
    new library.SessionCipher({} as Signal.StorageType, new library.SignalProtocolAddress('', 0)),
  );
  return { main: library, SessionRecord: record.SessionRecord };
}
