/**
 * The basic chat over every way to a server: two engines and a real Prosody or ejabberd, and with the ways around a
 * blocked network nobody here who could be asked for a name.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionInfo, Input } from '../../shared/contract.ts';
import type { Network } from '../../electron/xmpp/transport/network.ts';
import { deafNetwork } from '../support/deaf-network.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online, openEncryptedChat } from '../support/people.ts';
import { startEjabberd, type Ejabberd } from '../support/ejabberd.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startProxyServer, type ProxyServer } from '../support/proxy-server.ts';
import { Paths } from '../../electron/xmpp/transport/paths.ts';
import { serverCertificate } from '../support/certificates.ts';
import { hostMeta, startWebServer, type WebServer } from '../support/web-server.ts';
import { listen, type OnlineState } from '../support/wire-listener.ts';

type Server = NonNullable<Input<'accounts.signIn'>['server']>;
type Way = Partial<Pick<Input<'accounts.signIn'>, 'server' | 'proxy'>>;

let prosody: Prosody;
let ejabberd: Ejabberd;
const proxies: ProxyServer[] = [];
const folders: { remove(): void }[] = [];
const deaf = deafNetwork();
const sites: WebServer[] = [];

const host = '127.0.0.1';
const tcp = (security: 'starttls' | 'direct'): Server => ({ host, port: prosody.ports[security], security });
const web = (scheme: string, path: string): Server => ({
  url: `${scheme}://localhost:${String(prosody.ports.web)}/${path}`,
});

const webOfEjabberd = (scheme: string, path: string): Server => ({
  url: `${scheme}://localhost:${String(ejabberd.ports.web)}/${path}`,
});

/** Leads to the server of the test by the names that only it knows. */
async function proxy(kind: 'socks5' | 'http'): Promise<Way> {
  const places: Readonly<Record<string, number | undefined>> = {
    'localhost:5222': prosody.ports.starttls,
    'localhost:5223': prosody.ports.direct,
  };
  const server = await startProxyServer({ kind, resolve: (place) => places[place] });
  proxies.push(server);
  return { proxy: server.address };
}

/** A network in which only the web is reached; there the domain tells of one other way. */
function blocked(rel: string, scheme: string, path: string): { network: Network; way: () => Promise<Way> } {
  let site: WebServer | undefined;
  return {
    network: {
      resolveSrv: () => Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })),
      lookup: () => Promise.resolve([{ address: host, family: 4 }]),
      connect: (address, port) =>
        connect({ host: address, port: port === 443 ? (site?.port ?? 1) : port === 5222 ? 1 : port }),
      isConnected: () => true,
    },
    way: async () => {
      const file = hostMeta({ [rel]: `${scheme}://localhost:${String(prosody.ports.web)}/${path}` });
      site ??= await startWebServer(
        (_, response) => void response.end(file),
        await serverCertificate('localhost'),
      );
      sites.push(site);
      return {};
    },
  };
}

const ways: readonly {
  readonly name: string;
  readonly way: () => Promise<Way>;
  readonly transport: ConnectionInfo['transport'];
  readonly network?: Network;
  /** Prosody unless it says otherwise. */
  readonly make?: 'ejabberd';
}[] = [
  { name: 'STARTTLS', way: () => Promise.resolve({ server: tcp('starttls') }), transport: 'starttls' },
  { name: 'direct TLS', way: () => Promise.resolve({ server: tcp('direct') }), transport: 'direct-tls' },
  {
    name: 'WebSocket',
    way: () => Promise.resolve({ server: web('wss', 'xmpp-websocket') }),
    transport: 'websocket',
  },
  { name: 'BOSH', way: () => Promise.resolve({ server: web('https', 'http-bind') }), transport: 'bosh' },
  {
    name: 'WebSocket, found when TCP is blocked',
    ...blocked('websocket', 'wss', 'xmpp-websocket'),
    transport: 'websocket',
  },
  { name: 'BOSH, found when TCP is blocked', ...blocked('xbosh', 'https', 'http-bind'), transport: 'bosh' },
  {
    name: 'WebSocket of ejabberd',
    way: () => Promise.resolve({ server: webOfEjabberd('wss', 'ws') }),
    transport: 'websocket',
    make: 'ejabberd',
  },
  {
    name: 'BOSH of ejabberd',
    way: () => Promise.resolve({ server: webOfEjabberd('https', 'bosh') }),
    transport: 'bosh',
    make: 'ejabberd',
  },
  { name: 'SOCKS5', way: () => proxy('socks5'), transport: 'starttls', network: deaf },
  { name: 'HTTP CONNECT', way: () => proxy('http'), transport: 'starttls', network: deaf },
];

