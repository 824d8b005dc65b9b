/**
 * A password that may hold: it was sent to the server, and nobody knows what became of it. Written down before it is
 * asked for, it takes the old one's place when the server has said yes, is tried when the old one is refused, and is
 * forgotten when the old one signs in. So whoever dies in the middle of a change still gets in.
 */
import type { CredentialsRecord } from '../store/credentials.ts';
import type { Database } from '../store/database.ts';
import { getPendingPassword, setPendingPassword } from '../store/pending-password.ts';
import { changeCredentials, credentialsOf } from './credentials.ts';

/** Makes the password that may hold the one that does; false when there is none. */
export function adoptPendingPassword(database: Database, account: number): boolean {
  const password = getPendingPassword(database, account);
  if (password === undefined) return false;
  changeCredentials(database, account, { password });
  setPendingPassword(database, account, undefined);
  return true;
}

/**
 * What to sign in with: while nobody knows which password holds, nothing that would work with either of them, if there
 * is something else.
 */
export function credentialsToTry(database: Database, account: number, password: string): CredentialsRecord {
  const credentials = credentialsOf(database, account);
  const { token, ...memory } = credentials.memory;
  const isDecisive = password !== '' || memory.keys !== undefined;
  const isDoubtful = token !== undefined && getPendingPassword(database, account) !== undefined;
  return isDoubtful && isDecisive ? { ...credentials, memory } : credentials;
}

/** Signed in by this mechanism: if that took the password, it is the right one. */
export function confirmPassword(database: Database, account: number, mechanism: string | undefined): void {
  if (mechanism !== undefined && /^(?:SCRAM-|PLAIN$)/u.test(mechanism)) {
    if (getPendingPassword(database, account) !== undefined) setPendingPassword(database, account, undefined);
  }
}
