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
import type { Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import { BundleShelf } from './bundles.ts';
import type { OmemoNetwork } from './devices.ts';
import { Directory, fingerprintOf } from './directory.ts';
import { KeySession } from './key-session.ts';
import { digestOf, ensureIdentity, forgetUsed, maintain, newDeviceId, ownBundle } from './own-keys.ts';
import { legacySessions } from './protocols.ts';
import type { Identity } from './sessions.ts';
import { isSameKey } from './trust.ts';

export type { Content } from './content.ts';
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

export class Omemo {
  readonly #options: Required<OmemoOptions>;
  readonly #shelf: BundleShelf;
  readonly #directory: Directory;
  #identity: Identity | undefined;
  /** The one chain of uses of the ratchets. */
  #uses: Promise<unknown> = Promise.resolve();
  /** The chain of publications: two at a time would overwrite each other. */
  #publications: Promise<unknown> = Promise.resolve();
  /** The digest of our bundle as the server has it, as far as we know. */
  #published: string | undefined;
  #listPublishedAt: number | undefined;
  #isWithdrawn = false;

  constructor(options: OmemoOptions) {
    this.#options = { log: () => undefined, ...options };
    this.#shelf = new BundleShelf(options.now);
    this.#directory = new Directory({
      ...this.#options,
      shelf: this.#shelf,
      ownDevice: () => this.ensureIdentity(),
    });
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
      this.#isWithdrawn = false;
      const identity = await this.#settleDeviceId(network);
      maintain(database, account, identity, now());
      await this.#publishBundle(network, identity);
      const listed = await network.fetchDeviceList(address);
      if (listed === 'refused') throw new Error('our own device list cannot be read, so it is left alone');
      const others = listed === 'none' ? [] : listed.filter((device) => device !== identity.device);
      const isListed = listed !== 'none' && others.length < listed.length;
      if (!isListed && this.#isRepairDue()) {
        await network.publishDeviceList([...others, identity.device]);
        this.#listPublishedAt = now();
      }
      this.#directory.learn(address, others);
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

  /** Everything that others wrote until now was read: the prekeys that they used need not be kept much longer. */
  caughtUp(): void {
    const { database, account, now } = this.#options;
    forgetUsed(database, account, now());
  }

  /** Takes this device out of the list and its bundle off the server: the account leaves this device. */
  withdraw(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      // Our own departure is announced to us, too: it is no damage to be repaired.
      this.#isWithdrawn = true;
      const { device } = this.#ownIdentity();
      const listed = await network.fetchDeviceList(this.#options.address);
      if (typeof listed !== 'string' && listed.includes(device)) {
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
    this.#directory.learn(owner, devices);
    if (owner !== this.#options.address || this.#isWithdrawn) return false;
    return !devices.includes(this.#ownIdentity().device) && this.#isRepairDue();
  }

  /** Asks for the device list of an address. @throws StanzaError when nobody can tell now, WireClosed */
  refreshDevices(address: BareJid, network: OmemoNetwork): Promise<void> {
    return this.#directory.refresh(address, network);
  }

  /**
   * Fetches what encrypting for an address needs and is missing: lists, ours too, and bundles of devices without a
   * session or a known key. A bad bundle puts its device aside for an hour and holds up nobody else.
   * @throws StanzaError when no device of theirs can be reached for a reason that may pass; WireClosed
   */
  prepareFor(address: BareJid, network: OmemoNetwork): Promise<void> {
    return this.#directory.prepareFor(address, network);
  }

  /**
   * Whether an address has devices to encrypt for, as far as is known without asking. `'no'` is believed for a day;
   * an address that lately had devices is never `'no'` because of an error.
   */
  hasDevices(address: BareJid): 'yes' | 'no' | 'unknown' {
    return this.#directory.hasDevices(address);
  }

  /** The devices of an address as a person sees them; for our own address this one comes first. */
  devices(address: BareJid): DeviceRow[] {
    const { account, address: own } = this.#options;
    const others = this.#directory.rows(address);
    if (address !== own) return others;
    const { device, publicKey } = this.#ownIdentity();
    const fingerprint = fingerprintOf(publicKey);
    const self = { account, address, device, fingerprint, isActive: true, isThisDevice: true } as const;
    return [{ ...self, trust: 'verified' }, ...others];
  }

  /**
   * Records a person's decision about a device.
   * @param fingerprint what the person compared (64 hex digits): the decision is about that key, not the device id
   * @returns the row as it is now; `undefined` when there is no such device, or when it is to be trusted and shows
   *   no key, or another one than the person saw
   */
  setTrust(
    address: BareJid,
    device: number,
    trust: DeviceRow['trust'],
    fingerprint?: string,
  ): DeviceRow | undefined {
    return this.#directory.setTrust(address, device, trust, fingerprint);
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
      if (record !== undefined)
        keys.putSession(database, account, address, device, legacySessions.closeSession(record));
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
}

/** Resolves when a promise is through, whatever came of it; whoever holds the promise itself hears of that. */
function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
