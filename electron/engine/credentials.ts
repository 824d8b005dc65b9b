/**
 * What an account signs in with: its password, or what stands for it. Here is decided what of that is kept; what is
 * used, authentication decides.
 */
import { randomUUID } from 'node:crypto';
import { getAccount, updateAccount } from '../store/accounts.ts';
import {
  getCredentials,
  putCredentials,
  type CredentialsRecord,
  type MemoryRecord,
} from '../store/credentials.ts';
import type { Database } from '../store/database.ts';

/** Of an account that has never signed in. */
export function newCredentials(
  keepsPassword: boolean,
  certificate?: CredentialsRecord['certificate'],
): CredentialsRecord {
  return {
    keepsPassword,
    ...(certificate !== undefined && { certificate }),
    memory: { agent: randomUUID(), sasl2Seen: false },
  };
}

/** The credentials of an account; accounts from before there were any get theirs now. */
export function credentialsOf(database: Database, account: number): CredentialsRecord {
  const found = getCredentials(database, account);
  if (found !== undefined) return found;
  const fresh = newCredentials(true);
  putCredentials(database, account, fresh);
  return fresh;
}

/** What of a password and credentials is kept. */
export function worthKeeping(
  password: string,
  credentials: CredentialsRecord,
): { readonly password: string; readonly credentials: CredentialsRecord } {
  const { keepsPassword, certificate, memory } = credentials;
  if (keepsPassword) {
    // Keys can do nothing that the password cannot.
    const { agent, token, offer, sasl2Seen } = memory;
    const without = { agent, ...(token && { token }), ...(offer && { offer }), sasl2Seen };
    return { password, credentials: { ...credentials, memory: without } };
  }
  const isReplaced = [memory.token, memory.keys, certificate].some((other) => other !== undefined);
  return { password: isReplaced ? '' : password, credentials };
}

/** Keeps what authentication wants to remember, and drops the password as soon as that will do instead. */
export function rememberCredentials(database: Database, account: number, memory: MemoryRecord): void {
  const record = getAccount(database, account);
  if (record === undefined) return;
  const kept = worthKeeping(record.password, { ...credentialsOf(database, account), memory });
  putCredentials(database, account, kept.credentials);
  if (kept.password !== record.password) updateAccount(database, account, { password: kept.password });
}

export interface CredentialChanges {
  readonly password?: string | undefined;
  readonly keepPassword?: boolean | undefined;
  readonly certificate?: CredentialsRecord['certificate'] | null | undefined;
}

/**
 * Changes what the account signs in with; true when it has to do so anew. A new password is tried by itself: what an
 * old one left behind is forgotten. So is a token when the password is no longer to be kept, as only the password can
 * yield the keys that stand for it.
 */
export function changeCredentials(database: Database, account: number, changes: CredentialChanges): boolean {
  const { password, keepPassword, certificate } = changes;
  if (password === undefined && keepPassword === undefined && certificate === undefined) return false;
  const record = getAccount(database, account);
  if (record === undefined) return false;
  const { keepsPassword: keptBefore, certificate: oldCertificate, memory } = credentialsOf(database, account);
  const keepsPassword = keepPassword ?? keptBefore;
  const newCertificate = certificate === undefined ? oldCertificate : (certificate ?? undefined);
  const hasPassword = (password ?? record.password) !== '';
  const isFresh = password !== undefined || certificate !== undefined || (hasPassword && !keepsPassword);
  const { agent, offer, sasl2Seen } = memory;
  putCredentials(database, account, {
    keepsPassword,
    ...(newCertificate !== undefined && { certificate: newCertificate }),
    memory: isFresh ? { agent, ...(offer && { offer }), sasl2Seen } : memory,
  });
  if (password !== undefined) updateAccount(database, account, { password });
  return isFresh;
}
