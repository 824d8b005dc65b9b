/** Two engines, one behind SOCKS5 and one behind HTTP CONNECT, and a real Prosody that only the proxies can find. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Input } from '../../shared/contract.ts';
import { deafNetwork, type DeafNetwork } from '../support/deaf-network.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, online, openEncryptedChat } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startProxyServer, type ProxyServer } from '../support/proxy-server.ts';

type SignIn = Input<'accounts.signIn'>;

let prosody: Prosody;
let socks: ProxyServer;
let http: ProxyServer;
let alice: TestEngine;
let bob: TestEngine;
const networks: readonly [DeafNetwork, DeafNetwork] = [deafNetwork(), deafNetwork()];
const folders = [temporaryFolder('alice'), temporaryFolder('bob')] as const;

/** Only through the proxies these names lead anywhere. */
const places = (): Readonly<Record<string, number>> => ({
  'localhost:5222': prosody.ports.starttls,
  'hidden.onion:443': prosody.ports.direct,
});
const startProxy = (kind: 'socks5' | 'http'): Promise<ProxyServer> =>
  startProxyServer({ kind, username: kind, password: 'proxy-secret', resolve: (place) => places()[place] });

const clientsOf = (server: Prosody): number => server.readLog().match(/Client connected/g)?.length ?? 0;
const portsOf = (...proxies: ProxyServer[]): string[] =>
  proxies.map(({ address }) => `127.0.0.1:${String(address.port)}`).sort();

async function signIn(who: TestEngine, name: string, more: Partial<SignIn>): Promise<number> {
  const { account } = await who.call('accounts.signIn', { ...prosody.account(name), ...more });
  await online(who, account);
  return account;
}

beforeAll(async () => {
  prosody = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  // Its start was watched by a connection, which is no client of ours.
  await eventually(() => Promise.resolve(clientsOf(prosody) === 1), 'the end of the watch');
  [socks, http] = await Promise.all([startProxy('socks5'), startProxy('http')]);
  const { authority } = prosody;
  alice = await startTestEngine({ profile: folders[0].path, authority, network: networks[0] });
  bob = await startTestEngine({ profile: folders[1].path, authority, network: networks[1] });
});

afterAll(async () => {
  await Promise.all([alice.stop(), bob.stop()]);
  await Promise.all([socks.stop(), http.stop()]);
  await prosody.stop();
  for (const folder of folders) folder.remove();
});

describe('behind a proxy', () => {
  it('a wrong password of the proxy is its own problem, and nothing reaches the server', async () => {
    for (const { address } of [socks, http]) {
      const proxy = { ...address, password: 'wrong' };
      await expect(signIn(alice, 'alice', { proxy })).rejects.toMatchObject({
        code: 'cannot-connect',
        problem: { code: 'proxy', host: '127.0.0.1' },
      });
    }
    expect(alice.accounts.size).toBe(0);
    expect(clientsOf(prosody)).toBe(1);
  });

  it('two people sign in: the proxy finds the server', async () => {
    await signIn(alice, 'alice', { proxy: socks.address });
    const server = { host: 'hidden.onion', port: 443, security: 'direct' } as const;
    await signIn(bob, 'bob', { proxy: http.address, server });
    expect(socks.requests.at(-1)).toMatchObject({ host: 'localhost', port: 5222 });
    expect(http.requests.at(-1)).toMatchObject({ host: 'hidden.onion', port: 443 });
  });

  it('they write, encrypted', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    await alice.call('messages.send', { chat, text: 'the long way round' });
    await bob.until(() => bob.chatWith('alice@localhost')?.last?.text === 'the long way round', 'the text');
    const back = await openEncryptedChat(bob, 'alice@localhost');
    await bob.call('messages.send', { chat: back, text: 'and back' });
    await alice.until(() => alice.chatWith('bob@localhost')?.last?.text === 'and back', 'the answer');
    const [, answer] = await alice.history('bob@localhost');
    expect(answer).toMatchObject({ text: 'and back', encryption: 'omemo' });
  });

  it('the window never learns the password of the proxy', async () => {
    const { changes } = await alice.call('app.snapshot', {});
    expect(JSON.stringify(changes)).not.toContain('proxy-secret');
    expect(alice.account().proxy).toEqual({
      kind: 'socks5',
      host: '127.0.0.1',
      port: socks.address.port,
      username: 'socks5',
      hasPassword: true,
    });
  });

  it('another proxy is used from then on', async () => {
    const account = alice.account().id;
    const before = http.accepted();
    await alice.call('accounts.update', { account, proxy: http.address });
    await online(alice, account);
    expect(http.accepted()).toBe(before + 1);
    await expect.poll(() => socks.open()).toBe(0);
  });

  it('with the proxy down it says so, and goes no other way', async () => {
    const seen = clientsOf(prosody);
    const account = alice.account().id;
    await http.stop();
    const isDown = (): boolean => alice.account().problem?.code === 'proxy';
    await alice.until(isDown, 'the problem with the proxy');
    expect(alice.account()).toMatchObject({ state: 'offline', problem: { host: '127.0.0.1' } });
    const tries = networks[0].connected.length;
    await alice.call('accounts.reconnect', { account });
    await alice.until(() => networks[0].connected.length > tries && isDown(), 'one more try');
    expect(clientsOf(prosody)).toBe(seen);
  });

  it('no name was looked up here, and no place was reached but the proxies', () => {
    for (const { lookedUp } of networks) expect(lookedUp).toEqual([]);
    expect([...new Set(networks[0].connected)].sort()).toEqual(portsOf(socks, http));
    expect([...new Set(networks[1].connected)]).toEqual(portsOf(http));
  });
});
