import { describe, expect, test } from 'vitest';
import { insertAccount } from '../../electron/store/accounts.ts';
import type { Database } from '../../electron/store/database.ts';
import { getListTime, setListedDevices } from '../../electron/store/device-lists.ts';
import * as keys from '../../electron/store/keys.ts';
import * as prekeys from '../../electron/store/prekeys.ts';
import type { BareJid } from '../../shared/jid.ts';
import { hostileTexts, juliet, temporaryDatabase } from './profile.ts';

const ROMEO = 'romeo@montague.example';
const OLDER = { protocol: 'legacy', address: ROMEO } as const;
const bytes = (fill: number, length = 33): Uint8Array => new Uint8Array(length).fill(fill);
const identity = { device: 31_415, publicKey: bytes(5), seed: bytes(6, 32) };

/** Two accounts, so that every function shows that it keeps them apart. */
function setUp(): { database: Database; account: number; other: number } {
  const database = temporaryDatabase();
  const account = insertAccount(database, juliet);
  const other = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
  keys.insertIdentity(database, account, identity);
  keys.insertIdentity(database, other, { ...identity, device: 2 });
  return { database, account, other };
}

const pairs = (count: number, fill = 1): { publicKey: Uint8Array; privateKey: Uint8Array }[] =>
  Array.from({ length: count }, (_, index) => ({
    publicKey: bytes(fill + index),
    privateKey: bytes(fill + index, 32),
  }));

