/**
 * The use of the keys, while nobody else uses them: decrypts and encrypts within one `Omemo.exclusive`.
 * Asks no network and stores nothing: every result says what has to be stored with it.
 */
import { randomInt } from 'node:crypto';
import type { MessageRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import * as prekeys from '../store/prekeys.ts';
import type { Encrypted, EncryptedKey } from '../xmpp/xep/xep0384.ts';
import type { BundleShelf } from './bundles.ts';
import { emptyContent, openText, sealText, type Content } from './content.ts';
import { SessionFault } from './fault.ts';
import { legacySessions } from './protocols.ts';
import type * as sessions from './sessions.ts';
import { isSameKey, mayReceive, trustOf, trustWithKey } from './trust.ts';
import type { DeviceProof, PendingWrites } from './writes.ts';

/** A message that could be authenticated. */
interface Authenticated {
  /** The device that sent it. */
  readonly device: number;
  /** Its key, 33 bytes. */
  readonly identityKey: Uint8Array;
  readonly trust: keys.Trust;
  readonly writes: PendingWrites;
  /** The device waits for a sign of life: send it `keyTransport` after committing. */
  readonly needsAnswer: boolean;
}

export type Decrypted =
  | ({ readonly kind: 'content' } & Content & Authenticated)
  /** It carried no text, only the ratchet on. */
  | ({ readonly kind: 'key-transport' } & Authenticated)
  /**
   * It was decrypted before, or is our own (XEP-0384 0.9.1 §6), or carries other devices' ratchets on and no text:
   * nothing to do, nothing to show.
   */
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'unreadable';
      readonly reason: NonNullable<MessageRow['unreadable']>;
      readonly device: number;
      /** Present when something was learnt all the same; to be stored like the others. */
      readonly writes?: PendingWrites;
      readonly needsAnswer?: boolean;
      /** The device has shown another key than the one it is pinned to: a person has to look (H40). */
      readonly hasOtherKey?: true;
    };

export interface Recipient {
  readonly address: BareJid;
  readonly device: number;
}

export interface Skipped extends Recipient {
  /** `older-protocol`: the content has no text, and the device can be told nothing else. */
  readonly reason: 'undecided' | 'distrusted' | 'no-bundle' | 'bad-bundle' | 'older-protocol';
}

export type Sealed =
  | {
      readonly encrypted: Encrypted;
      readonly writes: PendingWrites;
      readonly recipients: readonly Recipient[];
      readonly skipped: readonly Skipped[];
    }
  /** Nobody could read it: it must not leave, and never as plain text. */
  | { readonly refused: 'no-devices' | 'all-untrusted' | 'no-keys'; readonly skipped: readonly Skipped[] };

export interface KeySessionOptions {
  readonly database: Database;
  readonly account: number;
  /** Our own address. */
  readonly address: BareJid;
  readonly identity: sessions.Identity;
  readonly shelf: BundleShelf;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

/** Two people's devices may have the same id, so more than one key may look like ours; an attacker gets no more tries. */
const MOST_TRIES = 4;

export class KeySession {
  readonly #options: KeySessionOptions;
  // What operations of this exclusive want stored but is not yet: later ones build on it.
  readonly #records = new Map<string, string>();
  /** The own keys of key exchanges that were answered. */
  readonly #exchanges = new Set<string>();
  readonly #proofs = new Map<string, DeviceProof>();
  #isOver = false;

  constructor(options: KeySessionOptions) {
    this.#options = options;
  }

  /** Called by `Omemo` when the exclusive ends: using the keys later would clash with somebody else's use. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * Decrypts a message for this device. Stores nothing: a message whose writes are thrown away can be decrypted again.
   * @param sender who sent it, as verified by the caller
   * @throws only when the database fails
   */
  async decrypt(encrypted: Encrypted, sender: BareJid): Promise<Decrypted> {
    this.#ensureUsable();
    const { identity, address: own } = this.#options;
    const { device } = encrypted;
    if (sender === own && device === identity.device) return { kind: 'duplicate' };
    const candidates = encrypted.keys.filter((key) => key.device === identity.device).slice(0, MOST_TRIES);
    if (candidates.length === 0 && encrypted.payload === undefined) return { kind: 'duplicate' };
    if (candidates.length === 0) return { kind: 'unreadable', reason: 'not-for-this-device', device };
    const peer = { address: sender, device };
    try {
      return this.#judge(encrypted, peer, await this.#openAny(peer, candidates));
    } catch (error) {
      if (!(error instanceof SessionFault)) throw error;
      if (error.reason === 'duplicate') return { kind: 'duplicate' };
      this.#options.log('unreadable', { sender, device, error: error.message, cause: String(error.cause) });
      return { kind: 'unreadable', reason: error.reason, device };
    }
  }

