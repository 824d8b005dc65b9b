import { expect, it } from 'vitest';
import { callerOf } from '../../renderer/state/call.ts';
import { draftOf, noProxy, proxyChange } from '../../renderer/state/proxy-draft.ts';
import { serverFrom, SignIn } from '../../renderer/state/sign-in.svelte.ts';
import { certificateInfo } from '../support/scripted-certificate.ts';
import { Refusing, ScriptedPort } from '../support/scripted-port.ts';
import { createWorld, problemFor } from './world.ts';
import { must } from './must.ts';

function form(): { signIn: SignIn; port: ScriptedPort } {
  const port = new ScriptedPort(createWorld(Date.UTC(2026, 0, 1)), (work) => work());
  const signIn = new SignIn(callerOf(port));
  signIn.address = ' juliet@capulet.example ';
  signIn.password = ' a password with spaces ';
  return { signIn, port };
}

it('sends the address trimmed, the password as it is, and nothing that was not given', async () => {
  const { signIn, port } = form();
  expect(await signIn.submit()).toBe(3);
  expect(port.asked[0]?.input).toEqual({
    address: 'juliet@capulet.example',
    password: ' a password with spaces ',
  });
});

it('says when only a token is to be kept, once', async () => {
  const { signIn, port } = form();
  signIn.kept = 'token';
  await signIn.submit();
  expect(port.asked[0]?.input).toMatchObject({ keepPassword: false });
  expect(signIn.kept).toBe('password');
});

it('forgets the password once it worked', async () => {
  const { signIn } = form();
  await signIn.submit();
  expect(signIn.password).toBe('');
});

it('keeps what was typed when it did not work, and opens the server fields where they help', async () => {
  const { signIn, port } = form();
  port.answers['accounts.signIn'] = () => {
    throw new Refusing('cannot-connect', '', problemFor('unreachable'));
  };
  expect(await signIn.submit()).toBeUndefined();
  expect(signIn.problem?.code).toBe('unreachable');
  expect(signIn.isServerOpen).toBe(true);
  expect(signIn.password).not.toBe('');
  expect(signIn.isBusy).toBe(false);
});

it('never trusts a certificate by itself, and pins exactly the one that was shown', async () => {
  const { signIn, port } = form();
  const problem = problemFor('certificate');
  port.answers['accounts.signIn'] = ({ pins }) => {
    if (pins?.includes(must(problem.certificate).fingerprint)) return { account: 9 };
    throw new Refusing('cannot-connect', '', problem);
  };
  await signIn.submit();
  await signIn.submit();
  expect(port.asked.map(({ input }) => (input as { pins?: string[] }).pins)).toEqual([undefined, undefined]);
  expect(await signIn.trust(must(must(signIn.problem).certificate))).toBe(9);
  expect(port.asked.at(-1)?.input).toMatchObject({ pins: [must(problem.certificate).fingerprint] });
});

it('does not carry a pin over to the next address', async () => {
  const { signIn, port } = form();
  await signIn.trust(must(problemFor('certificate').certificate));
  signIn.address = 'mallory@evil.example';
  signIn.password = 'x';
  await signIn.submit();
  expect(port.asked.at(-1)?.input).toEqual({ address: 'mallory@evil.example', password: 'x' });
});

it('does not take the answer of a cancelled attempt for the next one', async () => {
  const { signIn, port } = form();
  let finish: (answer: { account: number }) => void = () => undefined;
  port.answers['accounts.signIn'] = () => new Promise((resolve) => (finish = resolve));
  const first = signIn.submit();
  await signIn.cancel();
  expect(signIn.isBusy).toBe(false);
  finish({ account: 7 });
  expect(await first).toBeUndefined();
  expect(signIn.password).not.toBe('');
});

it.each([
  ['', '', 'automatic', undefined],
  ['xmpp.example', '', 'automatic', { host: 'xmpp.example', port: 5222, security: 'starttls' }],
  ['', '5223', 'automatic', { host: 'capulet.example', port: 5223, security: 'direct' }],
  [' xmpp.example ', ' 443 ', 'direct', { host: 'xmpp.example', port: 443, security: 'direct' }],
  ['', '', 'direct', { host: 'capulet.example', port: 5223, security: 'direct' }],
  [' wss://capulet.example/ws ', '5222', 'direct', { url: 'wss://capulet.example/ws' }],
  ['https://capulet.example/bosh', '', 'automatic', { url: 'https://capulet.example/bosh' }],
] as const)('reads the server fields %j %j %s', (host, port, security, server) => {
  expect(serverFrom(host, port, security, ' juliet@capulet.example')).toEqual(server);
});

