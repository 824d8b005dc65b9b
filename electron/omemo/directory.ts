/**
 * What is known of devices: which an address has, with which keys, and how far they are trusted. Asks the network for
 * what is missing and keeps what it learns; touches no ratchet, so it needs no exclusive use of the keys.
 */
import type { DeviceRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { transaction, type Database } from '../store/database.ts';
import { getListTime, setListedDevices, type Listed } from '../store/device-lists.ts';
import * as keys from '../store/keys.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { DEVICE_LIMIT } from '../xmpp/xep/xep0384.ts';
import { judgeBundle, type BundleShelf } from './bundles.ts';
import type { OmemoNetwork } from './devices.ts';
import { labelOf } from './labels.ts';
import { isSessionWith, PROTOCOLS, type Line, type Protocol } from './protocols.ts';
import { mayReceive, trustOf, trustOfNew } from './trust.ts';
import { pin } from './writes.ts';

export interface DirectoryOptions {
  readonly database: Database;
  readonly account: number;
  /** Our own address. */
  readonly address: BareJid;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: (event: string, data: Readonly<Record<string, unknown>>) => void;
  readonly shelf: BundleShelf;
  /** Our own device id: it is in our list, but nobody we write to. */
  readonly ownDevice: () => number;
}

/** Lists of people who do not send us their events are asked for again after this time, in milliseconds. */
const LIST_AGE = 24 * 3_600_000;
/**
 * One without any device, or that was refused to us, is asked for again after this time when something is to be encrypted:
 * the reason may have passed, and a person who tries again expects that we do; milliseconds.
 */
const EMPTY_LIST_AGE = 10_000;
/** Bundles fetched at the same time. */
const LANES = 8;

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #lookups = new Map<BareJid, Promise<void>>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Takes over a list; new devices are trusted as far as a key that nobody has seen can be. */
  learn(owner: BareJid, protocol: Protocol, devices: readonly Listed[]): void {
    const { database, account, address, now, ownDevice } = this.#options;
    const own = owner === address ? ownDevice() : undefined;
    const listed = devices.filter(({ id }) => id !== own).slice(0, DEVICE_LIMIT);
    transaction(database, () => {
      const trust = trustOfNew(keys.listDevices(database, account, owner));
      setListedDevices(database, account, { protocol, address: owner }, listed, { trust, at: now() });
    });
  }

  /**
   * Asks for the lists of an address.
   * @throws StanzaError when nobody can tell now whether there is any device, WireClosed
   */
  async refresh(address: BareJid, network: OmemoNetwork, protocols = PROTOCOLS): Promise<void> {
    const running = this.#lookups.get(address);
    if (running !== undefined) return running;
    const lookup = this.#lookUp(address, network, protocols);
    this.#lookups.set(address, lookup);
    try {
      await lookup;
    } finally {
      this.#lookups.delete(address);
    }
  }

  /**
   * Fetches what encrypting for an address needs and is missing. See `Omemo.prepareFor`.
   * @throws StanzaError when no device of theirs can be reached for a reason that may pass; WireClosed
   */
  async prepareFor(address: BareJid, network: OmemoNetwork): Promise<void> {
    const { address: own } = this.#options;
    await this.#ensureLists(address, network);
    if (own !== address) await this.#ensureLists(own, network);
    let failure: StanzaError | undefined;
    // Where the newer protocol's bundle turns out to be of no use, the older one's is asked for next.
    for (let round = 0; round < PROTOCOLS.length; round += 1) {
      const wanted = [...new Set([address, own])].flatMap((each) => this.#withoutKeys(each));
      if (wanted.length === 0) break;
      await inParallel(wanted, async (line) => {
        const fault = await this.#fetchBundle(line, network);
        if (line.address === address) failure ??= fault;
      });
    }
    if (failure !== undefined && !this.#canReach(address)) throw failure;
  }

  /** Fetches the bundle for a new session with one device, unless it has been refused lately. */
  async prepareSession(line: Line, network: OmemoNetwork): Promise<void> {
    if (this.#options.shelf.isRefused(line)) return;
    const fault = await this.#fetchBundle(line, network);
    if (fault !== undefined) throw fault;
  }

  /** See `Omemo.hasDevices`. */
  hasDevices(address: BareJid): 'yes' | 'no' | 'unknown' {
    if (this.#active(address).length > 0) return 'yes';
    return PROTOCOLS.every((protocol) => this.#isListFresh(protocol, address)) ? 'no' : 'unknown';
  }

  /** The devices of an address as a person sees them, without this one. */
  rows(address: BareJid): DeviceRow[] {
    const { database, account } = this.#options;
    const known = keys.listDevices(database, account, address);
    return known.map((record): DeviceRow => {
      const { device, isActive, identityKey, earlier, lastSeen } = record;
      const label = labelOf(record);
      return {
        account,
        address,
        device,
        ...(label !== undefined && { label }),
        ...(identityKey !== undefined && { fingerprint: fingerprintOf(identityKey) }),
        ...(earlier !== undefined && { earlierFingerprint: fingerprintOf(earlier.identityKey) }),
        trust: trustOf(record, known),
        isActive,
        isThisDevice: false,
        ...(lastSeen !== undefined && { lastSeen }),
      };
    });
  }

  /** See `Omemo.setTrust`. */
  setTrust(address: BareJid, device: number, trust: keys.Trust, fingerprint?: string): DeviceRow | undefined {
    const { database, account } = this.#options;
    return transaction(database, () => {
      const key = keys.getDevice(database, account, address, device)?.identityKey;
      const shown = key && fingerprintOf(key);
      // Trust belongs to a key: there has to be one, and the one that the person saw.
      if (mayReceive(trust) && shown === undefined) return undefined;
      if (fingerprint !== undefined && shown !== fingerprint) return undefined;
      if (!keys.setTrust(database, account, address, device, trust)) return undefined;
      return this.rows(address).find((row) => row.device === device);
    });
  }

  // ————— Asking ————————————————————————————————————————————————————————————————————————————————————————————

  async #lookUp(address: BareJid, network: OmemoNetwork, protocols: readonly Protocol[]): Promise<void> {
    const failures = await Promise.all(
      protocols.map(async (protocol) => {
        try {
          const listed = await network[protocol].fetchDeviceList(address);
          // Not for us is for us as good as none.
          this.learn(address, protocol, typeof listed === 'string' ? [] : listed);
          return undefined;
        } catch (error) {
          if (!(error instanceof StanzaError)) throw error;
          return error;
        }
      }),
    );
    const failure = failures.find((each) => each !== undefined);
    if (failure !== undefined && this.#active(address).length === 0) throw failure;
  }

  async #ensureLists(address: BareJid, network: OmemoNetwork): Promise<void> {
    const { database, account, address: own } = this.#options;
    const isEmpty = address !== own && this.#active(address).length === 0;
    const age = isEmpty ? EMPTY_LIST_AGE : LIST_AGE;
    const stale = PROTOCOLS.filter((protocol) => !this.#isListFresh(protocol, address, age));
    if (stale.length === 0) return;
    const isKnown = stale.every(
      (protocol) => getListTime(database, account, { protocol, address }) !== undefined,
    );
    try {
      await this.refresh(address, network, stale);
    } catch (error) {
      // An old list is better than none, and the other side can be written to without knowing our own.
      if (!(error instanceof StanzaError) || (address !== own && !isKnown)) throw error;
    }
  }

  /** @returns why nobody could tell, if so */
  async #fetchBundle(line: Line, network: OmemoNetwork): Promise<StanzaError | undefined> {
    const { database, account, now, log, shelf } = this.#options;
    const { protocol, address, device } = line;
    try {
      const bundle = await network[protocol].fetchBundle(address, device);
      const good = bundle && judgeBundle(protocol, bundle);
      if (good === undefined) {
        log('bad-bundle', { ...line, isMissing: bundle === undefined });
        shelf.refuse(line, 'bad');
        return undefined;
      }
      shelf.put(line, good);
      transaction(database, () => {
        pin(database, account, { address, device, identityKey: good.pinnable, at: now() });
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      shelf.refuse(line, 'unreachable');
      return error;
    }
  }

  // ————— Knowing ———————————————————————————————————————————————————————————————————————————————————————————

  #active(address: BareJid): keys.DeviceRecord[] {
    const { database, account } = this.#options;
    return keys.listDevices(database, account, address).filter(({ isActive }) => isActive);
  }

  #isListFresh(protocol: Protocol, address: BareJid, limit = LIST_AGE): boolean {
    const { database, account, now } = this.#options;
    const at = getListTime(database, account, { protocol, address });
    return at !== undefined && now() - at < limit;
  }

  /** The bundles that would be of use: of devices without a known key, or trusted and without a session under it. */
  #withoutKeys(address: BareJid): Line[] {
    const { database, account, shelf } = this.#options;
    const known = keys.listDevices(database, account, address);
    return known.flatMap((record) => {
      if (record.identityKey !== undefined && !mayReceive(trustOf(record, known))) return [];
      const usable = linesOf(address, record).find((line) => !shelf.isRefused(line));
      return usable === undefined || this.#hasKeys(usable, record) ? [] : [usable];
    });
  }

  #hasKeys(line: Line, { identityKey }: keys.DeviceRecord): boolean {
    const { database, account, shelf } = this.#options;
    if (shelf.find(line) !== undefined) return true;
    return isSessionWith(line.protocol, keys.getSession(database, account, line), identityKey);
  }

  #canReach(address: BareJid): boolean {
    return this.#active(address).some((record) =>
      linesOf(address, record).some((line) => this.#hasKeys(line, record)),
    );
  }
}

/** The ways to a device, the preferred one first. */
function linesOf(address: BareJid, { device, protocols }: keys.DeviceRecord): Line[] {
  return protocols.map((protocol) => ({ protocol, address, device }));
}

/** 64 hex digits: the key without its type byte, as every client shows it (XEP-0384 0.9.1 #security). */
export function fingerprintOf(identityKey: Uint8Array): string {
  return Buffer.from(identityKey.subarray(1)).toString('hex');
}

export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
