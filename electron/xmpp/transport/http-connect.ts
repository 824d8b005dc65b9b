/**
 * A tunnel through an HTTP proxy: CONNECT (RFC 9110 §9.3.6, RFC 9112) with Basic authentication (RFC 7617). It reads
 * the head of the reply and never a body; anything that is not plain HTTP/1 is refused.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ProxyAddress } from '../wire.ts';
import { ProxyRefusal } from './reply-reader.ts';
import type { ReplyReader } from './reply-reader.ts';

/** The longest head of a reply, interim replies included, in bytes. */
const LONGEST_HEAD = 16_384;

/** RFC 9112 §4 and §5; a line that continues the one before (obs-fold, §5.2) is none of these. */
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const FIELD_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Resolves when the next byte on the socket belongs to the connection with `host`.
 * @param host an IP address without brackets, or a name in ASCII
 * @throws ProxyRefusal when the proxy does not make the connection, or does not speak HTTP/1
 */
export async function askHttpConnect(
  socket: Socket,
  replies: ReplyReader,
  proxy: ProxyAddress,
  host: string,
  port: number,
): Promise<void> {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${String(port)}`;
  const head = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  if (proxy.username !== undefined) head.push(`Proxy-Authorization: Basic ${credentialsOf(proxy)}`);
  socket.write(`${head.join('\r\n')}\r\n\r\n`);

  const { status, reason } = await readHead(replies);
  // RFC 9110 §9.3.6: any 2xx, and then no body, whatever the fields say.
  if (status >= 200 && status < 300) return;
  if (status === 407) {
    throw new ProxyRefusal(
      proxy.username === undefined
        ? 'the proxy asks for a user name and password'
        : 'the proxy did not accept user name and password',
    );
  }
  throw new ProxyRefusal(`the proxy did not reach ${target}: ${`${String(status)} ${reason}`.trim()}`);
}

function credentialsOf({ username = '', password = '' }: ProxyAddress): string {
  // RFC 7617 §2: the first colon ends the name.
  if (username.includes(':')) throw new ProxyRefusal('a user name for an HTTP proxy can have no colon');
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/** The final status; interim replies (RFC 9110 §15.2) are read over. */
async function readHead(replies: ReplyReader): Promise<{ status: number; reason: string }> {
  let rest = LONGEST_HEAD;
  const next = async (): Promise<string> => {
    const line = await replies.line(rest);
    rest -= line.length + 2;
    return line;
  };
  for (;;) {
    const [, digits, reason = ''] = STATUS_LINE.exec(await next()) ?? [];
    if (digits === undefined) throw new ProxyRefusal('this is no HTTP proxy');
    for (let line = await next(); line !== ''; line = await next()) {
      if (!FIELD_LINE.test(line)) throw new ProxyRefusal('the proxy broke the HTTP protocol');
    }
    const status = Number(digits);
    // 101 would change the protocol, which nobody asked for.
    if (status >= 200 || status === 101) return { status, reason: reason.replace(/[^\x20-\x7e]/g, '?') };
  }
}
