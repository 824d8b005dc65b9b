/** What is kept of a password, and what makes it needed again. */
import { describe, expect, it } from 'vitest';
import {
  changeCredentials,
  credentialsOf,
  newCredentials,
  rememberCredentials,
  worthKeeping,
} from '../../electron/engine/credentials.ts';
import { getAccount, insertAccount } from '../../electron/store/accounts.ts';
import { putCredentials, type CredentialsRecord } from '../../electron/store/credentials.ts';
import type { Database } from '../../electron/store/database.ts';
import { juliet, temporaryDatabase } from '../store/profile.ts';

const token = { mechanism: 'HT-SHA-256-NONE', secret: 'x', expiry: 4e12, count: 0 };
const keys = { family: 'SCRAM-SHA-1', salt: 's', iterations: 4096, clientKey: 'c', serverKey: 'k' };
const offer = { mechanisms: ['SCRAM-SHA-1'], resumes: true, fast: [] };

function account(credentials: CredentialsRecord, password = 'secret'): { database: Database; id: number } {
  const database = temporaryDatabase();
  const id = insertAccount(database, { ...juliet, password });
  putCredentials(database, id, credentials);
  return { database, id };
}

describe('what is kept', () => {
  const kept = newCredentials(true);
  const dropped = newCredentials(false);
  it.each([
    ['the password, and no keys beside it', kept, { token, keys }, 'secret', { token }],
    ['a token instead of the password', dropped, { token }, '', { token }],
    ['keys instead of the password', dropped, { keys }, '', { keys }],
    ['both instead of the password', dropped, { token, keys }, '', { token, keys }],
    ['the password while nothing else would do', dropped, { offer }, 'secret', { offer }],
  ])('%s', (_name, credentials, learned, password, remembered) => {
    const memory = { ...credentials.memory, ...learned };
    expect(worthKeeping('secret', { ...credentials, memory })).toEqual({
      password,
      credentials: { ...credentials, memory: { ...credentials.memory, ...remembered } },
    });
  });

  it('a certificate instead of the password', () => {
    const credentials = newCredentials(false, { certificate: 'c', key: 'k' });
    expect(worthKeeping('secret', credentials).password).toBe('');
  });

  it('every account has another name for this installation, which stays', () => {
    const database = temporaryDatabase();
    const id = insertAccount(database, juliet);
    const { agent } = credentialsOf(database, id).memory;
    expect(agent).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(credentialsOf(database, id).memory.agent).toBe(agent);
    expect(newCredentials(true).memory.agent).not.toBe(agent);
  });
});

describe('remembering', () => {
  it('drops the password once, and does not miss it when the token goes', () => {
    const credentials = newCredentials(false);
    const { database, id } = account(credentials);
    rememberCredentials(database, id, { ...credentials.memory, offer });
    expect(getAccount(database, id)?.password).toBe('secret');
    rememberCredentials(database, id, { ...credentials.memory, offer, token });
    expect(getAccount(database, id)?.password).toBe('');
    rememberCredentials(database, id, { ...credentials.memory, offer });
    expect(getAccount(database, id)?.password).toBe('');
  });

  it('of an account that is gone is nothing', () => {
    const database = temporaryDatabase();
    rememberCredentials(database, 7, newCredentials(true).memory);
  });
});

describe('changing', () => {
  const old = { ...newCredentials(true), memory: { ...newCredentials(true).memory, token, keys, offer } };
  it('a new password is tried by itself', () => {
    const { database, id } = account(old);
    expect(changeCredentials(database, id, { password: 'new' })).toBe(true);
    expect(getAccount(database, id)?.password).toBe('new');
    expect(credentialsOf(database, id).memory).toEqual({ agent: old.memory.agent, offer, sasl2Seen: false });
  });

  it('no longer keeping it signs in once more, as only the password yields keys', () => {
    const { database, id } = account(old);
    expect(changeCredentials(database, id, { keepPassword: false })).toBe(true);
    expect(credentialsOf(database, id).memory).not.toHaveProperty('token');
    expect(getAccount(database, id)?.password).toBe('secret');
  });

  it('keeping it from now on changes nothing while there is none', () => {
    const { database, id } = account({ ...old, keepsPassword: false }, '');
    expect(changeCredentials(database, id, { keepPassword: true })).toBe(false);
    expect(credentialsOf(database, id)).toEqual(old);
  });

  it('nothing is nothing', () => {
    const { database, id } = account(old);
    expect(changeCredentials(database, id, {})).toBe(false);
    expect(credentialsOf(database, id)).toEqual(old);
  });

  it('a certificate comes and goes', () => {
    const { database, id } = account(old);
    const certificate = { certificate: 'c', key: 'k' };
    expect(changeCredentials(database, id, { certificate })).toBe(true);
    expect(credentialsOf(database, id).certificate).toEqual(certificate);
    expect(changeCredentials(database, id, { certificate: null })).toBe(true);
    expect(credentialsOf(database, id)).not.toHaveProperty('certificate');
  });
});