  /**
   * Encrypts content for all trusted devices of the recipient and for our other devices. Call `Omemo.prepareFor` first.
   * Devices that cannot be reached are named in `skipped`.
   */
  async encrypt(recipient: BareJid, content: Content): Promise<Sealed> {
    this.#ensureUsable();
    const { identity, address: own } = this.#options;
    const theirs = this.#activeDevices(recipient);
    if (theirs.length === 0) return { refused: 'no-devices', skipped: [] };
    const text = content.olderText ?? content.text;
    const payload = text === undefined ? undefined : sealText(text);
    const reached: (Recipient & EncryptedKey)[] = [];
    const skipped: Skipped[] = [];
    const written: PendingWrites['sessions'][number][] = [];
    for (const address of new Set([recipient, own])) {
      for (const { device } of this.#activeDevices(address)) {
        const peer = { address, device };
        const sealed = payload === undefined ? 'older-protocol' : await this.#seal(peer, payload.secret);
        if (typeof sealed === 'string') {
          skipped.push({ ...peer, reason: sealed });
        } else {
          reached.push({ ...peer, isPreKey: sealed.isPrekey, data: sealed.body });
          written.push({ ...peer, record: sealed.record });
        }
      }
    }
    if (!reached.some(({ address }) => address === recipient)) {
      const isUntrusted = skipped.every(
        ({ address, reason }) => address !== recipient || reason === 'undecided' || reason === 'distrusted',
      );
      return { refused: isUntrusted ? 'all-untrusted' : 'no-keys', skipped };
    }
    if (payload === undefined) return { refused: 'no-keys', skipped };
    const writes = { sessions: written, usedPrekeys: [] };
    this.#keep(writes);
    return {
      encrypted: {
        device: identity.device,
        keys: reached.map(({ device, isPreKey, data }) => ({ device, isPreKey, data })),
        iv: payload.iv,
        payload: payload.payload,
      },
      writes,
      recipients: reached.map(({ address, device }) => ({ address, device })),
      skipped,
    };
  }

  /** An empty message for one device, which confirms its session with us. Undefined when it must or can not get one. */
  async keyTransport(
    address: BareJid,
    device: number,
  ): Promise<{ readonly encrypted: Encrypted; readonly writes: PendingWrites } | undefined> {
    this.#ensureUsable();
    const { iv, secret } = emptyContent();
    const sealed = await this.#seal({ address, device }, secret);
    if (typeof sealed === 'string') return undefined;
    const written = [{ address, device, record: sealed.record }];
    const writes = { sessions: written, usedPrekeys: [] };
    this.#keep(writes);
    return {
      encrypted: {
        device: this.#options.identity.device,
        keys: [{ device, isPreKey: sealed.isPrekey, data: sealed.body }],
        iv,
      },
      writes,
    };
  }

  // ————— Opening ———————————————————————————————————————————————————————————————————————————————————————————

  async #openAny(peer: Recipient, candidates: readonly EncryptedKey[]): Promise<sessions.OpenedKey> {
    const record = this.#record(peer);
    let fault: unknown;
    for (const { data, isPreKey } of candidates) {
      try {
        const key = { body: data, isPrekey: isPreKey };
        return await legacySessions.openKey(this.#options.identity, peer, record, key, this.#prekeys());
      } catch (error) {
        if (!(error instanceof SessionFault)) throw error;
        if (error.reason === 'duplicate') throw error;
        fault ??= error;
      }
    }
    throw fault as SessionFault;
  }

  /** The key in the ratchet is authentic: is it the device's key, and what does the message say? */
  #judge(encrypted: Encrypted, peer: Recipient, opened: sessions.OpenedKey): Decrypted {
    const { address, device } = peer;
    const { identityKey, plaintext, needsAnswer } = opened;
    const known = this.#devices(address);
    const pinned = known.find((each) => each.device === device);
    const at = this.#options.now();
    if (pinned?.identityKey !== undefined && !isSameKey(pinned.identityKey, identityKey)) {
      this.#options.log('other-key', { sender: address, device });
      const unreadable = { kind: 'unreadable', reason: 'forged', device } as const;
      // Only a new session can put another key into force; a late message of an old one says nothing about today.
      if (opened.usedPrekey === undefined) return unreadable;
      const sender = { address, device, identityKey, at, isSeen: false };
      this.#proofs.set(nameOf(peer), sender);
      // The session itself is not kept: should a person trust the new key, the next message makes it again.
      return { ...unreadable, hasOtherKey: true, writes: { sessions: [], usedPrekeys: [], sender } };
    }
    const trust = trustWithKey(pinned, identityKey, known);
    const writes: PendingWrites = {
      sessions: [{ ...peer, record: opened.record }],
      usedPrekeys: usedBy(opened),
      sender: { address, device, identityKey, at, isSeen: true },
    };
    this.#keep(writes);
    const authenticated = { device, identityKey, trust, writes, needsAnswer };
    const { iv, payload } = encrypted;
    if (payload === undefined) return { kind: 'key-transport', ...authenticated };
    try {
      const text = openText({ iv, payload, secret: plaintext });
      return { kind: 'content', text, elements: [], ...authenticated };
    } catch (error) {
      if (!(error instanceof SessionFault) || error.reason === 'duplicate') throw error;
      this.#options.log('unreadable', { sender: address, device, error: error.message });
      // The ratchet has moved all the same: the message cannot become readable by waiting.
      return { kind: 'unreadable', reason: error.reason, device, writes, needsAnswer };
    }
  }

