import { expect, test } from 'vitest';
import * as contacts from '../../electron/store/contacts.ts';
import { putInvitation, takeInvitation } from '../../electron/store/invitations.ts';
import { getPendingPassword, setPendingPassword } from '../../electron/store/pending-password.ts';
import { insertAccount, listAccounts } from '../../electron/store/accounts.ts';
import type { Database } from '../../electron/store/database.ts';
import { bare } from '../support/xml.ts';
import { juliet, temporaryDatabase } from './profile.ts';

const addAccount = (database: Database, address = 'juliet@capulet.example'): number =>
  insertAccount(database, { ...juliet, address: bare(address) });

test('a token serves once, only its own account, and only in its time', () => {
  const database = temporaryDatabase();
  const [romeo, juliet] = [addAccount(database, 'romeo@montague.example'), addAccount(database)];
  for (const token of ['one', 'two', 'late']) {
    putInvitation(database, { account: romeo, token, expires: token === 'late' ? 10 : 100 });
  }
  expect(takeInvitation(database, juliet, 'one', 50)).toBe(false);
  expect(takeInvitation(database, romeo, 'One', 50)).toBe(false);
  expect(takeInvitation(database, romeo, 'one', 50)).toBe(true);
  expect(takeInvitation(database, romeo, 'one', 50)).toBe(false);
  expect(takeInvitation(database, romeo, 'late', 50)).toBe(false);
  expect(takeInvitation(database, romeo, 'two', 100)).toBe(false);
});

test('of very many, those that end first give way', () => {
  const database = temporaryDatabase();
  const account = addAccount(database);
  for (let n = 0; n < 300; n += 1) {
    putInvitation(database, { account, token: `t${String(n)}`, expires: 1_000 + n });
  }
  expect(takeInvitation(database, account, 't43', 0)).toBe(false);
  expect(takeInvitation(database, account, 't44', 0)).toBe(true);
  expect(takeInvitation(database, account, 't299', 0)).toBe(true);
});

test('a password that may hold is kept beside the one that did, and with nothing that a window sees', () => {
  const database = temporaryDatabase();
  const account = addAccount(database);
  expect(getPendingPassword(database, account)).toBeUndefined();
  setPendingPassword(database, account, 'new secret');
  expect(getPendingPassword(database, account)).toBe('new secret');
  expect(JSON.stringify(listAccounts(database))).not.toContain('new secret');
  setPendingPassword(database, account, undefined);
  expect(getPendingPassword(database, account)).toBeUndefined();
});

test('where somebody moved from stays when they ask again, and is nothing without a request', () => {
  const database = temporaryDatabase();
  const account = addAccount(database);
  const request = { account, address: 'juliet@capulet.example', note: '', at: 1 };
  contacts.setMovedFrom(database, account, request.address, 'juliet@im.example.net');
  expect(contacts.getContactRequest(database, account, request.address)).toBeUndefined();
  contacts.putContactRequest(database, request);
  contacts.setMovedFrom(database, account, request.address, 'juliet@im.example.net');
  contacts.putContactRequest(database, { ...request, at: 2 });
  const expected = { ...request, at: 2, movedFrom: 'juliet@im.example.net' };
  expect(contacts.getContactRequest(database, account, request.address)).toEqual(expected);
  expect(contacts.listContactRequests(database)).toEqual([expected]);
});
