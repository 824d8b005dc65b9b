/** BOSH services that are none, lose answers, or lie: nothing secret may reach them, and nothing may get out of order. */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorityCertificate, serverCertificate } from '../support/certificates.ts';
import { webNetwork } from '../support/web-network.ts';
import { bodyOf, startWebServer, type WebServer } from '../support/web-server.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

const NS = "xmlns='http://jabber.org/protocol/httpbind' xmlns:stream='http://etherx.jabber.org/streams'";
const FEATURES =
  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
  '<mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>';
const body = (attributes: string, content = ''): string => `<body ${NS} ${attributes}>${content}</body>`;
const SESSION = "sid='s1' wait='50' requests='2' hold='1' polling='1'";

let ca: string[];
let web: WebServer | undefined;
let listener: Listener | undefined;
let bodies: string[];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  listener?.wire.drop();
  await web?.stop();
  web = listener = undefined;
});

type Answer = string | ((response: ServerResponse, request: string) => void);

/** Answers the first request with the first answer, and so on; later ones are held for ever. */
async function connectTo(answers: readonly Answer[], options: ListenOptions = {}): Promise<Listener> {
  bodies = [];
  web = await startWebServer(
    async (request, response) => {
      const text = await bodyOf(request);
      const answer = answers[bodies.push(text) - 1];
      if (typeof answer === 'string') response.end(answer);
      else answer?.(response, text);
    },
    await serverCertificate('web.test'),
  );
  const url = `https://web.test:${String(web.port)}/bosh`;
  listener = listen({ ca, server: { url }, network: webNetwork(), ...options });
  return listener;
}

const rid = (text: string | undefined): number => Number(/ rid="(\d+)"/.exec(text ?? '')?.[1]);

describe('a session that does not begin', () => {
  it.each<[string, Answer, string]>([
    ['a page', '<html></html>', 'not-xmpp'],
    ['no XML', 'nothing here', 'not-xmpp'],
    ['404', (response) => void response.writeHead(404).end(), 'not-xmpp'],
    [
      'a redirect',
      (response) => void response.writeHead(307, { location: 'https://evil.test' }).end(),
      'not-xmpp',
    ],
    ['no id', body("wait='50'"), 'not-xmpp'],
    ['a document type', `<!DOCTYPE body [<!ENTITY x 'y'>]>${body(SESSION)}`, 'not-xmpp'],
    ['a megabyte', body(SESSION, `<a>${'x'.repeat(1024 * 1024)}</a>`), 'protocol'],
    ['a domain that is not served', body("type='terminate' condition='host-unknown'"), 'unknown-host'],
    ['the end', body("type='terminate'"), 'closed'],
    [
      'another place',
      body("type='terminate' condition='see-other-uri'", '<uri>https://evil.test/</uri>'),
      'server-error',
    ],
  ])('%s', async (_name, answer, code) => {
    const network = webNetwork();
    const { closed } = await connectTo([answer], { network });
    expect((await closed)?.code).toBe(code);
    expect(new Set(network.lookedUp)).toEqual(new Set(['web.test']));
    expect(bodies.join()).not.toMatch(/<auth|alice|secret|SCRAM/);
  });
});

describe('a session that goes wrong', () => {
  const first = body(SESSION, FEATURES);
  it.each<[string, Answer, string]>([
    ['another session', body("sid='s2'"), 'protocol'],
    ['text', body('', 'x'), 'protocol'],
    ['two bodies', body('') + body(''), 'protocol'],
    ['a comment', body('', '<!-- -->'), 'protocol'],
    ['half of it', `<body ${NS}>`, 'protocol'],
    ['the end of the session', body("type='terminate' condition='item-not-found'"), 'closed'],
    [
      'an elsewhere',
      body("type='terminate' condition='see-other-uri'", '<uri>https://evil.test/</uri>'),
      'server-error',
    ],
    [
      'a stream error',
      body(
        "type='terminate' condition='remote-stream-error'",
        "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
      ),
      'server-error',
    ],
    ['400', (response) => void response.writeHead(400).end(), 'protocol'],
  ])('%s', async (_name, answer, code) => {
    const { closed } = await connectTo([first, answer]);
    expect((await closed)?.code).toBe(code);
  });
});

describe('requests', () => {
  it('without a word do not come before what an answer brings about: they could be overtaken', async () => {
    await connectTo([body(SESSION, FEATURES)]);
    await expect.poll(() => bodies.length).toBeGreaterThan(1);
    expect(bodies[1]).toContain('<auth xmlns=');
  });

  it('have numbers in a row, begin at random, and say nothing of us before their time', async () => {
    await connectTo([body(SESSION, FEATURES), body('')]);
    await expect.poll(() => bodies.length).toBeGreaterThan(2);
    const numbers = bodies.map(rid);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(numbers[0]).toBeGreaterThan(2 ** 32);
    expect(Number.isSafeInteger((numbers[0] ?? 0) + 2 ** 40)).toBe(true);
    expect(bodies[0]).not.toContain('alice');
    expect(bodies.filter((text) => text.includes('<auth xmlns='))).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['whose answer is lost', (response) => response.destroy()],
    ['that a proxy refuses', (response) => void response.writeHead(502).end()],
    ['that failed for a moment', body("type='error'")],
  ])('%s are repeated as they were', async (_name, answer) => {
    await connectTo([body(SESSION, FEATURES), answer]);
    await expect.poll(() => bodies.filter((text) => text === bodies[1]).length).toBe(2);
    expect(listener?.states.map(({ kind }) => kind)).toEqual(['connecting']);
  });

  it('are not repeated for ever', async () => {
    const lost: Answer = (response) => response.destroy();
    const { closed } = await connectTo([body(SESSION, FEATURES), ...Array.from({ length: 9 }, () => lost)]);
    expect((await closed)?.code).toBe('closed');
    expect(bodies.length).toBeLessThan(9);
  });

  it('without content are not sent again at once to a server that holds none', async () => {
    await connectTo([body("sid='s1' wait='0' hold='0' requests='1' polling='60'"), body(''), body('')]);
    await expect.poll(() => bodies.length).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bodies).toHaveLength(2);
  });
});
