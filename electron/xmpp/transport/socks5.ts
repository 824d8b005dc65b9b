/**
 * SOCKS Protocol Version 5 (RFC 1928) with user name and password (RFC 1929): asks for one connection and believes
 * only replies that are exactly what the documents say. Names are always left to the proxy to resolve.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ProxyAddress } from '../wire.ts';
import { ProxyRefusal } from './reply-reader.ts';
import type { ReplyReader } from './reply-reader.ts';

const VERSION = 5;
const METHOD = { none: 0, password: 2, unacceptable: 0xff } as const;
/** The version of the negotiation inside (RFC 1929 §2). */
const PASSWORD_VERSION = 1;
const CONNECT = 1;
const TYPE = { ipv4: 1, name: 3, ipv6: 4 } as const;

/** RFC 1928 §6. */
const FAILURES: readonly (string | undefined)[] = [
  undefined,
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'the connection took too long',
  'it makes no such connections',
  'it does not take this kind of address',
];

/**
 * Resolves when the next byte on the socket belongs to the connection with `host`.
 * @param host an IP address without brackets, or a name in ASCII of at most 255 bytes
 * @throws ProxyRefusal when the proxy does not make the connection, or breaks the protocol
 */
export async function askSocks5(
  socket: Socket,
  replies: ReplyReader,
  proxy: ProxyAddress,
  host: string,
  port: number,
): Promise<void> {
  const hasCredentials = proxy.username !== undefined;
  socket.write(
    Buffer.from(hasCredentials ? [VERSION, 2, METHOD.none, METHOD.password] : [VERSION, 1, METHOD.none]),
  );
  const [version, method] = await replies.bytes(2);
  if (version !== VERSION) throw new ProxyRefusal('this is no SOCKS5 proxy');
  if (method === METHOD.password && hasCredentials) await authenticate(socket, replies, proxy);
  else if (method === METHOD.unacceptable) {
    throw new ProxyRefusal(
      hasCredentials
        ? 'the proxy wants another way to sign in than user name and password'
        : 'the proxy asks for a user name and password',
    );
  } else if (method !== METHOD.none)
    throw new ProxyRefusal('the proxy chose a way to sign in that was not offered');

  socket.write(Buffer.from([VERSION, CONNECT, 0, ...addressOf(host), port >> 8, port & 0xff]));
  await readReply(replies, `${host}:${String(port)}`);
}

/** RFC 1929 §2. */
async function authenticate(socket: Socket, replies: ReplyReader, proxy: ProxyAddress): Promise<void> {
  const { username = '', password = '' } = proxy;
  socket.write(Buffer.concat([Buffer.from([PASSWORD_VERSION]), counted(username), counted(password)]));
  const [version, status] = await replies.bytes(2);
  if (version !== PASSWORD_VERSION)
    throw new ProxyRefusal('the proxy broke the SOCKS5 protocol while signing in');
  if (status !== 0) throw new ProxyRefusal('the proxy did not accept user name and password');
}

/** A length and as many bytes; RFC 1929 §2 has one byte for the length. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new ProxyRefusal('the user name or password for the proxy is too long');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** RFC 1928 §6. The address that the proxy reports is of no interest, but has to be read to find its end. */
async function readReply(replies: ReplyReader, target: string): Promise<void> {
  const [version, reply = 0] = await replies.bytes(2);
  if (version !== VERSION) throw new ProxyRefusal('the proxy broke the SOCKS5 protocol');
  if (reply !== 0) {
    throw new ProxyRefusal(
      `the proxy did not reach ${target}: ${FAILURES[reply] ?? `code ${String(reply)}`}`,
    );
  }
  const [reserved, type] = await replies.bytes(2);
  if (reserved !== 0) throw new ProxyRefusal('the proxy broke the SOCKS5 protocol');
  if (type === TYPE.ipv4) await replies.bytes(4 + 2);
  else if (type === TYPE.ipv6) await replies.bytes(16 + 2);
  else if (type === TYPE.name) await replies.bytes(((await replies.bytes(1))[0] ?? 0) + 2);
  else throw new ProxyRefusal('the proxy broke the SOCKS5 protocol');
}

/** Type and address as RFC 1928 §5 writes them. */
function addressOf(host: string): readonly number[] {
  if (isIP(host) === 4) return [TYPE.ipv4, ...host.split('.').map(Number)];
  if (isIP(host) === 6) return [TYPE.ipv6, ...bytesOfIPv6(host)];
  const name = Buffer.from(host, 'latin1');
  return [TYPE.name, name.length, ...name];
}

function bytesOfIPv6(address: string): number[] {
  // The URL parser writes every address in one form: groups in hex, at most one gap.
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = [], after = []] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const gap = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...gap, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