  // ————— Sealing ———————————————————————————————————————————————————————————————————————————————————————————

  /** Encrypts a secret for one device, beginning a session if there is none with the key that it is pinned to. */
  async #seal(peer: Recipient, secret: Uint8Array): Promise<sessions.SealedKey | Skipped['reason']> {
    const { identity, shelf, log } = this.#options;
    const known = this.#devices(peer.address);
    const device = known.find((each) => each.device === peer.device);
    if (device === undefined) return 'no-bundle';
    const trust = trustOf(device, known);
    if (!mayReceive(trust)) return trust === 'distrusted' ? 'distrusted' : 'undecided';
    const { identityKey } = device;
    if (identityKey === undefined)
      return shelf.isRefused(peer.address, peer.device) ? 'bad-bundle' : 'no-bundle';
    let record = this.#record(peer);
    const partner = legacySessions.sessionKey(record);
    try {
      if (record === undefined || partner === undefined || !isSameKey(partner, identityKey)) {
        const bundle = shelf.find(peer.address, peer.device);
        const preKey = bundle?.preKeys[randomInt(bundle.preKeys.length)];
        if (bundle === undefined || preKey === undefined || !isSameKey(bundle.identityKey, identityKey)) {
          return shelf.isRefused(peer.address, peer.device) ? 'bad-bundle' : 'no-bundle';
        }
        record = await legacySessions.beginSession(identity, peer, record, bundle, preKey);
        shelf.drop(peer.address, peer.device); // should this session be thrown away, the next takes another prekey
      }
      return await legacySessions.sealKey(identity, peer, record, secret);
    } catch (error) {
      if (!(error instanceof SessionFault)) throw error;
      log('bad-bundle', { ...peer, error: error.message });
      shelf.refuse(peer.address, peer.device, 'bad');
      return 'bad-bundle';
    }
  }

  #activeDevices(address: BareJid): keys.DeviceRecord[] {
    const { identity, address: own } = this.#options;
    return this.#devices(address).filter(
      ({ device, isActive }) => isActive && (address !== own || device !== identity.device),
    );
  }

  // ————— Reading through what is not stored yet ————————————————————————————————————————————————————————————

  #ensureUsable(): void {
    if (this.#isOver) throw new Error('the exclusive use of the keys is over');
  }

  #keep({ sessions: written, usedPrekeys, sender }: PendingWrites): void {
    for (const session of written) this.#records.set(nameOf(session), session.record);
    for (const { baseKey } of usedPrekeys) this.#exchanges.add(Buffer.from(baseKey).toString('base64'));
    if (sender !== undefined) this.#proofs.set(nameOf(sender), sender);
  }

  #record(peer: Recipient): string | undefined {
    const { database, account } = this.#options;
    return this.#records.get(nameOf(peer)) ?? keys.getSession(database, account, peer.address, peer.device);
  }

  #prekeys(): sessions.PrekeySource {
    const { database, account } = this.#options;
    return {
      prekey: (id, baseKey = new Uint8Array()) => {
        // A prekey may be used by several people who picked it at the same time, an exchange is answered once.
        const isAnswered = this.#exchanges.has(Buffer.from(baseKey).toString('base64'));
        if (isAnswered || prekeys.wasPrekeyUsedIn(database, account, id, baseKey)) {
          throw new SessionFault('duplicate', 'this key exchange was answered before');
        }
        return prekeys.getPrekey(database, account, id);
      },
      signedPrekey: (id) => prekeys.getSignedPrekey(database, account, id),
    };
  }

  /** The devices of an address with the keys that they have shown in this exclusive. */
  #devices(address: BareJid): keys.DeviceRecord[] {
    const { database, account } = this.#options;
    let known = keys.listDevices(database, account, address);
    for (const proof of this.#proofs.values()) {
      if (proof.address !== address) continue;
      const { device, identityKey, at } = proof;
      const before = known.find((each) => each.device === device);
      const trust = trustWithKey(before, identityKey, known);
      const after = { isActive: false, firstSeen: at, ...before, device, identityKey, trust };
      known = [...known.filter((each) => each.device !== device), after];
    }
    return known;
  }
}

function nameOf({ address, device }: Recipient): string {
  return `${device}/${address}`;
}

function usedBy({
  usedPrekey,
  baseKey = new Uint8Array(),
}: sessions.OpenedKey): PendingWrites['usedPrekeys'] {
  return usedPrekey === undefined ? [] : [{ id: usedPrekey, baseKey }];
}
