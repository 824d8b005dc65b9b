/**
 * OMEMO for one account (XEP-0384 0.9.1 `urn:xmpp:omemo:2` and 0.3.0 `eu.siacs.conversations.axolotl`): the keys of this device, the devices of
 * others, and the one door to encrypting and decrypting. Decides what is kept and published; never sends a message.
 *
 * How to use it. Whatever uses a ratchet goes through `exclusive`, one use at a time, and stores its writes before it
 * returns, in the transaction that stores what the message meant:
 *
 *     await omemo.exclusive(async (keys) => {
 *       const opened = await keys.decrypt(encrypted, { sender, recipient, at });
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
import type { Listed } from '../store/device-lists.ts';
import * as keys from '../store/keys.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { BundleShelf } from './bundles.ts';
import type { Bundle, OmemoNetwork } from './devices.ts';
import { Directory, fingerprintOf, inParallel } from './directory.ts';
import { KeySession } from './key-session.ts';
import { ownLabel } from './labels.ts';
import { digestOf, ensureIdentity, forgetUsed, maintain, newDeviceId, ownBundle } from './own-keys.ts';
import { PARAMETERS, PROTOCOLS, type Line, type Protocol } from './protocols.ts';
import type { Identity } from './ratchet/ends.ts';
import { readIdentity } from './ratchet/messages.ts';
import { closeSession } from './ratchet/sessions.ts';
import { isSameKey } from './trust.ts';

export type { Content } from './content.ts';
export type { OmemoNetwork } from './devices.ts';
export type { KeySession } from './key-session.ts';
export type { Decrypted } from './opening.ts';
export type { Occasion } from './payload.ts';
export { PROTOCOLS, type Line, type Protocol } from './protocols.ts';
export type { Recipient, Sealed, Skipped } from './sealing.ts';
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
  /** The refill that waits for its turn in it. */
  #refill: Promise<void> | undefined;
  /** The digests of our bundles as the server has them, as far as we know. */
  readonly #published = new Map<Protocol, string>();
  readonly #listPublishedAt = new Map<Protocol, number>();
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
   * After signing in: looks at what the server has of us, once, and publishes what differs, for each protocol: our bundle
   * first, then our place in the device list, where nobody else is removed.
   * @throws StanzaError, WireClosed: not everything is published; the next call goes on
   */
  prepare(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      const { database, account, now } = this.#options;
      this.#isWithdrawn = false;
      const identity = await this.#settleDeviceId(network);
      maintain(database, account, identity, now());
      await this.#inEach(async (protocol) => {
        await this.#publishBundle(protocol, network, identity);
        await this.#publishPlace(protocol, network, identity);
      });
    });
  }

  /** Refills our prekeys and publishes the bundles that changed: to be called after messages that used some up. */
  replenish(network: OmemoNetwork): Promise<void> {
    // Hundreds may write first at the same time: one refill that has not begun serves all of them.
    this.#refill ??= this.#publishing(async () => {
      this.#refill = undefined;
      const { database, account, now } = this.#options;
      const identity = this.#ownIdentity();
      maintain(database, account, identity, now());
      await this.#inEach((protocol) => this.#publishBundle(protocol, network, identity));
    });
    return this.#refill;
  }

  /** Everything that others wrote until now was read: the prekeys that they used need not be kept much longer. */
  caughtUp(): void {
    const { database, account, now } = this.#options;
    forgetUsed(database, account, now());
  }

  /** Takes this device out of the lists and its bundles off the server: the account leaves this device. */
  withdraw(network: OmemoNetwork): Promise<void> {
    return this.#publishing(async () => {
      // Our own departure is announced to us, too: it is no damage to be repaired.
      this.#isWithdrawn = true;
      const { device } = this.#ownIdentity();
      await this.#inEach(async (protocol) => {
        const published = network[protocol];
        const listed = await published.fetchDeviceList(this.#options.address);
        if (typeof listed !== 'string' && listed.some(({ id }) => id === device)) {
          await published.publishDeviceList(listed.filter(({ id }) => id !== device));
        }
        await published.removeBundle(device);
        this.#published.delete(protocol);
      });
    });
  }

  // ————— Devices of others, and our own ————————————————————————————————————————————————————————————————————

  /**
   * Takes over a device list that its owner announced; the caller has verified who that is. Stored at once.
   * @returns true when the list is ours, lacks this device, and it is time to repair it by calling `prepare`
   */
  handleDeviceList(owner: BareJid, protocol: Protocol, devices: readonly Listed[]): boolean {
    this.#directory.learn(owner, protocol, devices);
    if (owner !== this.#options.address || this.#isWithdrawn) return false;
    const own = this.#ownIdentity().device;
    return !devices.some(({ id }) => id === own) && this.#isRepairDue(protocol);
  }

  /** Asks for the device lists of an address. @throws StanzaError when nobody can tell now, WireClosed */
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
   * The same for many, of whom nobody holds up the others.
   * @throws WireClosed
   */
  async prepareForAll(addresses: readonly BareJid[], network: OmemoNetwork): Promise<void> {
    await inParallel(addresses, async (address) => {
      try {
        await this.#directory.prepareFor(address, network);
      } catch (error) {
        if (!(error instanceof StanzaError)) throw error;
        this.#options.log('devices-unknown', { address, condition: error.condition });
      }
    });
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
   * Closes the sessions with a device, because the two sides no longer understand each other: the next message to it
   * begins a new one. A person asks for this; it never happens by itself (H47).
   * @returns the protocols in which the device can be written to
   */
  restartSessions(address: BareJid, device: number): Promise<readonly Protocol[]> {
    const { database, account } = this.#options;
    return this.exclusive(() => {
      this.#closeSessions(address, device);
      return Promise.resolve(keys.getDevice(database, account, address, device)?.protocols ?? []);
    });
  }

  /**
   * Closes the sessions with all devices of an address, because ours are older than theirs. To be called within an
   * `exclusive`, in the transaction that stores its writes, behind these.
   */
  closeSessions(address: BareJid): void {
    for (const { device, isThisDevice } of this.devices(address)) {
      if (!isThisDevice) this.#closeSessions(address, device);
    }
  }

  /** Fetches what a new session with a device needs. @throws StanzaError when nobody can tell now; WireClosed */
  prepareSession(line: Line, network: OmemoNetwork): Promise<void> {
    return this.#directory.prepareSession(line, network);
  }

  // ————— Inside ————————————————————————————————————————————————————————————————————————————————————————————

  #ownIdentity(): Identity {
    const { database, account, now } = this.#options;
    return (this.#identity ??= ensureIdentity(database, account, now()));
  }

  #closeSessions(address: BareJid, device: number): void {
    const { database, account } = this.#options;
    for (const protocol of PROTOCOLS) {
      const line = { protocol, address, device };
      const record = keys.getSession(database, account, line);
      if (record !== undefined) {
        keys.putSession(database, account, line, closeSession(PARAMETERS[protocol], record));
      }
      this.#shelf.drop(line);
    }
  }

  #publishing(work: () => Promise<void>): Promise<void> {
    const publication = this.#publications.then(work);
    this.#publications = settled(publication);
    return publication;
  }

  /**
   * Does something in each protocol; a server that refuses one does not keep us from the other.
   * @throws WireClosed; else, when all is done that can be, what went wrong first
   */
  async #inEach(work: (protocol: Protocol) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(PROTOCOLS.map(work));
    const faults = results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    if (faults.length > 0) throw faults.find((fault) => fault instanceof WireClosed) ?? faults[0];
  }

  /**
   * #rules (0.9.1): a device id that another device of ours uses is exchanged, as long as nobody knows us by it.
   */
  async #settleDeviceId(network: OmemoNetwork): Promise<Identity> {
    const { database, account, log } = this.#options;
    const identity = this.#ownIdentity();
    const isFree = await Promise.all(
      PROTOCOLS.map((protocol) => this.#lookAtBundle(protocol, network, identity)),
    );
    if (!isFree.includes(false) || keys.hasSessions(database, account)) return identity;
    const device = newDeviceId();
    keys.setDevice(database, account, device);
    this.#published.clear();
    log('device-id-taken', { device: identity.device });
    return (this.#identity = { ...identity, device });
  }

  /**
   * Learns what the server has as our bundle.
   * @returns false when it has somebody else's under our device id; true also when nobody can tell now
   */
  async #lookAtBundle(protocol: Protocol, network: OmemoNetwork, identity: Identity): Promise<boolean> {
    try {
      const published = await network[protocol].fetchBundle(this.#options.address, identity.device);
      if (published === undefined) this.#published.delete(protocol);
      else this.#published.set(protocol, digestOf(published));
      return published === undefined || isOurs(protocol, published, identity);
    } catch (error) {
      if (error instanceof StanzaError) return true;
      throw error;
    }
  }

  async #publishBundle(protocol: Protocol, network: OmemoNetwork, identity: Identity): Promise<void> {
    const { database, account } = this.#options;
    const bundle = ownBundle(database, account, protocol, identity);
    const digest = digestOf(bundle);
    if (digest === this.#published.get(protocol)) return;
    await network[protocol].publishBundle(identity.device, bundle);
    this.#published.set(protocol, digest);
  }

  /** Puts us into the list, beside the others as they are there. */
  async #publishPlace(protocol: Protocol, network: OmemoNetwork, { device, seed }: Identity): Promise<void> {
    const { address, now } = this.#options;
    const listed = await network[protocol].fetchDeviceList(address);
    if (listed === 'refused') throw new Error('our own device list cannot be read, so it is left alone');
    const others = listed === 'none' ? [] : listed.filter(({ id }) => id !== device);
    const isListed = listed !== 'none' && others.length < listed.length;
    if (!isListed && this.#isRepairDue(protocol)) {
      await network[protocol].publishDeviceList([...others, { id: device, label: ownLabel(seed) }]);
      this.#listPublishedAt.set(protocol, now());
    }
    this.#directory.learn(address, protocol, others);
  }

  #isRepairDue(protocol: Protocol): boolean {
    const at = this.#listPublishedAt.get(protocol);
    return at === undefined || this.#options.now() - at >= REPAIR_EVERY;
  }
}

function isOurs(protocol: Protocol, { identityKey }: Bundle, { publicKey }: Identity): boolean {
  const key = readIdentity(PARAMETERS[protocol], identityKey)?.key;
  return key !== undefined && isSameKey(key, publicKey);
}

/** Resolves when a promise is through, whatever came of it; whoever holds the promise itself hears of that. */
function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}
