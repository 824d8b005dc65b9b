/** Choosing a certificate to sign in with, through the contract: what the window learns, and what is kept of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { personCertificate, pkcs12 } from '../support/certificate-file.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
let sealed: string;
let open: string;
let only: Awaited<ReturnType<typeof personCertificate>>;
let ofMallory: string;

beforeAll(async () => {
  const alice = await personCertificate([ME]);
  sealed = await pkcs12(alice, 'open sesame');
  only = alice;
  open = `${alice.certificate}.both`;
  writeFileSync(open, readFileSync(alice.certificate, 'utf8') + readFileSync(alice.key, 'utf8'));
  ofMallory = await pkcs12(await personCertificate(['mallory@evil.example']), '');
});

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let choice: readonly string[];

const boot = async (): Promise<void> => {
  server = new ScriptedServer();
  const host = createTestHost({ profile: folder.path, chooseFiles: () => Promise.resolve(choice) });
  engine = createEngine({ ...host, connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};

beforeEach(async () => {
  folder = await temporaryProfile('certificate');
  choice = [];
  await boot();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

/** Chooses this file, or these, and opens them; the number that stands for it. */
async function choose(paths: string | readonly string[], passphrase?: string): Promise<number> {
  choice = typeof paths === 'string' ? [paths] : paths;
  let chosen = await alice.call('certificate.choose', {});
  if (chosen.state === 'locked' && passphrase !== undefined) {
    chosen = await alice.call('certificate.unlock', { certificate: chosen.certificate, passphrase });
  }
  if (chosen.state !== 'ready') throw new Error(JSON.stringify(chosen));
  return chosen.certificate;
}

async function signIn(): Promise<number> {
  const certificate = await choose(sealed, 'open sesame');
  const { account } = await alice.call('accounts.signIn', { address: ME, certificate });
  await alice.until(() => alice.account().state === 'online', 'online');
  return account;
}

it('signs in without a password, is shown, and is still there after a restart', async () => {
  choice = [sealed];
  const locked = await alice.call('certificate.choose', {});
  expect(locked).toEqual({ state: 'locked', certificate: 1 });
  expect(await alice.call('certificate.unlock', { certificate: 1, passphrase: 'open' })).toEqual(locked);
  const ready = await alice.call('certificate.unlock', { certificate: 1, passphrase: 'open sesame' });
  const info = { subject: 'Somebody', issuer: 'Waxwing test authority', addresses: [ME] };
  expect(ready).toMatchObject({ state: 'ready', certificate: 1, info });
  await alice.call('accounts.signIn', { address: ME, certificate: 1 });
  expect(server.options?.password).toBeUndefined();
  expect(server.options?.certificate).toMatchObject({ passphrase: 'open sesame' });
  expect(alice.account().certificate).toMatchObject(info);

  await engine.stop();
  await boot();
  alice.apply(await alice.call('app.snapshot', {}));
  await alice.until(() => alice.account().state === 'online', 'online again');
  expect(server.options?.certificate).toMatchObject({ passphrase: 'open sesame' });
});

it('lies in the database encrypted, as everything does', async () => {
  await signIn();
  await engine.stop();
  for (const name of ['waxwing.db', 'waxwing.db-wal']) {
    const content = (() => {
      try {
        return readFileSync(join(folder.path, name), 'latin1');
      } catch {
        return ''; // the log is gone after an orderly end
      }
    })();
    for (const secret of ['open sesame', readFileSync(sealed).toString('base64').slice(0, 40)])
      expect(content).not.toContain(secret);
  }
});

it('is replaced and removed', async () => {
  const account = await signIn();
  await alice.call('accounts.update', { account, certificate: await choose(open) });
  expect(server.options?.certificate).toHaveProperty('key');
  await alice.call('accounts.update', { account, certificate: null, password: 'secret' });
  expect(server.options).not.toHaveProperty('certificate');
  expect(server.options?.password).toBe('secret');
  expect(alice.account()).not.toHaveProperty('certificate');
});

