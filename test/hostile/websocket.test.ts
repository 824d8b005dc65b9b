/** WebSockets that are none, and servers that frame XMPP as RFC 7395 forbids: nothing secret may reach them. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { authorityCertificate, serverCertificate } from '../support/certificates.ts';
import { webNetwork } from '../support/web-network.ts';
import { startWebServer, type Handler, type WebServer } from '../support/web-server.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

const OPEN = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a.test' id='1' version='1.0'/>";
const FEATURES =
  "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms " +
  "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>";

let ca: string[];
let web: WebServer | undefined;
let listener: Listener | undefined;
let heard: string[];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  listener?.wire.drop();
  await web?.stop();
  web = listener = undefined;
});

interface Site {
  readonly name?: string;
  readonly certificate?: string;
  /** The protocol that the server agrees on; the client's, when absent. */
  readonly protocol?: string | false;
  readonly handle?: Handler;
}

/** Connects to a WebSocket that greets as it should and then does this. */
async function connectTo(
  serve: (socket: WebSocket) => void,
  { name = 'web.test', certificate = name, protocol = 'xmpp', handle }: Site = {},
  options: ListenOptions = {},
): Promise<Listener> {
  heard = [];
  web = await startWebServer(
    handle ?? ((_, response) => void response.writeHead(404).end()),
    await serverCertificate(certificate),
  );
  if (handle === undefined) {
    const sockets = new WebSocketServer({ server: web.server, handleProtocols: () => protocol });
    sockets.on('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      socket.once('message', () => {
        serve(socket);
      });
    });
  }
  const url = `wss://${name}:${String(web.port)}/ws`;
  listener = listen({ ca, server: { url }, network: webNetwork(), ...options });
  return listener;
}

const element = (body: string): string => `<message xmlns='jabber:client'><body>${body}</body></message>`;

describe('before the WebSocket stands', () => {
  const html: Handler = (_, response) => void response.setHeader('content-type', 'text/html').end('<html>');
  const elsewhere: Handler = (_, response) =>
    void response.writeHead(302, { location: 'wss://evil.test/ws' }).end();
  it.each<[string, Site, string]>([
    ['a page', { handle: html }, 'not-xmpp'],
    ['a redirect', { handle: elsewhere }, 'not-xmpp'],
    ['no protocol', { protocol: false }, 'not-xmpp'],
    ['another protocol', { protocol: 'chat' }, 'not-xmpp'],
    ['the certificate of somebody else', { certificate: 'other.test' }, 'certificate'],
  ])('%s', async (_name, site, code) => {
    const { closed } = await connectTo(() => undefined, site);
    expect((await closed)?.code).toBe(code);
    expect(heard).toEqual([]);
  });

  it('the certificate of the domain does as well, as XEP-0156 has it', async () => {
    await connectTo((socket) => socket.send(OPEN), { certificate: 'a.test' });
    await expect.poll(() => heard[0]).toContain("to='a.test'".replaceAll("'", '"'));
  });

  it('TLS is not optional', async () => {
    listener = listen({ ca, server: { url: 'ws://web.test/ws' }, network: webNetwork() });
    expect((await listener.closed)?.code).toBe('tls-required');
  });
});

describe('frames that RFC 7395 does not know', () => {
  it.each<[string, string, (string | Buffer)[]]>([
    ['features without a stream', 'not-xmpp', [FEATURES]],
    ['white space first', 'not-xmpp', [` ${OPEN}`]],
    ['a declaration', 'not-xmpp', [`<?xml version='1.0'?>${OPEN}`]],
    ['an open of another namespace', 'not-xmpp', ["<open xmlns='urn:x'/>"]],
    ['a document type', 'protocol', [OPEN, `<!DOCTYPE a [<!ENTITY x 'y'>]>${element('&x;')}`]],
    ['an undefined entity', 'protocol', [OPEN, element('&x;')]],
    ['a comment', 'protocol', [OPEN, element('<!-- -->')]],
    ['two elements', 'protocol', [OPEN, element('') + element('')]],
    ['text behind', 'protocol', [OPEN, `${element('')}x`]],
    ['half an element', 'protocol', [OPEN, '<message xmlns="jabber:client"><body>']],
    ['the other half', 'protocol', [OPEN, '</message>']],
    ['the end of a stream', 'protocol', [OPEN, '</_:stream>']],
    ['an element, and the end of a stream', 'protocol', [OPEN, `${element('')}</_:stream>${element('')}`]],
    ['a prefix that is not declared', 'protocol', [OPEN, '<stream:features/>']],
    ['a second open', 'protocol', [OPEN, OPEN]],
    ['nothing', 'protocol', [OPEN, '']],
    ['bytes', 'protocol', [OPEN, Buffer.from([0])]],
    ['a frame of 100 KiB', 'protocol', [OPEN, element('x'.repeat(100 * 1024))]],
    ['a frame of 3 MiB', 'protocol', [OPEN, element('x'.repeat(3 * 1024 * 1024))]],
    ['deep nesting', 'protocol', [OPEN, `<a>`.repeat(500) + '</a>'.repeat(500)]],
  ])('%s', async (_name, code, frames) => {
    const { closed } = await connectTo((socket) => {
      for (const frame of frames) socket.send(frame);
    });
    expect((await closed)?.code).toBe(code);
    expect(heard.join()).not.toMatch(/<auth|<response|secret|SCRAM/);
  });

  it('text that is not UTF-8', async () => {
    const { closed } = await connectTo((socket) => {
      socket.send(OPEN);
      socket.send(Buffer.from([0x3c, 0x61, 0xff, 0x2f, 0x3e]), { binary: false });
    });
    expect((await closed)?.code).toBe('protocol');
  });

  it('goes to no other place, whatever the server says', async () => {
    const network = webNetwork();
    const away = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://evil.test/ws'/>";
    const { closed } = await connectTo(
      (socket) => {
        socket.send(away);
      },
      {},
      { network },
    );
    expect((await closed)?.code).toBe('server-error');
    expect(network.lookedUp).not.toContain('evil.test');
    expect(heard.join()).not.toMatch(/<auth|secret|SCRAM/);
  });
});

describe('frames that are in order', () => {
  it('in fragments, between pings, down to single bytes', async () => {
    let pongs = 0;
    await connectTo((socket) => {
      socket.on('pong', () => (pongs += 1));
      socket.send(OPEN);
      const bytes = Buffer.from(FEATURES);
      bytes.forEach((_, index) => {
        socket.send(bytes.subarray(index, index + 1), { binary: false, fin: index === bytes.length - 1 });
        if (index % 100 === 0) socket.ping();
      });
    });
    await expect.poll(() => heard.find((text) => text.startsWith('<auth'))).toContain('SCRAM-SHA-256');
    // Every element says its namespace itself (RFC 7395 §3.3.3).
    expect(heard.filter((text) => !/^<[^>]* xmlns="/.test(text))).toEqual([]);
    await expect.poll(() => pongs).toBeGreaterThan(0);
  });

  it('an end, answered by an end', async () => {
    const { closed } = await connectTo((socket) => {
      socket.send(OPEN);
      socket.send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
    });
    expect((await closed)?.code).toBe('closed');
    await expect.poll(() => heard.at(-1)).toBe('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  });
});