it('goes through no proxy unless one was chosen, and never forgets one that was', async () => {
  const { signIn, port } = form();
  signIn.proxy = { ...noProxy, host: 'typed but not chosen' };
  await signIn.submit();
  expect(port.asked.at(-1)?.input).not.toHaveProperty('proxy');
  const typed = { kind: 'socks5', host: '', port: ' 9050 ', username: 'u', password: 'p' } as const;
  Object.assign(signIn, { address: 'a@b.example', password: 'x', proxy: typed });
  await signIn.submit();
  const proxy = { kind: 'socks5', host: '127.0.0.1', port: 9050, username: 'u', password: 'p' };
  expect(port.asked.at(-1)?.input).toMatchObject({ proxy });
  expect(signIn.proxy).toEqual(noProxy);
});

const saved = { kind: 'http', host: 'proxy.example', port: 3128, username: 'u', hasPassword: true } as const;

it.each([
  ['nothing', {}, {}],
  [
    'the port',
    { port: '3129' },
    { proxy: { kind: 'http', host: 'proxy.example', port: 3129, username: 'u' } },
  ],
  [
    'the password',
    { password: 'new' },
    { proxy: { kind: 'http', host: 'proxy.example', port: 3128, username: 'u', password: 'new' } },
  ],
  ['the kind to none', { kind: 'none' }, { proxy: null }],
] as const)('after a change of %s sends the whole proxy, or nothing', (_, change, sent) => {
  expect(draftOf(saved).password).toBe('');
  expect(proxyChange({ ...draftOf(saved), ...change }, saved)).toEqual(sent);
});

it('sends no proxy for an account that had none and gets none', () => {
  expect(proxyChange(draftOf(undefined), undefined)).toEqual({});
});

it('asks for the passphrase of a certificate until it fits, and signs in without a password then', async () => {
  const { signIn, port } = form();
  const { certificate } = signIn;
  signIn.password = '';
  await certificate.choose();
  expect([certificate.isLocked, certificate.isWrong]).toEqual([true, false]);
  await certificate.unlock();
  expect(port.asked).toHaveLength(1);
  for (const [passphrase, isWrong] of [
    ['mercutio', true],
    ['romeo', false],
  ] as const) {
    certificate.passphrase = passphrase;
    await certificate.unlock();
    expect([certificate.passphrase, certificate.isWrong]).toEqual(['', isWrong]);
  }
  expect(certificate.info?.addresses).toEqual(['juliet@capulet.example']);
  await signIn.submit();
  expect(port.asked.at(-1)?.input).toEqual({ address: 'juliet@capulet.example', certificate: 1 });
  expect(certificate.info).toBeUndefined();
});

it('a certificate that was refused makes way for the password', async () => {
  const { signIn, port } = form();
  port.answers['certificate.choose'] = () => ({ state: 'ready', certificate: 7, info: certificateInfo });
  await signIn.certificate.choose();
  port.answers['accounts.signIn'] = () => {
    throw new Refusing('cannot-connect', '', problemFor('own-certificate'));
  };
  await signIn.submit();
  expect(signIn.problem?.code).toBe('own-certificate');
  expect(signIn.certificate.change).toBe(7);
  await signIn.goBack();
  expect([signIn.problem, signIn.certificate.change]).toEqual([undefined, undefined]);
  expect(port.asked.at(-1)?.name).toBe('certificate.forget');
});

it('keeps the certificate that was chosen before when the question is closed', async () => {
  const { signIn, port } = form();
  const { certificate } = signIn;
  port.answers['certificate.choose'] = () => ({ state: 'ready', certificate: 7, info: certificateInfo });
  await certificate.choose();
  port.answers['certificate.choose'] = () => {
    throw new Refusing('cancelled');
  };
  await certificate.choose();
  expect([certificate.change, certificate.isBusy]).toEqual([7, false]);
  port.answers['certificate.choose'] = () => ({ state: 'unusable', reason: 'no-key' });
  await certificate.choose();
  expect([certificate.change, certificate.reason]).toEqual([undefined, 'no-key']);
  await certificate.remove();
  expect([certificate.change, certificate.reason]).toEqual([null, undefined]);
});
