/** Whom the server keeps away from an account, as it last told us. */
import { rulesFor } from '../../shared/blocking.ts';
import { prepare, transaction, type Database } from './database.ts';

export function listBlocked(database: Database, account: number): string[] {
  return prepare<[number], { address: string }>(
    database,
    'SELECT address FROM blocked WHERE account = ? ORDER BY address',
  )
    .all(account)
    .map(({ address }) => address);
}

/** True when something in the list matches this address (prepared), with or without resource. */
export function isInBlockList(database: Database, account: number, jid: string): boolean {
  // Asked of everything that comes in, so it is asked once: of all four rules that there are at the most.
  const [first = jid, second = first, third = first, fourth = first] = rulesFor(jid);
  const found = prepare<[number, string, string, string, string]>(
    database,
    'SELECT 1 FROM blocked WHERE account = ? AND address IN (?, ?, ?, ?) LIMIT 1',
  );
  return found.get(account, first, second, third, fourth) !== undefined;
}

export function addBlocked(database: Database, account: number, addresses: readonly string[]): void {
  const add = prepare<[number, string]>(
    database,
    'INSERT OR IGNORE INTO blocked (account, address) VALUES (?, ?)',
  );
  transaction(database, () => {
    for (const address of addresses) add.run(account, address);
  });
}

export function removeBlocked(database: Database, account: number, addresses: readonly string[]): void {
  const remove = prepare<[number, string]>(database, 'DELETE FROM blocked WHERE account = ? AND address = ?');
  transaction(database, () => {
    for (const address of addresses) remove.run(account, address);
  });
}

/** Makes the list exactly this one; writes only what differs, which is nothing at most times. */
export function replaceBlocked(database: Database, account: number, addresses: readonly string[]): void {
  transaction(database, () => {
    const [known, wanted] = [new Set(listBlocked(database, account)), new Set(addresses)];
    removeBlocked(database, account, [...known.difference(wanted)]);
    addBlocked(database, account, [...wanted.difference(known)]);
  });
}
