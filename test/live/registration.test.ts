/**
 * Accounts from their beginning to their end on a real Prosody: made with and without an invitation, with another
 * password, moved, and deleted; and a change of password whose engine dies at the worst moment.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Input, Output } from '../../shared/contract.ts';
import { readXmppUri } from '../../shared/xmpp-uri.ts';
import { startTestEngine, type Mirror, type TestEngine } from '../support/engine.ts';
import { forkEngine, type ForkedEngine } from '../support/engine-fork.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';

let prosody: Prosody;
let romeo: TestEngine;
let juliet: TestEngine;
let victim: ForkedEngine | undefined;
const folders = {
  romeo: temporaryFolder('romeo'),
  juliet: temporaryFolder('juliet'),
  victim: temporaryFolder('victim'),
};

const place = (): Omit<Input<'accounts.registrationForm'>, 'token'> => ({
  domain: 'localhost',
  server: { host: '127.0.0.1', port: prosody.ports.starttls, security: 'starttls' },
});
const ask = (who: Mirror, token?: string): Promise<Output<'accounts.registrationForm'>> =>
  who.call('accounts.registrationForm', { ...place(), ...(token !== undefined && { token }) });
const register = async (who: Mirror, form: { registration: number }, username: string, password: string) =>
  (
    await who.call('accounts.register', {
      registration: form.registration,
      answers: [
        { name: 'username', values: [username] },
        { name: 'password', values: [password] },
      ],
    })
  ).account;
const isStored = (name: string): boolean =>
  existsSync(join(prosody.folder, 'data', 'localhost', 'accounts', `${name}.dat`));
const tokenOf = (uri: string): string => {
  const action = readXmppUri(uri)?.action;
  if (action?.kind !== 'add' || action.token === undefined) throw new Error(`no invitation: ${uri}`);
  return action.token;
};

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['romeo', 'mallory'],
    modules: ['register_ibr', 'user_account_management', 'invites', 'invites_adhoc', 'invites_register'],
    config: 'registration_invite_only = true; allow_user_invites = true',
  });
  romeo = await startTestEngine({ profile: folders.romeo.path, authority: prosody.authority });
  juliet = await startTestEngine({ profile: folders.juliet.path, authority: prosody.authority });
  await signIn(romeo, prosody, 'romeo');
});

afterAll(async () => {
  await victim?.kill();
  await romeo.stop();
  await juliet.stop();
  await prosody.stop();
  for (const folder of Object.values(folders)) folder.remove();
});

describe('an account', () => {
  it('is not made without an invitation where the server wants one', async () => {
    const form = await ask(juliet);
    expect(form).toMatchObject({ kind: 'form', domain: 'localhost' });
    expect(form.form.fields.map(({ name, type, isRequired }) => [name, type, isRequired])).toEqual([
      ['username', 'text-single', true],
      ['password', 'text-private', true],
    ]);
    await expect(register(juliet, form, 'juliet', 'first secret')).rejects.toMatchObject({
      code: 'refused',
      condition: 'not-acceptable',
    });
    expect(juliet.accounts.size).toBe(0);
    expect(isStored('juliet')).toBe(false);
  });

  it('is not made with a token that somebody thought of', async () => {
    expect(await ask(juliet, 'thoughtof')).toMatchObject({ token: 'refused' });
  });

  it('is made with an invitation, comes online by itself, and knows who invited it', async () => {
    const invitation = await romeo.call('accounts.invite', { account: romeo.account().id });
    expect(invitation).toMatchObject({ mayRegister: true });
    expect(invitation.expires).toBeGreaterThan(Date.now());
    const form = await ask(juliet, tokenOf(invitation.uri));
    expect(form.token).toBe('accepted');
    // On one stream and with one token: a name that is taken is no end.
    await expect(register(juliet, form, 'romeo', 'first secret')).rejects.toMatchObject({
      condition: 'conflict',
    });
    const account = await register(juliet, form, 'Juliet', 'first secret');
    await online(juliet, account);
    expect(juliet.account().address).toBe('juliet@localhost');
    await juliet.until(
      () => juliet.contacts.get('romeo@localhost')?.subscription === 'both',
      'Romeo is known',
    );
    await romeo.until(
      () => romeo.contacts.get('juliet@localhost')?.subscription === 'both',
      'Juliet is known',
    );
    // The form has served.
    await expect(register(juliet, form, 'again', 'x')).rejects.toMatchObject({ code: 'too-late' });
    // So has the token.
    expect(await ask(juliet, tokenOf(invitation.uri))).toMatchObject({ token: 'refused' });
  });

  it('is not made at a server that registers nobody, or that is none', async () => {
    await expect(
      juliet.call('accounts.registrationForm', { domain: 'romeo@localhost' }),
    ).rejects.toMatchObject({
      code: 'not-an-address',
    });
    await expect(
      juliet.call('accounts.registrationForm', {
        domain: 'localhost',
        server: { host: '127.0.0.1', port: 1, security: 'starttls' },
      }),
    ).rejects.toMatchObject({ code: 'cannot-connect', problem: { code: 'unreachable' } });
  });
});

describe('a password', () => {
  it('is changed on the server and here', async () => {
    const { id } = juliet.account();
    expect(await juliet.call('accounts.changePassword', { account: id, password: 'second secret' })).toEqual(
      {},
    );
    // Out and in again: by the new one, or not at all.
    await juliet.call('accounts.setEnabled', { account: id, enabled: false });
    await juliet.call('accounts.setEnabled', { account: id, enabled: true });
    await online(juliet, id);
    const { server } = place();
    await expect(
      romeo.call('accounts.signIn', {
        address: 'juliet@localhost',
        password: 'first secret',
        ...(server !== undefined && { server }),
      }),
    ).rejects.toMatchObject({ problem: { code: 'credentials' } });
  });

  it('gets in, though the engine died between the server’s answer and the commit', async () => {
    victim = await forkEngine({
      profile: folders.victim.path,
      authority: prosody.authority,
      killAt: 'password-changed:1',
    });
    const account = await signIn(victim, prosody, 'mallory');
    await expect(victim.call('accounts.changePassword', { account, password: 'third' })).rejects.toThrow();
    victim = await forkEngine({ profile: folders.victim.path, authority: prosody.authority });
    victim.apply(await victim.call('app.snapshot', {}));
    await online(victim, account);
    // It holds from now on.
    await victim.call('accounts.setEnabled', { account, enabled: false });
    await victim.call('accounts.setEnabled', { account, enabled: true });
    await online(victim, account);
  });
});

describe('a move', () => {
  it('is told to the contacts, believed when both sides say so, and followed when the person wants', async () => {
    const here = juliet.account().id;
    const invitation = await romeo.call('accounts.invite', { account: romeo.account().id });
    const form = await ask(juliet, tokenOf(invitation.uri));
    const there = await register(juliet, form, 'capulet', 'new home');
    await online(juliet, there);
    // The invitation made them contacts already: that is undone, so that only the move can do it.
    await romeo.until(
      () => romeo.contacts.get('capulet@localhost')?.subscription === 'both',
      'known by invitation',
    );
    await romeo.call('contacts.remove', { account: romeo.account().id, address: 'capulet@localhost' });
    await romeo.until(() => !romeo.contacts.has('capulet@localhost'), 'unknown again');
    await romeo.call('contacts.rename', {
      account: romeo.account().id,
      address: 'juliet@localhost',
      name: 'My Juliet',
    });
    expect(await juliet.call('accounts.announceMove', { account: here, to: there })).toEqual({ told: 1 });
    const request = await romeo.until(() => {
      const found = romeo.requests.get('capulet@localhost');
      return found?.movedFrom === undefined ? undefined : found;
    }, 'a request that is verified');
    expect(request.movedFrom).toBe('juliet@localhost');
    await romeo.call('contacts.accept', { account: romeo.account().id, address: 'capulet@localhost' });
    await romeo.until(
      () => romeo.contacts.get('capulet@localhost')?.subscription === 'both',
      'contacts again',
    );
    expect(romeo.contacts.get('capulet@localhost')?.name).toBe('My Juliet');
    await romeo.until(
      () => romeo.contacts.get('juliet@localhost')?.subscription === 'to',
      'the old one sees nothing',
    );
  });
});

describe('the end of an account', () => {
  it('needs its address, and then it is gone there and here', async () => {
    const account =
      [...juliet.accounts.values()].find(({ address }) => address === 'juliet@localhost')?.id ?? -1;
    await expect(
      juliet.call('accounts.deleteOnServer', { account, address: 'capulet@localhost' }),
    ).rejects.toMatchObject({ code: 'not-an-address' });
    expect(isStored('juliet')).toBe(true);
    expect(await juliet.call('accounts.deleteOnServer', { account, address: 'juliet@localhost' })).toEqual(
      {},
    );
    expect(juliet.accounts.has(account)).toBe(false);
    expect(isStored('juliet')).toBe(false);
    const { server } = place();
    await expect(
      juliet.call('accounts.signIn', {
        address: 'juliet@localhost',
        password: 'second secret',
        ...(server !== undefined && { server }),
      }),
    ).rejects.toMatchObject({ problem: { code: 'credentials' } });
  });
});

describe('an invitation of our own', () => {
  it('lets its bearer in once, where the server makes none', async () => {
    const bare = await startProsody({ accounts: ['alice', 'bob', 'mallory'] });
    const engines = await Promise.all(
      (['alice', 'bob', 'mallory'] as const).map(async (name) => {
        const folder = temporaryFolder(name);
        const engine = await startTestEngine({ profile: folder.path, authority: bare.authority });
        await signIn(engine, bare, name);
        return { engine, folder };
      }),
    );
    const [alice, bob, mallory] = engines.map(({ engine }) => engine) as [TestEngine, TestEngine, TestEngine];
    try {
      const invitation = await alice.call('accounts.invite', { account: alice.account().id });
      expect(invitation).toMatchObject({ mayRegister: false });
      const token = tokenOf(invitation.uri);
      await bob.call('contacts.add', { account: bob.account().id, address: 'alice@localhost', token });
      await bob.until(() => bob.contacts.get('alice@localhost')?.subscription === 'both', 'let in');
      await alice.until(() => alice.contacts.get('bob@localhost')?.subscription === 'both', 'both ways');
      expect(alice.requests.size).toBe(0);
      // Whoever comes later with it asks, as everybody does.
      await mallory.call('contacts.add', {
        account: mallory.account().id,
        address: 'alice@localhost',
        token,
      });
      await alice.until(() => alice.requests.has('mallory@localhost'), 'a request');
      expect(alice.contacts.has('mallory@localhost')).toBe(false);
    } finally {
      for (const { engine, folder } of engines) {
        await engine.stop();
        folder.remove();
      }
      await bare.stop();
    }
  });
});
