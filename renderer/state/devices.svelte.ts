/**
 * The encryption devices of people and of our own accounts, as far as somebody looked at them.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, ChatRow, DeviceRow, Input, Output } from '../../shared/contract.ts';
import type { KeyClaim } from '../../shared/key-claims.ts';
import type { Call } from './call.ts';

/** A device and the key of it that the person looked at. */
export type Shown = Pick<DeviceRow, 'account' | 'address' | 'device' | 'fingerprint'>;

export type Health = Output<'devices.health'>['devices'][number];

const keyOf = (account: number, address: string, device: number): string => `${account} ${address} ${device}`;

export class Devices {
  readonly #rows = new SvelteMap<string, DeviceRow>();
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** This device first, then those in use, then by number. */
  of(account: number, address: string): DeviceRow[] {
    return [...this.#rows.values()]
      .filter((row) => row.account === account && row.address === address)
      .sort(
        (a, b) =>
          Number(b.isThisDevice) - Number(a.isThisDevice) ||
          Number(b.isActive) - Number(a.isActive) ||
          a.device - b.device,
      );
  }

  apply(change: Change): void {
    if (change.put === 'device') this.#put(change.row);
    if (change.put === 'no-device') this.#rows.delete(keyOf(change.account, change.address, change.device));
    if (change.put === 'no-account') {
      for (const [key, row] of this.#rows) if (row.account === change.account) this.#rows.delete(key);
    }
  }

  clear(): void {
    this.#rows.clear();
  }

  /** Asks for the devices on both sides of a chat. */
  async load(chat: ChatRow): Promise<void> {
    const { devices } = await this.#call('chats.devices', { chat: chat.id });
    for (const row of devices) this.#put(row);
  }

  /** How it stands with the devices behind a chat. */
  async health(chat: number): Promise<Health[]> {
    return (await this.#call('devices.health', { chat })).devices;
  }

  async setTrust(device: Shown, trust: Input<'devices.setTrust'>['trust']): Promise<void> {
    const { account, address, device: number } = device;
    await this.#call('devices.setTrust', {
      account,
      address,
      device: number,
      trust,
      ...(device.fingerprint !== undefined && { fingerprint: device.fingerprint }),
    });
  }

  /** The person does not want to be asked about it any more. */
  async dismiss({ account, address, device }: Shown): Promise<void> {
    await this.#call('devices.dismiss', { account, address, device });
  }

  /** Holds a code against the keys of somebody's devices; changes nothing. */
  check(account: number, address: string, claims: readonly KeyClaim[]): Promise<Output<'devices.check'>> {
    return this.#call('devices.check', { account, address, keys: [...claims] });
  }

  /** Decides about all devices of a code. */
  async verify(account: number, address: string, claims: readonly KeyClaim[]): Promise<void> {
    await this.#call('devices.verify', { account, address, keys: [...claims] });
  }

  #put(row: DeviceRow): void {
    this.#rows.set(keyOf(row.account, row.address, row.device), row);
  }
}
