/** The password that an account may have by now: it was sent to the server, and no answer is committed yet. Secret. */
import { prepare, type Database } from './database.ts';

export function getPendingPassword(database: Database, account: number): string | undefined {
  const row = prepare<[number], { pending_password: string | null }>(
    database,
    'SELECT pending_password FROM accounts WHERE id = ?',
  ).get(account);
  return row?.pending_password ?? undefined;
}

/** `undefined`: it is known again which password holds. */
export function setPendingPassword(database: Database, account: number, password: string | undefined): void {
  prepare<[string | null, number]>(database, 'UPDATE accounts SET pending_password = ? WHERE id = ?').run(
    password ?? null,
    account,
  );
}