it('comes out of a file for itself and one for its key, chosen together', async () => {
  const certificate = await choose([only.certificate, only.key]);
  await alice.call('accounts.signIn', { address: ME, certificate });
  expect(server.options?.certificate).toHaveProperty('key');
  choice = [only.certificate];
  expect(await alice.call('certificate.choose', {})).toEqual({ state: 'unusable', reason: 'no-key' });
  choice = [only.key];
  expect(await alice.call('certificate.choose', {})).toEqual({ state: 'unusable', reason: 'unreadable' });
});

it('that was refused gives way to a password, and is not tried again before', async () => {
  const account = await signIn();
  server.refusal = { code: 'own-certificate', host: 'a.test' };
  for (const enabled of [false, true]) await alice.call('accounts.setEnabled', { account, enabled });
  await alice.until(() => alice.account().problem?.code === 'own-certificate', 'told');
  expect(alice.account()).not.toHaveProperty('nextTry');
  server.refusal = undefined;
  await alice.call('accounts.update', { account, password: 'secret', certificate: null });
  await alice.until(() => alice.account().state === 'online', 'online by the password');
  expect(server.options).not.toHaveProperty('certificate');
});

it('of somebody else signs nobody in, and replaces nothing', async () => {
  const account = await signIn();
  const certificate = await choose(ofMallory);
  await expect(alice.call('accounts.update', { account, certificate })).rejects.toMatchObject({
    code: 'other-address',
  });
  expect(alice.account().certificate?.addresses).toEqual([ME]);
  await expect(alice.call('accounts.signIn', { address: 'bob@a.test', certificate })).rejects.toMatchObject({
    code: 'other-address',
  });
});

it('the window can name no file, and no certificate that was not chosen', async () => {
  expect(await engine.call('certificate.choose', { path: '/etc/passwd' })).toMatchObject({ code: 'invalid' });
  const key = { certificate: '-----BEGIN CERTIFICATE-----', key: 'PRIVATE KEY-----' };
  expect(await engine.call('accounts.signIn', { address: ME, certificate: key })).toMatchObject({
    code: 'invalid',
  });
  for (const certificate of [0, 1, 2]) {
    expect(await engine.call('accounts.signIn', { address: ME, certificate })).toMatchObject({
      code: 'not-found',
    });
  }
});

it('is forgotten when it is used, replaced by another choice, or not wanted any more', async () => {
  const first = await choose(open);
  const second = await choose(open);
  const use = (certificate: number): Promise<unknown> =>
    engine.call('accounts.signIn', { address: ME, certificate });
  expect(await use(first)).toMatchObject({ code: 'not-found' });
  expect(await use(second)).toMatchObject({ ok: true });
  expect(await use(second)).toMatchObject({ ok: false });
  const third = await choose(open);
  await alice.call('certificate.forget', {});
  expect(
    await engine.call('accounts.update', { account: alice.account().id, certificate: third }),
  ).toMatchObject({ code: 'not-found' });
  choice = [sealed];
  await alice.call('certificate.choose', {});
  await alice.call('certificate.forget', {});
  expect(
    await engine.call('certificate.unlock', { certificate: 4, passphrase: 'open sesame' }),
  ).toMatchObject({ code: 'not-found' });
});

it('asks once at a time, and keeps what there was when nobody wants a file', async () => {
  const certificate = await choose(open);
  choice = [];
  const asked = Promise.all([1, 2].map(() => engine.call('certificate.choose', {})));
  expect((await asked).map((reply) => (reply.ok ? 'ok' : reply.code)).sort()).toEqual(['busy', 'cancelled']);
  expect(await engine.call('accounts.signIn', { address: ME, certificate })).toMatchObject({ ok: true });
});

it.each([
  ['a file that is not there', '/nowhere/at/all.p12', { code: 'not-allowed' }],
  ['a folder', '/', { ok: false }],
  ['an endless one', '/dev/zero', { ok: true, value: { state: 'unusable', reason: 'unreadable' } }],
])('refuses %s', async (_name, path, outcome) => {
  choice = [path];
  expect(await engine.call('certificate.choose', {})).toMatchObject(outcome);
});
