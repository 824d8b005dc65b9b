/**
 * The device lists of people, one for each protocol of OMEMO: who is in the newest ones, and when they were learnt. Plain
 * functions on their tables; the devices themselves are in keys.ts.
 */
import { prepare, transaction, type Database } from './database.ts';
import type { Label, Protocol, Trust } from './keys.ts';

/** A device as its owner lists it. */
export interface Listed {
  readonly id: number;
  /** Only one protocol has it. */
  readonly label?: Label;
}

const COLUMN = { legacy: 'in_legacy', omemo2: 'in_omemo2' } as const satisfies Record<Protocol, string>;

/**
 * Makes exactly these devices the ones that an address lists for a protocol, and remembers that the list is known.
 * Devices that left every list stay, with their keys and trust; those that never showed a key are forgotten.
 */
export function setListedDevices(
  database: Database,
  account: number,
  { protocol, address }: { readonly protocol: Protocol; readonly address: string },
  devices: readonly Listed[],
  { trust, at }: { readonly trust: Trust; readonly at: number },
): void {
  const column = COLUMN[protocol];
  transaction(database, () => {
    prepare<[number, string]>(
      database,
      `UPDATE omemo_devices SET ${column} = 0 WHERE account = ? AND address = ? AND ${column} = 1`,
    ).run(account, address);
    const insert = prepare<[number, string, number, Trust, number]>(
      database,
      `INSERT INTO omemo_devices (account, address, device, ${column}, is_active, trust, first_seen)
       VALUES (?, ?, ?, 1, 1, ?, ?)
       ON CONFLICT DO UPDATE SET ${column} = 1`,
    );
    const name = prepare<[string | null, Uint8Array | null, number, string, number]>(
      database,
      'UPDATE omemo_devices SET label = ?, label_signature = ? WHERE account = ? AND address = ? AND device = ?',
    );
    for (const { id, label } of devices) {
      insert.run(account, address, id, trust, at);
      if (protocol === 'omemo2')
        name.run(label?.text ?? null, label?.signature ?? null, account, address, id);
    }
    prepare<[number, string]>(
      database,
      'UPDATE omemo_devices SET is_active = max(in_legacy, in_omemo2) WHERE account = ? AND address = ?',
    ).run(account, address);
    prepare<[number, string]>(
      database,
      `DELETE FROM omemo_devices WHERE account = ? AND address = ? AND is_active = 0
         AND identity_key IS NULL AND trust <> 'distrusted'`,
    ).run(account, address);
    setListTime(database, account, { protocol, address }, at);
  });
}

/** When a list of an address was last learnt, in milliseconds; `undefined` when it never was. */
export function getListTime(
  database: Database,
  account: number,
  { protocol, address }: { readonly protocol: Protocol; readonly address: string },
): number | undefined {
  return prepare<[number, Protocol, string], { at: number }>(
    database,
    'SELECT at FROM omemo_lists WHERE account = ? AND protocol = ? AND address = ?',
  ).get(account, protocol, address)?.at;
}

export function setListTime(
  database: Database,
  account: number,
  { protocol, address }: { readonly protocol: Protocol; readonly address: string },
  at: number,
): void {
  prepare<[number, Protocol, string, number]>(
    database,
    `INSERT INTO omemo_lists (account, protocol, address, at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at`,
  ).run(account, protocol, address, at);
}
