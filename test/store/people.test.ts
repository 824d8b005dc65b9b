/** People, pictures and notes in the database: who is remembered, what is still wanted, and what goes. */
import { expect, test } from 'vitest';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, type Database } from '../../electron/store/database.ts';
import * as people from '../../electron/store/people.ts';
import { getPicture, putPicture } from '../../electron/store/pictures.ts';
import { juliet, temporaryDatabase } from './profile.ts';
import { insertAccount } from '../../electron/store/accounts.ts';

const ROMEO = 'romeo@montague.example';
const MERCUTIO = 'mercutio@verona.example';
const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)];
const PICTURE = { type: 'image/png', bytes: Uint8Array.of(1, 2, 3) };

function contact(database: Database, account: number, address: string, subscription: 'both' | 'none'): void {
  putContact(database, { account, address, name: '', subscription, asking: false, groups: [] });
}

function begin(): { database: Database; account: number } {
  const database = temporaryDatabase();
  return { database, account: insertAccount(database, juliet) };
}

test('what is said by either way is wanted until it is here, or was refused lately', () => {
  const { database, account } = begin();
  people.setAvatar(database, account, ROMEO, 'photo', ONE);
  people.setAvatar(database, account, MERCUTIO, 'avatar', '');
  expect(people.listWanted(database, account, 0, 9)).toEqual([
    { address: ROMEO, hash: ONE, source: 'photo' },
  ]);
  people.setAvatar(database, account, ROMEO, 'avatar', TWO);
  expect(people.listWanted(database, account, 0, 9)).toEqual([
    { address: ROMEO, hash: TWO, source: 'avatar' },
  ]);
  people.setRefused(database, account, ROMEO, TWO, 1_000);
  expect(people.listWanted(database, account, 1_000, 9)).toEqual([]);
  expect(people.listWanted(database, account, 1_001, 9)).toHaveLength(1);
  people.setAvatar(database, account, ROMEO, 'avatar', ONE);
  expect(people.listWanted(database, account, 0, 9)).toHaveLength(1);
  putPicture(database, ONE, PICTURE);
  expect(people.listWanted(database, account, 0, 9)).toEqual([]);
  expect(people.getFace(database, account, ROMEO)).toEqual({ avatar: ONE, nickname: '', fullName: '' });
  closeDatabase(database);
});

test('no picture by the newer way makes what the older one said stale', () => {
  const { database, account } = begin();
  people.setAvatar(database, account, ROMEO, 'photo', ONE);
  people.setAvatar(database, account, ROMEO, 'avatar', '');
  expect(people.getPerson(database, account, ROMEO)).toEqual({ avatar: '', nickname: '' });
  closeDatabase(database);
});

test('strangers, their pictures and notes about them go; what somebody shows stays', () => {
  const { database, account } = begin();
  contact(database, account, ROMEO, 'both');
  contact(database, account, MERCUTIO, 'none');
  for (const address of [ROMEO, MERCUTIO, juliet.address, 'mallory@evil.example']) {
    people.setNickname(database, account, address, 'Name');
    people.setNote(database, account, address, 'note');
  }
  people.setAvatar(database, account, ROMEO, 'avatar', ONE);
  people.setAvatar(database, account, MERCUTIO, 'avatar', TWO);
  for (const hash of [ONE, TWO]) putPicture(database, hash, PICTURE);
  people.forgetPicture(database, ONE);
  expect(people.forgetStrangers(database)).toBe(true);
  expect(people.forgetStrangers(database)).toBe(false);
  expect(getPicture(database, ONE)?.bytes).toEqual(Buffer.of(1, 2, 3));
  expect(getPicture(database, TWO)).toBeUndefined();
  const names = [ROMEO, MERCUTIO, juliet.address].map(
    (each) => people.getFace(database, account, each).nickname,
  );
  expect(names).toEqual(['Name', '', 'Name']);
  expect(people.listNotes(database, account).map(({ address }) => address)).toEqual([MERCUTIO, ROMEO]);
  closeDatabase(database);
});

test('a card that is none names nobody', () => {
  const { database, account } = begin();
  people.setNickname(database, account, ROMEO, '');
  database.prepare(`UPDATE people SET card = '{"fullName": {"a": 1}'`).run();
  expect(people.getFace(database, account, ROMEO).fullName).toBe('');
  expect(people.getPerson(database, account, ROMEO).card).toBeUndefined();
  closeDatabase(database);
});
