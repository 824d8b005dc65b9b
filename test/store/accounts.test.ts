import { describe, expect, test } from 'vitest';
import {
  deleteAccount,
  getAccount,
  insertAccount,
  listAccounts,
  setReceived,
  setSession,
  updateAccount,
} from '../../electron/store/accounts.ts';
import { prepare } from '../../electron/store/database.ts';
import { putContact, putContactRequest } from '../../electron/store/contacts.ts';
import { enqueue } from '../../electron/store/outbox.ts';
import { park } from '../../electron/store/waiting.ts';
import type { BareJid, FullJid } from '../../shared/jid.ts';
import { add, hostileTexts, juliet, temporaryDatabase, withChat } from './profile.ts';

const server = { host: 'xmpp.capulet.example', port: 5_223, security: 'direct' } as const;
const proxy = { kind: 'http', host: '::1', port: 8_080, username: 'u', password: 'p' } as const;
const session = {
  id: 'some-long-sm-id',
  jid: 'juliet@capulet.example/waxwing.balcony' as FullJid,
  received: 7,
  location: '[2001:db8::1]:5222',
  carrier: 'websocket' as const,
};

describe('an account', () => {
  test('comes back as it went in, with and without what is optional', () => {
    const database = temporaryDatabase();
    const full = {
      ...juliet,
      server,
      proxy,
      pins: ['ab', 'cd'],
      scramSeen: true,
      rosterVersion: 'ver7',
      session,
    };
    const id = insertAccount(database, full);
    const nurse = { ...juliet, address: 'nurse@capulet.example' as BareJid, enabled: false };
    const second = insertAccount(database, nurse);
    expect(listAccounts(database)).toEqual([
      { ...full, id },
      { ...nurse, id: second },
    ]);
    expect(getAccount(database, id)).toEqual({ ...full, id });
    expect(getAccount(database, 999)).toBeUndefined();
  });

  test('exists once for each address', () => {
    const database = temporaryDatabase();
    insertAccount(database, juliet);
    expect(() => insertAccount(database, juliet)).toThrow('UNIQUE');
    expect(listAccounts(database)).toHaveLength(1);
  });

  test.each(hostileTexts)('takes any text (%#)', (text) => {
    const database = temporaryDatabase();
    const odd = {
      ...juliet,
      address: text as BareJid,
      password: text,
      resource: text,
      pins: [text],
      rosterVersion: text,
    };
    const id = insertAccount(database, odd);
    expect(getAccount(database, id)).toEqual({ ...odd, id });
  });

  test('changes in what is given: absent keeps, null clears', () => {
    const database = temporaryDatabase();
    const id = insertAccount(database, { ...juliet, server, proxy, rosterVersion: 'ver7', session });
    const other = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
    updateAccount(database, id, { hue: 12, password: 'new' });
    const changed = {
      ...juliet,
      id,
      hue: 12,
      password: 'new',
      server,
      proxy,
      rosterVersion: 'ver7',
      session,
    };
    expect(getAccount(database, id)).toEqual(changed);
    updateAccount(database, id, {});
    expect(getAccount(database, id)).toEqual(changed);
    updateAccount(database, id, {
      server: null,
      proxy: null,
      rosterVersion: null,
      enabled: false,
      scramSeen: true,
      pins: ['x'],
    });
    expect(getAccount(database, id)).toEqual({
      ...juliet,
      id,
      hue: 12,
      password: 'new',
      session,
      enabled: false,
      scramSeen: true,
      pins: ['x'],
    });
    const { password: _, ...open } = proxy;
    updateAccount(database, id, { server, proxy: open });
    expect(getAccount(database, id)).toMatchObject({ server, proxy: open });
    expect(getAccount(database, other)).toEqual({ ...juliet, id: other, address: 'nurse@capulet.example' });
    updateAccount(database, 999, { hue: 1 });
    expect(listAccounts(database)).toHaveLength(2);
  });

  test('with nonsense in its columns is still an account', () => {
    const database = temporaryDatabase();
    const id = insertAccount(database, { ...juliet, server });
    const read = (columns: string): unknown => {
      prepare(database, `UPDATE accounts SET ${columns}`).run();
      return getAccount(database, id);
    };
    expect(read(`server = '{"host":1}', pins = '{}'`)).toEqual({ ...juliet, id });
    expect(read(`server = 'null', pins = '["a", 1, null]'`)).toEqual({ ...juliet, id, pins: ['a'] });
    expect(read(`server = '{"host":"h","port":1,"security":"none"}'`)).toMatchObject({
      server: { host: 'h', port: 1, security: 'starttls' },
    });
  });

  test.each(['nonsense', 'null', '{}', '{"host":1,"port":"x"}'])(
    'never loses its proxy: %s leads nowhere, not around it',
    (column) => {
      const database = temporaryDatabase();
      const id = insertAccount(database, { ...juliet, proxy });
      prepare<[string]>(database, 'UPDATE accounts SET proxy = ?').run(column);
      expect(getAccount(database, id)?.proxy).toEqual({ kind: 'socks5', host: '0.0.0.0', port: 1 });
    },
  );
});

test('the session is kept, counted and forgotten', () => {
  const database = temporaryDatabase();
  const id = insertAccount(database, juliet);
  const { location: _, carrier: _carrier, ...bare } = session;
  const read = (): unknown => getAccount(database, id)?.session;
  setSession(database, id, session);
  expect(read()).toEqual(session);
  setReceived(database, id, 2 ** 32 - 1);
  expect(read()).toEqual({ ...session, received: 2 ** 32 - 1 });
  setSession(database, id, bare);
  expect(read()).toEqual(bare);
  setSession(database, id, undefined);
  expect(read()).toBeUndefined();
  expect(getAccount(database, id)).toEqual({ ...juliet, id });
});

test('nothing of a removed account is left, and all of the others', () => {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const nurse = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
  for (const owner of [account, nurse]) {
    const contact = { account: owner, address: 'romeo@montague.example' };
    putContact(database, { ...contact, name: '', subscription: 'both', asking: false, groups: [] });
    putContactRequest(database, { ...contact, note: '', at: 1 });
  }
  const { id: message } = add(database, { id: chat, account });
  enqueue(database, { account, chat, message });
  enqueue(database, { account, stanza: '<presence/>' });
  park(database, { chat, target: 't', sender: 's', fact: {}, at: 1 });
  deleteAccount(database, account);
  const tables = ['accounts', 'contacts', 'contact_requests', 'chats', 'messages', 'outbox', 'waiting_facts'];
  const counts = tables.map((table) => prepare(database, `SELECT count(*) AS n FROM ${table}`).get());
  expect(counts).toEqual([1, 1, 1, 0, 0, 0, 0].map((n) => ({ n })));
  expect(listAccounts(database).map((each) => each.id)).toEqual([nurse]);
});
