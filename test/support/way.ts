/**
 * The way that test accounts take to their server: STARTTLS, unless WAXWING_WAY says `direct`, `websocket`, `bosh` or
 * `socks5`. So the same tests prove the same things over each; with `socks5` no name may be looked up here.
 */
import type { Input } from '../../shared/contract.ts';
import { deafNetwork, type DeafNetwork } from './deaf-network.ts';
import { startProxyServer } from './proxy-server.ts';
import type { XmppServer } from './server.ts';

const ways = ['starttls', 'direct', 'websocket', 'bosh', 'socks5'] as const;
export type Way = (typeof ways)[number];

export const way: Way = chosenWay(process.env['WAXWING_WAY'] ?? 'starttls');

function chosenWay(name: string): Way {
  const found = ways.find((each) => each === name);
  if (found === undefined) throw new Error(`WAXWING_WAY is none of ${ways.join(', ')}`);
  return found;
}

/** What an account on it says of its connection. */
export const transportOfWay = {
  starttls: 'starttls',
  socks5: 'starttls',
  direct: 'direct-tls',
  websocket: 'websocket',
  bosh: 'bosh',
}[way];

/** Servers have to listen for it. */
export const isOverWeb = way === 'websocket' || way === 'bosh';

/** With a proxy that knows the names nobody here is asked. */
export const networkOfWay: DeafNetwork | undefined = way === 'socks5' ? deafNetwork() : undefined;

const portNames = {
  starttls: 'starttls',
  socks5: 'starttls',
  direct: 'direct',
  websocket: 'web',
  bosh: 'web',
} as const;

/** The port of a server at which this way ends. */
export function portOfWay({ ports }: XmppServer): number {
  const port = ports[portNames[way]];
  if (port === undefined) throw new Error(`the server does not listen for ${way}`);
  return port;
}

/** The same server, reached through something that stands before it. */
export function behind<T extends XmppServer>(server: T, port: number): T {
  return { ...server, ports: { ...server.ports, [portNames[way]]: port } };
}

/** What a person would enter at sign-in. */
export async function routeTo(
  server: XmppServer,
): Promise<Pick<Input<'accounts.signIn'>, 'server' | 'proxy'>> {
  const port = portOfWay(server);
  switch (way) {
    case 'starttls':
    case 'direct':
      return { server: { host: '127.0.0.1', port, security: way } };
    case 'websocket':
      return { server: { url: `wss://${server.domain}:${String(port)}/${server.webPaths.websocket}` } };
    case 'bosh':
      return { server: { url: `https://${server.domain}:${String(port)}/${server.webPaths.bosh}` } };
    case 'socks5': {
      const place = `${server.domain}:5222`;
      const proxy = await startProxyServer({
        kind: 'socks5',
        resolve: (name) => (name === place ? port : undefined),
      });
      proxies.push(proxy);
      return { proxy: proxy.address };
    }
  }
}

const proxies: { stop(): Promise<void> }[] = [];

/** Ends what the ways needed. @throws when somebody looked a name up that only the proxy should know */
export async function endWays(): Promise<void> {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  const names = networkOfWay?.lookedUp ?? [];
  if (names.length > 0) throw new Error(`looked up here: ${[...new Set(names)].join(', ')}`);
}