beforeAll(async () => {
  const names = ways.flatMap((_, index) => [`alice${String(index)}`, `bob${String(index)}`]);
  const contacts = ways.map((_, index) => [`alice${String(index)}`, `bob${String(index)}`] as const);
  [prosody, ejabberd] = await Promise.all([
    startProsody({ accounts: names, contacts, web: true }),
    startEjabberd({ accounts: names, contacts }),
  ]);
});

afterAll(async () => {
  await Promise.all([...proxies, ...sites].map((server) => server.stop()));
  await Promise.all([prosody.stop(), ejabberd.stop()]);
  for (const folder of folders) folder.remove();
});

describe.each(ways.map((way, index) => ({ ...way, index })))(
  'over $name',
  ({ way, transport, network, make, index }) => {
    const server = (): Prosody => (make === 'ejabberd' ? ejabberd : prosody);
    const engines: TestEngine[] = [];

    afterAll(async () => {
      await Promise.all(engines.map((engine) => engine.stop()));
    });

    async function signIn(name: string, chosen: Way): Promise<TestEngine> {
      const folder = temporaryFolder(name);
      folders.push(folder);
      const engine = await startTestEngine({
        profile: folder.path,
        authority: server().authority,
        ...(network !== undefined && { network }),
      });
      engines.push(engine);
      const { account } = await engine.call('accounts.signIn', { ...server().account(name), ...chosen });
      await online(engine, account);
      return engine;
    }

    it('two people write, encrypted', async () => {
      const chosen = await way();
      const [alice, bob] = [
        await signIn(`alice${String(index)}`, chosen),
        await signIn(`bob${String(index)}`, chosen),
      ];
      const { connection } = await alice.call('server.describe', { account: alice.account().id });
      expect(connection?.transport).toBe(transport);
      // Over TCP it is what protocol and server need; a WebSocket is one more; BOSH may have to ask again at any time.
      const counted =
        transport === 'bosh' ? Math.min(6, connection?.roundTrips ?? 0) : connection?.roundTrips;
      expect(counted).toBe(transport === 'websocket' ? 7 : 6);

      const chat = await openEncryptedChat(alice, `bob${String(index)}@localhost`);
      await alice.call('messages.send', { chat, text: 'Hello 👋 日本語' });
      const fromAlice = `alice${String(index)}@localhost`;
      await bob.until(() => bob.chatWith(fromAlice)?.last?.text === 'Hello 👋 日本語', 'the text');
      const back = await openEncryptedChat(bob, fromAlice);
      await bob.call('messages.send', { chat: back, text: 'and back' });
      await alice.until(() => alice.chats.get(chat)?.last?.text === 'and back', 'the answer');
      await bob.until(() => bob.chats.get(back)?.last?.delivery === 'delivered', 'the receipt');
    });
  },
);

it('a session goes on over the way that it began on, and over no other', async () => {
  const { address, password } = prosody.account('alice0');
  const ca = [readFileSync(prosody.authority, 'utf8')];
  const paths = new Paths();
  let session: OnlineState | undefined;
  const connectOver = async (server: Server): Promise<OnlineState> => {
    const resume = session?.session && { ...session.session, jid: session.jid, received: 0 };
    const wire = listen({ address, password, ca, server, paths, ...(resume && { resume }) });
    const state = await wire.online;
    expect(await wire.wire.isAlive(10_000)).toBe(true);
    wire.wire.drop();
    session = state.session === undefined ? undefined : state;
    return state;
  };
  const webSocket = web('wss', 'xmpp-websocket');
  expect((await connectOver(webSocket)).resumed).toBeUndefined();
  expect((await connectOver(webSocket)).resumed).toBeDefined();
  expect((await connectOver(tcp('starttls'))).resumed).toBeUndefined();
  expect((await connectOver(tcp('direct'))).resumed).toBeDefined();
  expect((await connectOver(webSocket)).resumed).toBeUndefined();
  // Over BOSH nothing is kept for later.
  expect(await connectOver(web('https', 'http-bind'))).not.toHaveProperty('session');
});

it('no name was looked up here where a proxy was to do it', () => {
  expect(deaf.lookedUp).toEqual([]);
  expect(new Set(deaf.connected)).toEqual(
    new Set(proxies.map(({ address }) => `127.0.0.1:${String(address.port)}`)),
  );
});
