/** The copy of the block list: what it matches is what the rules match one by one, and a list that is the same writes nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { insertAccount } from '../../electron/store/accounts.ts';
import { addBlocked, isInBlockList, listBlocked, replaceBlocked } from '../../electron/store/blocked.ts';
import { blockingRule } from '../../shared/blocking.ts';
import type { BareJid } from '../../shared/jid.ts';
import { juliet, temporaryDatabase } from './profile.ts';

const address = fc.constantFrom(
  ...['evil.example', 'evil.example/r', 'mallory@evil.example', 'mallory@evil.example/r'],
  ...['mallory@evil.example/x', 'trudy@evil.example', 'mallory@good.example', 'good.example'],
);

test('matches as the rules do, and becomes exactly what it is to be', () => {
  const database = temporaryDatabase();
  const account = insertAccount(database, juliet);
  const other = insertAccount(database, { ...juliet, address: 'romeo@montague.example' as BareJid });
  addBlocked(database, other, ['good.example']);
  fc.assert(
    fc.property(fc.array(address), address, (list, jid) => {
      replaceBlocked(database, account, list);
      expect(listBlocked(database, account)).toEqual([...new Set(list)].sort());
      expect(isInBlockList(database, account, jid)).toBe(blockingRule(new Set(list), jid) !== undefined);
    }),
  );
  expect(listBlocked(database, other)).toEqual(['good.example']);
});

test('the same list again writes nothing', () => {
  const database = temporaryDatabase();
  const account = insertAccount(database, juliet);
  replaceBlocked(database, account, ['b.example', 'a.example']);
  const written = (): unknown => database.prepare('SELECT total_changes() AS count').get();
  const before = written();
  replaceBlocked(database, account, ['a.example', 'b.example']);
  expect(written()).toEqual(before);
});