describe('our own keys', () => {
  test('come back as they went in, one identity for each account', () => {
    const { database, account, other } = setUp();
    expect(keys.getIdentity(database, account)).toEqual(identity);
    expect(keys.getIdentity(database, other)?.device).toBe(2);
    expect(keys.getIdentity(database, 99)).toBeUndefined();
    expect(() => {
      keys.insertIdentity(database, account, identity);
    }).toThrow('UNIQUE');
    keys.setDevice(database, account, 7);
    expect(keys.getIdentity(database, account)).toEqual({ ...identity, device: 7 });
  });

  test('prekeys get ids from 1 on, and never one twice', () => {
    const { database, account, other } = setUp();
    prekeys.addPrekeys(database, account, 'legacy', pairs(3));
    prekeys.addPrekeys(database, other, 'legacy', pairs(1));
    expect(prekeys.listPrekeys(database, account, 'legacy').map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(prekeys.wasPrekeyUsedIn(database, account, 3, bytes(7))).toBe(false);
    prekeys.markPrekeyUsed(database, account, 3, { baseKey: bytes(7), at: 1_000 });
    prekeys.markPrekeyUsed(database, account, 3, { baseKey: bytes(8), at: 2_000 });
    for (const key of [7, 8, 9]) {
      expect(prekeys.wasPrekeyUsedIn(database, account, 3, bytes(key))).toBe(key < 9);
    }
    prekeys.addPrekeys(database, account, 'legacy', pairs(2, 10));
    expect(prekeys.listPrekeys(database, account, 'legacy').map(({ id }) => id)).toEqual([1, 2, 4, 5]);
    expect(prekeys.countPrekeys(database, account, 'legacy')).toBe(4);
    expect(prekeys.getPrekey(database, account, 'legacy', 4)).toEqual({
      id: 4,
      publicKey: bytes(10),
      privateKey: bytes(10, 32),
    });
    // It opens what is still under way, until it is forgotten.
    prekeys.removeUsedPrekeys(database, account, 1_000);
    expect(prekeys.getPrekey(database, account, 'legacy', 3)).toMatchObject({ id: 3 });
    prekeys.removeUsedPrekeys(database, account, 1_001);
    expect(prekeys.getPrekey(database, account, 'legacy', 3)).toBeUndefined();
    expect(prekeys.listPrekeys(database, other, 'legacy').map(({ id }) => id)).toEqual([1]);
    expect(() => {
      prekeys.addPrekeys(database, 99, 'legacy', pairs(1));
    }).toThrow('no identity');
  });

  test('signed prekeys: the newest is the published one, and goes last', () => {
    const { database, account, other } = setUp();
    const add = (at: number): void => {
      prekeys.addSignedPrekey(database, account, 'legacy', {
        publicKey: bytes(1),
        privateKey: bytes(2, 32),
        signature: bytes(3, 64),
        at,
      });
    };
    expect(prekeys.newestSignedPrekey(database, account, 'legacy')).toBeUndefined();
    for (const at of [100, 200, 300]) add(at);
    expect(prekeys.newestSignedPrekey(database, account, 'legacy')).toEqual({
      id: 3,
      publicKey: bytes(1),
      privateKey: bytes(2, 32),
      signature: bytes(3, 64),
      at: 300,
    });
    prekeys.removeReplacedSignedPrekeys(database, account, 200);
    expect(prekeys.getSignedPrekey(database, account, 'legacy', 1)).toBeDefined(); // replaced at 200, not before
    prekeys.removeReplacedSignedPrekeys(database, account, 201);
    expect(prekeys.getSignedPrekey(database, account, 'legacy', 1)).toBeUndefined();
    prekeys.removeReplacedSignedPrekeys(database, account, 1_000_000);
    expect(prekeys.newestSignedPrekey(database, account, 'legacy')?.id).toBe(3);
    expect(prekeys.newestSignedPrekey(database, other, 'legacy')).toBeUndefined();
  });
});

describe('sessions', () => {
  test('are kept for each account, address and device, whatever the address looks like', () => {
    const { database, account, other } = setUp();
    expect(keys.hasSessions(database, account)).toBe(false);
    for (const address of [ROMEO, ...hostileTexts.filter((text) => text !== '%_\\?@:$')]) {
      keys.putSession(database, account, { protocol: 'legacy', address, device: 1 }, 'first');
      keys.putSession(database, account, { protocol: 'legacy', address, device: 1 }, address);
      keys.putSession(database, account, { protocol: 'legacy', address, device: 2 }, 'two');
      expect(keys.getSession(database, account, { protocol: 'legacy', address, device: 1 })).toBe(address);
      expect(keys.getSession(database, account, { protocol: 'legacy', address, device: 2 })).toBe('two');
      expect(keys.getSession(database, other, { protocol: 'legacy', address, device: 1 })).toBeUndefined();
    }
    expect([keys.hasSessions(database, account), keys.hasSessions(database, other)]).toEqual([true, false]);
  });
});

describe('devices', () => {
  test('of a list become the active ones; those that leave keep key and trust', () => {
    const { database, account, other } = setUp();
    const learn = (devices: number[], at: number): void => {
      setListedDevices(
        database,
        account,
        OLDER,
        devices.map((id) => ({ id })),
        { trust: 'blind', at },
      );
    };
    expect(getListTime(database, account, OLDER)).toBeUndefined();
    learn([1, 2, 3], 10);
    keys.pinDevice(database, account, ROMEO, 1, { identityKey: bytes(1), trust: 'verified', at: 11 });
    keys.setTrust(database, account, ROMEO, 2, 'distrusted');
    learn([3], 20);
    // 1 showed a key and 2 was refused: both are remembered.
    expect(keys.listDevices(database, account, ROMEO)).toEqual([
      { device: 3, protocols: ['legacy'], isActive: true, trust: 'blind', firstSeen: 10 },
      { device: 1, protocols: [], isActive: false, identityKey: bytes(1), trust: 'verified', firstSeen: 10 },
      { device: 2, protocols: [], isActive: false, trust: 'distrusted', firstSeen: 10 },
    ]);
    learn([], 30);
    expect(keys.listDevices(database, account, ROMEO).map(({ device }) => device)).toEqual([1, 2]);
    learn([1], 40);
    expect(keys.getDevice(database, account, ROMEO, 1)).toMatchObject({ isActive: true, trust: 'verified' });
    expect(getListTime(database, account, OLDER)).toBe(40);
    expect(keys.listDevices(database, other, ROMEO)).toEqual([]);
    expect(getListTime(database, other, OLDER)).toBeUndefined();
  });

  test('are pinned, judged and seen', () => {
    const { database, account } = setUp();
    keys.pinDevice(database, account, ROMEO, 5, { identityKey: bytes(1), trust: 'blind', at: 10 });
    expect(keys.getDevice(database, account, ROMEO, 5)).toEqual({
      device: 5,
      protocols: [],
      isActive: false,
      identityKey: bytes(1),
      trust: 'blind',
      firstSeen: 10,
    });
    keys.pinDevice(database, account, ROMEO, 5, { identityKey: bytes(2), trust: 'undecided', at: 20 });
    keys.setLastSeen(database, account, ROMEO, 5, 30);
    expect(keys.getDevice(database, account, ROMEO, 5)).toEqual({
      device: 5,
      protocols: [],
      isActive: false,
      identityKey: bytes(2),
      trust: 'undecided',
      firstSeen: 10,
      lastSeen: 30,
    });
    expect(keys.setTrust(database, account, ROMEO, 5, 'verified')).toBe(true);
    expect(keys.setTrust(database, account, ROMEO, 6, 'verified')).toBe(false);
    expect(keys.getDevice(database, account, ROMEO, 6)).toBeUndefined();
  });

  test('with a trust that nobody knows are not trusted', () => {
    const { database, account } = setUp();
    keys.pinDevice(database, account, ROMEO, 5, { identityKey: bytes(1), trust: 'blind', at: 10 });
    database.prepare("UPDATE omemo_devices SET trust = 'wholly'").run();
    expect(keys.getDevice(database, account, ROMEO, 5)?.trust).toBe('undecided');
  });
});

test('removing the account removes every key', () => {
  const { database, account } = setUp();
  prekeys.addPrekeys(database, account, 'legacy', pairs(1));
  prekeys.addSignedPrekey(database, account, 'legacy', {
    publicKey: bytes(1),
    privateKey: bytes(2, 32),
    signature: bytes(3, 64),
    at: 1,
  });
  keys.putSession(database, account, { protocol: 'legacy', address: ROMEO, device: 1 }, 'x');
  setListedDevices(database, account, OLDER, [{ id: 1 }], { trust: 'blind', at: 1 });
  database.prepare('DELETE FROM accounts WHERE id = ?').run(account);
  for (const table of ['identities', 'prekeys', 'signed_prekeys', 'sessions', 'devices', 'lists']) {
    const query = `SELECT count(*) AS count FROM omemo_${table} WHERE account = ?`;
    expect([table, database.prepare(query).get(account)]).toEqual([table, { count: 0 }]);
  }
});
