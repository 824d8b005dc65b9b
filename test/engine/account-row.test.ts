import { is } from 'valibot';
import { describe, expect, it } from 'vitest';
import { accountSchema, calls, type Proxy } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { accountRow, connectOptions, proxyRecord } from '../../electron/engine/account-row.ts';
import { newCredentials } from '../../electron/engine/credentials.ts';
import { newAccount } from '../../electron/engine/sign-in.ts';

const proxy: Proxy = {
  kind: 'socks5',
  host: 'proxy.example',
  port: 9050,
  username: 'romeo',
  password: 'the-proxys-secret',
};
const address = 'juliet@capulet.example' as BareJid;
const signIn = { address, password: 'the-accounts-secret', proxy };
const record = { ...newAccount(address, signIn, 0), id: 7 };
const credentials = newCredentials(true);
const standing = { state: 'offline', problem: undefined, nextTry: undefined } as const;

describe('the row of an account', () => {
  it('tells the window everything of the proxy but its password', () => {
    const row = accountRow(record, credentials, standing);
    expect(row.proxy).toEqual({
      kind: 'socks5',
      host: 'proxy.example',
      port: 9050,
      username: 'romeo',
      hasPassword: true,
    });
    expect(JSON.stringify(row)).not.toContain('secret');
    expect(is(accountSchema, row)).toBe(true);
  });

  it('cannot hold the password of a proxy at all', () => {
    const row = accountRow(record, credentials, standing);
    expect(is(accountSchema, { ...row, proxy: { ...row.proxy, password: 'x' } })).toBe(false);
  });

  it('tells a proxy without a password from one with it, and none at all', () => {
    const { password: _, ...open } = proxy;
    expect(
      accountRow({ ...record, proxy: proxyRecord(open) }, credentials, standing).proxy?.hasPassword,
    ).toBe(false);
    const { proxy: _proxy, ...direct } = record;
    expect(accountRow(direct, credentials, standing)).not.toHaveProperty('proxy');
  });
});

it('gives a connection the whole proxy', () => {
  expect(connectOptions(record, credentials).proxy).toEqual(proxy);
});

it.each([
  { ...proxy, kind: 'socks4' },
  { ...proxy, host: ' ' },
  { ...proxy, port: 0 },
  { ...proxy, port: 65_536 },
  { ...proxy, username: 'a'.repeat(256) },
  { ...proxy, hasPassword: true },
  null,
])('signing in refuses %j as a proxy', (wrong) => {
  expect(is(calls['accounts.signIn'].input, { ...signIn, proxy: wrong })).toBe(false);
});
