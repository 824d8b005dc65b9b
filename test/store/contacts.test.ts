import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { insertAccount } from '../../electron/store/accounts.ts';
import {
  deleteContact,
  deleteContactRequest,
  getContact,
  listContactRequests,
  listContacts,
  putContact,
  putContactRequest,
  replaceContacts,
  type ContactRecord,
} from '../../electron/store/contacts.ts';
import { prepare, type Database } from '../../electron/store/database.ts';
import type { BareJid } from '../../shared/jid.ts';
import { hostileTexts, juliet, temporaryDatabase } from './profile.ts';

function setUp(): { database: Database; account: number; other: number } {
  const database = temporaryDatabase();
  const account = insertAccount(database, juliet);
  const other = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
  return { database, account, other };
}

function contact(account: number, address: string, changes: Partial<ContactRecord> = {}): ContactRecord {
  return { account, address, name: '', subscription: 'none', asking: false, groups: [], ...changes };
}

describe('contacts', () => {
  test('are put, found, replaced and removed', () => {
    const { database, account, other } = setUp();
    const romeo = contact(account, 'romeo@montague.example', {
      name: 'Romeo',
      subscription: 'both',
      asking: true,
      groups: ['Friends', 'Verona'],
    });
    const benvolio = contact(other, 'benvolio@montague.example', { subscription: 'to' });
    putContact(database, romeo);
    putContact(database, benvolio);
    expect(listContacts(database)).toEqual([romeo, benvolio]);
    expect(listContacts(database, other)).toEqual([benvolio]);
    expect(getContact(database, account, romeo.address)).toEqual(romeo);
    expect(getContact(database, other, romeo.address)).toBeUndefined();
    putContact(database, { ...romeo, name: '', asking: false, groups: [], subscription: 'from' });
    expect(getContact(database, account, romeo.address)).toEqual(
      contact(account, romeo.address, { subscription: 'from' }),
    );
    expect(deleteContact(database, other, romeo.address)).toBe(false);
    expect(deleteContact(database, account, romeo.address)).toBe(true);
    expect(deleteContact(database, account, romeo.address)).toBe(false);
    expect(listContacts(database)).toEqual([benvolio]);
  });

  test.each(hostileTexts)('take any text (%#)', (text) => {
    const { database, account } = setUp();
    const odd = contact(account, text, { name: text, groups: [text, ''] });
    putContact(database, odd);
    expect(getContact(database, account, text)).toEqual(odd);
  });

  test('with nonsense in their columns are still contacts', () => {
    const { database, account } = setUp();
    putContact(database, contact(account, 'a@b', { subscription: 'both' }));
    prepare(database, `UPDATE contacts SET subscription = 'remove', groups = 'null'`).run();
    expect(listContacts(database)).toEqual([contact(account, 'a@b')]);
  });
});

describe('a list from the server', () => {
  test('takes the place of the one before, and says what that changes', () => {
    const { database, account, other } = setUp();
    const same = contact(account, 'same@x', { groups: ['a', 'b'] });
    const renamed = contact(account, 'renamed@x', { name: 'before' });
    const gone = contact(account, 'gone@x');
    const elsewhere = contact(other, 'gone@x');
    for (const each of [same, renamed, gone, elsewhere]) putContact(database, each);
    const fresh = contact(account, 'fresh@x');
    const after = { ...renamed, name: 'after' };
    expect(replaceContacts(database, account, [fresh, same, after])).toEqual({
      changed: [fresh, after],
      removed: ['gone@x'],
    });
    expect(listContacts(database, account)).toEqual([fresh, after, same]);
    expect(listContacts(database, other)).toEqual([elsewhere]);
    expect(replaceContacts(database, account, [after, fresh, same])).toEqual({ changed: [], removed: [] });
  });

  test('is what is kept, whatever was there before', () => {
    const { database, account } = setUp();
    const list = fc.uniqueArray(
      fc.record({
        account: fc.constant(account),
        address: fc.constantFrom('a@x', 'b@x', 'c@x', 'd@x'),
        name: fc.constantFrom('', 'n'),
        subscription: fc.constantFrom('none', 'to', 'from', 'both'),
        asking: fc.boolean(),
        groups: fc.array(fc.constantFrom('g', 'h'), { maxLength: 2 }),
      }),
      { selector: (each) => each.address },
    );
    fc.assert(
      fc.property(list, list, (before, after) => {
        replaceContacts(database, account, before);
        const { changed, removed } = replaceContacts(database, account, after);
        const sorted = [...after].sort((a, b) => (a.address < b.address ? -1 : 1));
        expect(listContacts(database, account)).toEqual(sorted);
        for (const each of changed) expect(before).not.toContainEqual(each);
        expect(new Set(removed)).toEqual(
          new Set(before.map((each) => each.address)).difference(new Set(after.map((each) => each.address))),
        );
      }),
    );
  });

  test('that names an address twice counts as it named it last', () => {
    const { database, account } = setUp();
    const last = contact(account, 'a@x', { name: 'last' });
    expect(replaceContacts(database, account, [contact(account, 'a@x'), last])).toEqual({
      changed: [last],
      removed: [],
    });
    expect(listContacts(database)).toEqual([last]);
  });
});

test('requests are kept once for each address, with their newest words', () => {
  const { database, account, other } = setUp();
  const first = { account, address: 'romeo@montague.example', note: 'But soft', at: 2 };
  const second = { account: other, address: 'romeo@montague.example', note: '', at: 1 };
  putContactRequest(database, first);
  putContactRequest(database, second);
  expect(listContactRequests(database)).toEqual([second, first]);
  putContactRequest(database, { ...first, note: hostileTexts[0] ?? '', at: 3 });
  expect(listContactRequests(database)).toEqual([second, { ...first, note: hostileTexts[0], at: 3 }]);
  expect(deleteContactRequest(database, account, 'mallory@evil.example')).toBe(false);
  expect(deleteContactRequest(database, account, first.address)).toBe(true);
  expect(listContactRequests(database)).toEqual([second]);
});
