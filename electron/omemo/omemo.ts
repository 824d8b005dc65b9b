/**
 * OMEMO for one account (XEP-0384 0.3.0, `eu.siacs.conversations.axolotl`): the keys of this device, the devices of
 * others, and the one door to encrypting and decrypting. Decides what is kept and published; never sends a message.
 *
 * How to use it. Whatever uses a ratchet goes through `exclusive`, one use at a time, and stores its writes before it
 * returns, in the transaction that stores what the message meant:
 *
 *     await omemo.exclusive(async (keys) => {
 *       const opened = await keys.decrypt(encrypted, sender);
 *       transaction(database, () => { …rows…; if ('writes' in opened) applyWrites(database, account, opened.writes); });
 *     });
 *
 * Several operations in one `exclusive` build on each other, so their writes are stored all, in order, or not at all.
 * Never wait for the network or for another `exclusive` inside one. Before `keys.encrypt` call `prepareFor`, which asks
 * the network for what is missing.
 */
import type { DeviceRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { transaction, type Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { DEVICE_LIMIT } from '../xmpp/xep/xep0384.ts';
import { BundleShelf, isGoodBundle } from './bundles.ts';
import type { OmemoNetwork } from './devices.ts';
import { KeySession } from './key-session.ts';
import { digestOf, ensureIdentity, maintain, newDeviceId, ownBundle } from './own-keys.ts';
import { closeSession, sessionKey, type Identity } from './sessions.ts';
import { isSameKey, mayReceive, trustOf, trustOfNew } from './trust.ts';
import { pin } from './writes.ts';

export type { OmemoNetwork } from './devices.ts';
export type { Decrypted, KeySession, Recipient, Sealed, Skipped } from './key-session.ts';
export { applyWrites, type PendingWrites } from './writes.ts';

export interface OmemoOptions {
  readonly database: Database;
  readonly account: number;
  readonly address: BareJid;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log?: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

/** Our list is repaired at most this often, in milliseconds: two programs must not fight over it (H41). */
const REPAIR_EVERY = 10 * 60_000;
/** Lists of people who do not send us their events are asked for again after this time, in milliseconds. */
const LIST_AGE = 24 * 3_600_000;
/** Bundles fetched at the same time. */
const FETCHES = 8;

export class Omemo {
  readonly #options: Required<OmemoOptions>;
  readonly #shelf: BundleShelf;
  #identity: Identity | undefined;
  /** The one chain of uses of the ratchets. */
  #uses: Promise<unknown> = Promise.resolve();
  /** The chain of publications: two at a time would overwrite each other. */
  #publications: Promise<unknown> = Promise.resolve();
  readonly #lookups = new Map<BareJid, Promise<void>>();
  /** The digest of our bundle as the server has it, as far as we know. */
  #published: string | undefined;
  #listPublishedAt: number | undefined;

  constructor(options: OmemoOptions) {
    this.#options = { log: () => undefined, ...options };
    this.#shelf = new BundleShelf(options.now);
  }

  // ————— This device ———————————————————————————————————————————————————————————————————————————————————————

  /** Makes the keys of this device if there are none, and returns its id. */
  ensureIdentity(): number {
    return this.#ownIdentity().device;
  }

  /**
   * After signing in: looks at what the server has of us, once, and publishes what differs: our bundle first, then our
   * place in the device list, where nobody else is removed.
   * @throws StanzaError, WireClosed: not everything is published; the next call goes on
   */
  prepare(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      const { database, account, address, now } = this.#options;
      const identity = await this.#settleDeviceId(network);
      maintain(database, account, identity, now());
      await this.#publishBundle(network, identity);
      const listed = await network.fetchDeviceList(address);
      const others = listed === 'none' ? [] : listed.filter((device) => device !== identity.device);
      if (listed === 'none' || others.length === listed.length) {
        if (this.#isRepairDue()) {
          await network.publishDeviceList([...others, identity.device]);
          this.#listPublishedAt = now();
        }
      }
      this.#learnDevices(address, others);
    });
  }

  /** Refills our prekeys and publishes the bundle if it changed: to be called after messages that used some up. */
  replenish(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      const { database, account, now } = this.#options;
      const identity = this.#ownIdentity();
      maintain(database, account, identity, now());
      await this.#publishBundle(network, identity);
    });
  }

  /** Takes this device out of the list and its bundle off the server: the account leaves this device. */
  withdraw(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      const { device } = this.#ownIdentity();
      const listed = await network.fetchDeviceList(this.#options.address);
      if (listed !== 'none' && listed.includes(device)) {
        await network.publishDeviceList(listed.filter((each) => each !== device));
      }
      await network.removeBundle(device);
      this.#published = undefined;
    });
  }

  // ————— Devices of others, and our own ————————————————————————————————————————————————————————————————————

  /**
   * Takes over a device list that its owner announced; the caller has verified who that is. Stored at once.
   * @returns true when the list is ours, lacks this device, and it is time to repair it by calling `prepare`
   */
  handleDeviceList(owner: BareJid, devices: readonly number[]): boolean {
    this.#learnDevices(owner, devices);
    if (owner !== this.#options.address) return false;
    return !devices.includes(this.#ownIdentity().device) && this.#isRepairDue();
  }

  /** Asks for the device list of an address. @throws StanzaError when nobody can tell now, WireClosed */
  async refreshDevices(address: BareJid, network: OmemoNetwork): Promise<void> {
    const running = this.#lookups.get(address);
    if (running !== undefined) return running;
    const lookup = (async () => {
      const listed = await network.fetchDeviceList(address);
      this.#learnDevices(address, listed === 'none' ? [] : listed);
    })();
    this.#lookups.set(address, lookup);
    try {
      await lookup;
    } finally {
      this.#lookups.delete(address);
    }
  }

  /**
   * Fetches what encrypting for an address needs and is missing: lists, ours too, and bundles of devices without a
   * session or a known key. A bad bundle puts its device aside for an hour and holds up nobody else.
   * @throws StanzaError when no device of theirs can be reached for a reason that may pass; WireClosed
   */
  async prepareFor(address: BareJid, network: OmemoNetwork): Promise<void> {
    const { address: own } = this.#options;
    await this.#ensureList(address, network);
    if (own !== address) await this.#ensureList(own, network, { isOptional: true });
    const wanted = [...new Set([address, own])].flatMap((each) => this.#withoutKeys(each));
    let failure: unknown;
    await inParallel(wanted, FETCHES, async (peer) => {
      try {
        await this.#fetchBundle(peer, network);
      } catch (error) {
        if (!(error instanceof StanzaError)) throw error;
        this.#shelf.refuse(peer.address, peer.device, 'unreachable');
        if (peer.address === address) failure ??= error;
      }
    });
    if (failure !== undefined && !this.#canReach(address)) throw failure as Error;
  }

  /**
   * Whether an address has devices to encrypt for, as far as is known without asking. `'no'` is believed for a day;
   * an address that lately had devices is never `'no'` because of an error.
   */
  hasDevices(address: BareJid): 'yes' | 'no' | 'unknown' {
    const { database, account, now } = this.#options;
    if (this.#activeDevices(address).length > 0) return 'yes';
    const at = keys.getListTime(database, account, address);
    return at !== undefined && now() - at < LIST_AGE ? 'no' : 'unknown';
  }

  /** The devices of an address as a person sees them; for our own address this one comes first. */
  devices(address: BareJid): DeviceRow[] {
    const { database, account, address: own } = this.#options;
    const known = keys.listDevices(database, account, address);
    const rows = known.map((record): DeviceRow => {
      const { device, isActive, identityKey, lastSeen } = record;
      return {
        account,
        address,
        device,
        ...(identityKey !== undefined && { fingerprint: fingerprintOf(identityKey) }),
        trust: trustOf(record, known),
        isActive,
        isThisDevice: false,
        ...(lastSeen !== undefined && { lastSeen }),
      };
    });
    if (address !== own) return rows;
    const { device, publicKey } = this.#ownIdentity();
    const fingerprint = fingerprintOf(publicKey);
    const self = { account, address, device, fingerprint, isActive: true, isThisDevice: true } as const;
    return [{ ...self, trust: 'verified' }, ...rows];
  }

  /**
   * Records a person's decision about a device.
   * @param fingerprint what the person compared (64 hex digits): the decision is about that key, not the device id
   * @returns the row as it is now; `undefined` when there is no such device, or when it is to be verified and shows
   *   no key, or another one than the person saw
   */
  setTrust(
    address: BareJid,
    device: number,
    trust: 'verified' | 'undecided' | 'distrusted',
    fingerprint?: string,
  ): DeviceRow | undefined {
    const { database, account } = this.#options;
    return transaction(database, () => {
      const key = keys.getDevice(database, account, address, device)?.identityKey;
      if (trust === 'verified' && key === undefined) return undefined;
      if (fingerprint !== undefined && key !== undefined && fingerprintOf(key) !== fingerprint)
        return undefined;
      if (!keys.setTrust(database, account, address, device, trust)) return undefined;
      return this.devices(address).find((row) => row.device === device && !row.isThisDevice);
    });
  }

  // ————— Using the keys ————————————————————————————————————————————————————————————————————————————————————

  /**
   * Runs `work` while nobody else uses the keys of this account. What it wants stored has to be stored when it
   * returns. Waits for earlier uses; their failures are their own.
   */
  exclusive<T>(work: (keys: KeySession) => Promise<T>): Promise<T> {
    const use = this.#uses.then(async () => {
      const session = new KeySession({
        ...this.#options,
        identity: this.#ownIdentity(),
        shelf: this.#shelf,
      });
      try {
        return await work(session);
      } finally {
        session.end();
      }
    });
    this.#uses = settled(use);
    return use;
  }

  /**
   * Closes the session with a device, because the two sides no longer understand each other: the next message to it
   * begins a new one. A person asks for this; it never happens by itself (H47).
   */
  restartSession(address: BareJid, device: number): Promise<void> {
    const { database, account } = this.#options;
    return this.exclusive(() => {
      const record = keys.getSession(database, account, address, device);
      const closed = record === undefined ? undefined : closeSession(record);
      if (closed !== undefined) keys.putSession(database, account, address, device, closed);
      this.#shelf.drop(address, device);
      return Promise.resolve();
    });
  }

  // ————— Inside ————————————————————————————————————————————————————————————————————————————————————————————

  #ownIdentity(): Identity {
    const { database, account, now } = this.#options;
    return (this.#identity ??= ensureIdentity(database, account, now()));
  }

  #publishing(work: () => Promise<void>): Promise<void> {
    const publication = this.#publications.then(work);
    this.#publications = settled(publication);
    return publication;
  }

  /**
   * §6 (0.9.1): a device id that another device of ours uses is exchanged, as long as nobody knows us by it.
   * Learns what the server has as our bundle on the way.
   */
  async #settleDeviceId(network: OmemoNetwork): Promise<Identity> {
    const { database, account, address } = this.#options;
    const identity = this.#ownIdentity();
    const published = await network.fetchBundle(address, identity.device);
    this.#published = published && digestOf(published);
    const isTaken = published !== undefined && !isSameKey(published.identityKey, identity.publicKey);
    if (!isTaken || keys.hasSessions(database, account)) return identity;
    const device = newDeviceId();
    keys.setDevice(database, account, device);
    this.#published = undefined;
    this.#options.log('device-id-taken', { device: identity.device });
    return (this.#identity = { ...identity, device });
  }

  async #publishBundle(network: OmemoNetwork, identity: Identity): Promise<void> {
    const { database, account } = this.#options;
    const bundle = ownBundle(database, account, identity);
    const digest = digestOf(bundle);
    if (digest === this.#published) return;
    await network.publishBundle(identity.device, bundle);
    this.#published = digest;
  }

  #isRepairDue(): boolean {
    return this.#listPublishedAt === undefined || this.#options.now() - this.#listPublishedAt >= REPAIR_EVERY;
  }

  #learnDevices(owner: BareJid, devices: readonly number[]): void {
    const { database, account, address, now } = this.#options;
    const own = owner === address ? this.#ownIdentity().device : undefined;
    const listed = devices.filter((device) => device !== own).slice(0, DEVICE_LIMIT);
    transaction(database, () => {
      const trust = trustOfNew(keys.listDevices(database, account, owner));
      keys.setActiveDevices(database, account, owner, listed, { trust, at: now() });
    });
  }

  async #ensureList(
    address: BareJid,
    network: OmemoNetwork,
    { isOptional = false }: { isOptional?: boolean } = {},
  ): Promise<void> {
    const { database, account, now } = this.#options;
    const at = keys.getListTime(database, account, address);
    if (at !== undefined && now() - at < LIST_AGE) return;
    try {
      await this.refreshDevices(address, network);
    } catch (error) {
      // An old list is better than none.
      if (!(error instanceof StanzaError) || (at === undefined && !isOptional)) throw error;
    }
  }

  #activeDevices(address: BareJid): keys.DeviceRecord[] {
    const { database, account } = this.#options;
    return keys.listDevices(database, account, address).filter(({ isActive }) => isActive);
  }

  /** The devices whose bundle would be of use: no key known, or trusted and without a session under that key. */
  #withoutKeys(address: BareJid): { address: BareJid; device: number }[] {
    const known = this.#activeDevices(address);
    return known
      .filter((record) => {
        const { device, identityKey } = record;
        if (this.#shelf.isRefused(address, device) || this.#shelf.find(address, device) !== undefined)
          return false;
        return (
          identityKey === undefined ||
          (mayReceive(trustOf(record, known)) && !this.#hasSession(address, record))
        );
      })
      .map(({ device }) => ({ address, device }));
  }

  #hasSession(address: BareJid, { device, identityKey }: keys.DeviceRecord): boolean {
    const { database, account } = this.#options;
    const partner = sessionKey(keys.getSession(database, account, address, device));
    return partner !== undefined && identityKey !== undefined && isSameKey(partner, identityKey);
  }

  #canReach(address: BareJid): boolean {
    return this.#activeDevices(address).some(
      (record) => this.#hasSession(address, record) || this.#shelf.find(address, record.device) !== undefined,
    );
  }

  async #fetchBundle(
    { address, device }: { address: BareJid; device: number },
    network: OmemoNetwork,
  ): Promise<void> {
    const { database, account, now, log } = this.#options;
    const bundle = await network.fetchBundle(address, device);
    if (bundle === undefined || !isGoodBundle(bundle)) {
      log('bad-bundle', { address, device, isMissing: bundle === undefined });
      this.#shelf.refuse(address, device, 'bad');
      return;
    }
    this.#shelf.put(address, device, bundle);
    transaction(database, () => {
      pin(database, account, { address, device, identityKey: bundle.identityKey, at: now() });
    });
  }
}

/** 64 hex digits: the key without its type byte, as every client shows it. */
function fingerprintOf(identityKey: Uint8Array): string {
  return Buffer.from(identityKey.subarray(1)).toString('hex');
}

/** Resolves when a promise is through, whatever came of it; whoever holds the promise itself hears of that. */
function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}

async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
