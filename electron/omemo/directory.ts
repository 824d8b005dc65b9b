/**
 * What is known of devices: which an address has, with which keys, and how far they are trusted. Asks the network for
 * what is missing and keeps what it learns; touches no ratchet, so it needs no exclusive use of the keys.
 */
import type { DeviceRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { transaction, type Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { DEVICE_LIMIT } from '../xmpp/xep/xep0384.ts';
import { isGoodBundle, type BundleShelf } from './bundles.ts';
import type { OmemoNetwork } from './devices.ts';
import { legacySessions } from './protocols.ts';
import { isSameKey, mayReceive, trustOf, trustOfNew } from './trust.ts';
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

interface Peer {
  readonly address: BareJid;
  readonly device: number;
}

/** Lists of people who do not send us their events are asked for again after this time, in milliseconds. */
const LIST_AGE = 24 * 3_600_000;
/** Bundles fetched at the same time. */
const LANES = 8;

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #lookups = new Map<BareJid, Promise<void>>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Takes over a list; new devices are trusted as far as a key that nobody has seen can be. */
  learn(owner: BareJid, devices: readonly number[]): void {
    const { database, account, address, now, ownDevice } = this.#options;
    const own = owner === address ? ownDevice() : undefined;
    const listed = devices.filter((device) => device !== own).slice(0, DEVICE_LIMIT);
    transaction(database, () => {
      const trust = trustOfNew(keys.listDevices(database, account, owner));
      keys.setActiveDevices(database, account, owner, listed, { trust, at: now() });
    });
  }

  /** Asks for the list of an address. @throws StanzaError when nobody can tell now, WireClosed */
  async refresh(address: BareJid, network: OmemoNetwork): Promise<void> {
    const running = this.#lookups.get(address);
    if (running !== undefined) return running;
    const lookup = (async () => {
      const listed = await network.fetchDeviceList(address);
      // Not for us is for us as good as none.
      this.learn(address, typeof listed === 'string' ? [] : listed);
    })();
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
    const { address: own, shelf } = this.#options;
    await this.#ensureList(address, network);
    if (own !== address) await this.#ensureList(own, network);
    const wanted = [...new Set([address, own])].flatMap((each) => this.#withoutKeys(each));
    let failure: StanzaError | undefined;
    await inParallel(wanted, async (peer) => {
      try {
        await this.#fetchBundle(peer, network);
      } catch (error) {
        if (!(error instanceof StanzaError)) throw error;
        shelf.refuse(peer.address, peer.device, 'unreachable');
        if (peer.address === address) failure ??= error;
      }
    });
    if (failure !== undefined && !this.#canReach(address)) throw failure;
  }

  /** See `Omemo.hasDevices`. */
  hasDevices(address: BareJid): 'yes' | 'no' | 'unknown' {
    if (this.#active(address).length > 0) return 'yes';
    return this.#isListFresh(address) ? 'no' : 'unknown';
  }

  /** The devices of an address as a person sees them, without this one. */
  rows(address: BareJid): DeviceRow[] {
    const { database, account } = this.#options;
    const known = keys.listDevices(database, account, address);
    return known.map((record): DeviceRow => {
      const { device, isActive, identityKey, earlier, lastSeen } = record;
      return {
        account,
        address,
        device,
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

  async #ensureList(address: BareJid, network: OmemoNetwork): Promise<void> {
    const { database, account, address: own } = this.#options;
    if (this.#isListFresh(address)) return;
    try {
      await this.refresh(address, network);
    } catch (error) {
      // An old list is better than none, and the other side can be written to without knowing our own.
      const canWait = address === own || keys.getListTime(database, account, address) !== undefined;
      if (!(error instanceof StanzaError) || !canWait) throw error;
    }
  }

  async #fetchBundle({ address, device }: Peer, network: OmemoNetwork): Promise<void> {
    const { database, account, now, log, shelf } = this.#options;
    const bundle = await network.fetchBundle(address, device);
    if (bundle === undefined || !isGoodBundle(bundle)) {
      log('bad-bundle', { address, device, isMissing: bundle === undefined });
      shelf.refuse(address, device, 'bad');
      return;
    }
    shelf.put(address, device, bundle);
    transaction(database, () => {
      pin(database, account, { address, device, identityKey: bundle.identityKey, at: now() });
    });
  }

  // ————— Knowing ———————————————————————————————————————————————————————————————————————————————————————————

  #active(address: BareJid): keys.DeviceRecord[] {
    const { database, account } = this.#options;
    return keys.listDevices(database, account, address).filter(({ isActive }) => isActive);
  }

  #isListFresh(address: BareJid): boolean {
    const { database, account, now } = this.#options;
    const at = keys.getListTime(database, account, address);
    return at !== undefined && now() - at < LIST_AGE;
  }

  /** The devices whose bundle would be of use: no key known, or trusted and without a session under that key. */
  #withoutKeys(address: BareJid): Peer[] {
    const { database, account, shelf } = this.#options;
    const known = keys.listDevices(database, account, address);
    return known
      .filter((record) => {
        const { device, isActive, identityKey } = record;
        if (!isActive || shelf.isRefused(address, device) || shelf.find(address, device) !== undefined) {
          return false;
        }
        if (identityKey === undefined) return true;
        return mayReceive(trustOf(record, known)) && !this.#hasSession(address, record);
      })
      .map(({ device }) => ({ address, device }));
  }

  #hasSession(address: BareJid, { device, identityKey }: keys.DeviceRecord): boolean {
    const { database, account } = this.#options;
    const partner = legacySessions.sessionKey(keys.getSession(database, account, address, device));
    return partner !== undefined && identityKey !== undefined && isSameKey(partner, identityKey);
  }

  #canReach(address: BareJid): boolean {
    const { shelf } = this.#options;
    return this.#active(address).some(
      (record) => this.#hasSession(address, record) || shelf.find(address, record.device) !== undefined,
    );
  }
}

/** 64 hex digits: the key without its type byte, as every client shows it. */
export function fingerprintOf(identityKey: Uint8Array): string {
  return Buffer.from(identityKey.subarray(1)).toString('hex');
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
