/**
 * Connects through the proxy that the person set for an account. The proxy resolves every name: nothing is looked up
 * here but the proxy itself, when it is given by name. When it does not work out, there is no way around it.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionProblem, problem } from '../problem.ts';
import type { ProxyAddress, TcpAddress } from '../wire.ts';
import { networkName } from './certificate.ts';
import { limitBy } from './deadline.ts';
import { askHttpConnect } from './http-connect.ts';
import type { Network } from './network.ts';
import { connectToHost } from './race.ts';
import { ProxyRefusal, ReplyReader } from './reply-reader.ts';
import { askSocks5 } from './socks5.ts';

/**
 * Where the server of a domain may be, when nobody may be asked for SRV records: on the port of RFC 6120 §3.2.2, which
 * names this one fallback and which nearly every server has; then with direct TLS on 5223, which is custom only and
 * often filtered without an answer. STARTTLS first gives nothing away: without TLS the next place is tried, never less.
 */
export function placesBehindProxy(domain: string): TcpAddress[] {
  return [
    { host: domain, port: 5222, security: 'starttls' },
    { host: domain, port: 5223, security: 'direct' },
  ];
}

/**
 * A socket whose next byte belongs to the connection that the proxy made with the target.
 * @param limit milliseconds for everything: the connection to the proxy, and its connection to the target
 * @throws ConnectionProblem `proxy`, or `offline` without any network; the signal's reason when aborted
 */
export async function connectThroughProxy(
  target: Pick<TcpAddress, 'host' | 'port'>,
  proxy: ProxyAddress,
  network: Network,
  limit: number,
  signal: AbortSignal,
): Promise<Socket> {
  const refusal = (detail: string): ConnectionProblem =>
    new ConnectionProblem(problem('proxy', proxy.host, detail));
  const host = networkName(target.host);
  // Part of a request for the proxy, in which a line end or a length could say something else.
  if (isIP(host) === 0 && !/^[A-Za-z0-9._-]{1,253}$/.test(host))
    throw refusal(`${host} is no name of a server`);
  if (host.includes('%')) throw refusal(`${host} is an address in the local network only`);
  const place = `${host}:${String(target.port)}`;
  const limited = AbortSignal.any([
    signal,
    limitBy(limit, problem('proxy', proxy.host, `no answer in time while asking for ${place}`)),
  ]);
  const socket = await connectToHost(proxy.host, proxy.port, network, limited).catch((error: unknown) => {
    if (!(error instanceof ConnectionProblem)) throw error;
    const { code, detail } = error.problem;
    if (code === 'offline' || code === 'proxy') throw error;
    throw refusal(`the proxy is not reached: ${detail ?? code}`);
  });
  const replies = new ReplyReader(socket, limited);
  try {
    socket.setNoDelay(true);
    const ask = proxy.kind === 'socks5' ? askSocks5 : askHttpConnect;
    await ask(socket, replies, proxy, host, target.port);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof ProxyRefusal ? refusal(error.message) : error;
  } finally {
    replies.release();
  }
}
