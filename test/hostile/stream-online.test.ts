/** A server that turns hostile once it is trusted: broken XML, bombs, and lies about stream management. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stanza, xml } from '../../electron/xmpp/xml.ts';
import { authorityCertificate } from '../support/certificates.ts';
import { features, startFakeServer } from '../support/fake-server.ts';
import type { FakeServer, FakeServerOptions } from '../support/fake-server.ts';
import { listen } from '../support/wire-listener.ts';
import type { ListenOptions, Listener } from '../support/wire-listener.ts';

let ca: string[];
let server: FakeServer | undefined;
let listener: Listener | undefined;

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  listener?.wire.drop();
  await server?.stop();
  server = listener = undefined;
});

async function connectTo(serve: FakeServerOptions['serve'], options: ListenOptions = {}): Promise<Listener> {
  server = await startFakeServer({ serve });
  listener = listen({ ca, server: server.address, ...options });
  return listener;
}

const message = (text: string): string => `<message from='bob@b.test/r'><body>${text}</body></message>`;
const outgoing = stanza('message', { to: 'bob@b.test' }, xml('body', 'jabber:client', {}, 'hello'));

/** Goes online, sends a good stanza and then this; yields the answer of the client. */
async function provoke(bytes: string | Uint8Array): Promise<Listener & { said: string }> {
  const result = await connectTo(async (session) => {
    await session.online();
    session.send(message('before'));
    session.send(bytes);
    await session.gone;
  });
  expect((await result.closed)?.code).toBe('protocol');
  await server?.sessions[0]?.gone;
  return { ...result, said: server?.sessions[0]?.text ?? '' };
}

describe('H48, H49: forbidden XML', () => {
  it.each([
    ['a document type', "<!DOCTYPE a [<!ENTITY b 'c'>]>", 'restricted-xml'],
    ['a comment', '<!-- x -->', 'restricted-xml'],
    ['a processing instruction', '<?xml-stylesheet href="file:///etc/passwd"?>', 'restricted-xml'],
    ['an undefined entity', message('&foo;'), 'restricted-xml'],
    ['NUL', message('\0'), 'not-well-formed'],
    ['a reference to NUL', message('&#0;'), 'restricted-xml'],
    ['an unbound prefix', '<x:message/>', 'bad-namespace-prefix'],
    ['a duplicate attribute', "<message from='a.test' from='bob@b.test'/>", 'not-well-formed'],
    ['a mismatched close', '<message><body>PWN</message></body>', 'not-well-formed'],
    ['text between stanzas', 'PWN', 'bad-format'],
    ['a second document', "<?xml version='1.0'?><stream:stream>", 'not-well-formed'],
  ])('%s', async (_name, text, condition) => {
    const { said, stanzas } = await provoke(`${text}${message('after')}`);
    expect(said).toContain(
      `<stream:error><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`,
    );
    expect(JSON.stringify(stanzas)).not.toMatch(/PWN|after/);
    expect(stanzas).toHaveLength(1);
  });
});

describe('H48: bombs before the header', () => {
  const entities = (levels: number): string =>
    Array.from(
      { length: levels },
      (_value, level) => `<!ENTITY e${level + 1} '${`&e${level || ''};`.repeat(10)}'>`,
    ).join('');
  it.each([
    ['exponential', `<!DOCTYPE a [<!ENTITY e 'e'>${entities(9)}]>`],
    ['quadratic', `<!DOCTYPE a [<!ENTITY e '${'x'.repeat(20_000)}'>]>`],
    ['external, by HTTP', "<!DOCTYPE a [<!ENTITY e SYSTEM 'http://127.0.0.1:1/x'>]>"],
    ['external, a file', "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"],
    ['an external DTD', "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'>"],
  ])('%s', async (_name, bomb) => {
    server = await startFakeServer({
      security: 'direct',
      serve: async (session) => {
        await session.next('stream');
        session.send(`<?xml version='1.0'?>${bomb}`);
        await session.gone;
      },
    });
    listener = listen({ ca, server: server.address });
    expect((await listener.closed)?.code).toBe('not-xmpp');
    await server.sessions[0]?.gone;
    expect(server.sessions[0]?.text).toContain(
      '<restricted-xml xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>',
    );
  });
});

describe('H50, H51: bombs', () => {
  it.each([
    ['depth', '<a>'.repeat(37_000)],
    [
      'a million attributes',
      `<message ${Array.from({ length: 1_000_000 }, (_value, index) => `a${index}=''`).join(' ')}/>`,
    ],
    ['a hundred thousand children', `<message>${'<a/>'.repeat(100_000)}</message>`],
    ['eight MiB of text', message('x'.repeat(8 * 1024 * 1024))],
    ['64 MiB of text', message('x'.repeat(64 * 1024 * 1024))],
    ['an endless name', `<${'a'.repeat(2 * 1024 * 1024)}`],
    ['an endless attribute', `<message to='${'a'.repeat(2 * 1024 * 1024)}`],
    ['endless white space', ' '.repeat(2 * 1024 * 1024)],
  ])('%s', async (_name, text) => {
    const { said, stanzas } = await provoke(text);
    expect(said).toContain('<policy-violation xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>');
    expect(stanzas).toHaveLength(1);
  });

  it('before authentication the limit is 64 KiB', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.offer(
        features.mechanisms(Array.from({ length: 3_000 }, (_value, index) => `MECHANISM-${index}`)),
      );
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
    await server?.sessions[0]?.gone;
    expect(server?.sessions[0]?.text).toContain('policy-violation');
  });

  it('a large stanza in single bytes arrives whole', async () => {
    const { received, stanzas } = await connectTo(async (session) => {
      await session.online();
      for (const byte of Buffer.from(message('é'.repeat(10_000)))) session.send(Uint8Array.of(byte));
      await session.gone;
    });
    await received(1);
    expect(JSON.stringify(stanzas[0]?.stanza)).toContain('é'.repeat(10_000));
  });
});

describe('H52: UTF-8', () => {
  it('is exact wherever it is cut', async () => {
    const text = '日本語😀é\u202Eعربي';
    const bytes = Buffer.from(message(text));
    const { received, stanzas } = await connectTo(async (session) => {
      await session.online();
      for (let cut = 1; cut < bytes.length; cut += 1) {
        session.send(bytes.subarray(0, cut));
        await new Promise((resolve) => setImmediate(resolve));
        session.send(bytes.subarray(cut));
      }
      await session.gone;
    });
    await received(bytes.length - 1);
    for (const { stanza: received } of stanzas) {
      expect(received.children).toEqual([xml('body', 'jabber:client', {}, text)]);
    }
  });

  it.each([
    ['cut characters', [0xe6, 0x97]],
    ['overlong', [0xc0, 0xaf]],
    ['surrogates', [0xed, 0xa0, 0x80]],
  ])('broken: %s', async (_name, bytes) => {
    const { said, stanzas } = await provoke(
      Buffer.concat([Buffer.from('<message><body>'), Buffer.from(bytes), Buffer.from('</body></message>')]),
    );
    expect(said).toContain('unsupported-encoding');
    expect(JSON.stringify(stanzas)).not.toContain('\uFFFD');
  });
});

describe('H76: lies about stream management', () => {
  it.each([
    ['more than was sent', '2'],
    ['far more', '4294967295'],
  ])('%s', async (_name, h) => {
    const { online, closed, wire, acknowledged } = await connectTo(async (session) => {
      await session.online();
      await session.until('message');
      session.send(`<a xmlns='urn:xmpp:sm:3' h='1'/><a xmlns='urn:xmpp:sm:3' h='${h}'/>${message('PWN')}`);
      await session.gone;
    });
    await online;
    wire.send(outgoing);
    expect(await closed).toMatchObject({ code: 'protocol', detail: `acknowledged ${h}, sent 1` });
    expect(acknowledged).toEqual([1]);
    expect(listener?.stanzas).toEqual([]);
    await server?.sessions[0]?.gone;
    expect(server?.sessions[0]?.text).toContain(
      `<undefined-condition xmlns="urn:ietf:params:xml:ns:xmpp-streams"/><handled-count-too-high xmlns="urn:xmpp:sm:3" h="${h}" send-count="1"/></stream:error></stream:stream>`,
    );
  });

  it('going back', async () => {
    const { online, closed, wire, acknowledged } = await connectTo(async (session) => {
      await session.online();
      await session.until('message');
      await session.until('message');
      session.send("<a xmlns='urn:xmpp:sm:3' h='2'/><a xmlns='urn:xmpp:sm:3' h='1'/>");
      await session.gone;
    });
    await online;
    wire.send(outgoing);
    wire.send(outgoing);
    expect((await closed)?.code).toBe('protocol');
    expect(acknowledged).toEqual([2]);
  });

  it.each([
    '-1',
    'abc',
    '',
    '1.5',
    '1e3',
    '0x1',
    ' 1',
    '4294967296',
    '99999999999999999999',
    'NaN',
    'Infinity',
  ])('h=%j', async (h) => {
    const { acknowledged, said } = await provoke(`<a xmlns='urn:xmpp:sm:3' h='${h}'/>`);
    expect(acknowledged).toEqual([]);
    expect(said).toContain('<stream:error><invalid-xml');
  });

  it('an acknowledgement without h', async () => {
    await provoke("<a xmlns='urn:xmpp:sm:3'/>");
  });

  it.each([
    ['enabled again', "<enabled xmlns='urn:xmpp:sm:3' id='evil' resume='true'/>"],
    ['failed', "<failed xmlns='urn:xmpp:sm:3'/>"],
    ['resumed', "<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='0'/>"],
    ['the same acknowledgement again', "<a xmlns='urn:xmpp:sm:3' h='0'/>".repeat(1_000)],
    ['features', "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"],
    ['a challenge', "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj14</challenge>"],
    ['success', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ['proceed', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    [
      'a stanza of another namespace',
      "<message xmlns='jabber:server' from='a.test'><body>PWN</body></message>",
    ],
    ['an IQ without type', "<iq id='x'><query xmlns='jabber:iq:roster'/></iq>"],
    ['an IQ of no type', "<iq type='__proto__' id='constructor'/>"],
    ['results for nobody', "<iq type='result' id='__proto__'/><iq type='error'/>"],
  ])('out of turn: %s', async (_name, text) => {
    const { received, states, stanzas, wire } = await connectTo(async (session) => {
      await session.online();
      session.send(`${text}${message('after')}`);
      await session.gone;
    });
    await received(1);
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'online']);
    expect(stanzas).toHaveLength(1);
    expect(wire.send(outgoing)).toBe(1);
    expect(server?.sessions[0]?.text.split('<enable')[1]).not.toMatch(/<(response|starttls|stream|auth|iq)/);
  });

  it('a hundred thousand questions get few answers', async () => {
    const { online, received } = await connectTo(
      async (session) => {
        await session.online();
        session.send("<r xmlns='urn:xmpp:sm:3'/>".repeat(100_000));
        session.send(message('after'));
        await session.gone;
      },
      {
        onStanza: (_stanza, position, wire) => {
          wire.handled(position);
        },
      },
    );
    await online;
    await received(1);
    const answers = (): number => (server?.sessions[0]?.text.match(/<a /g) ?? []).length;
    await expect.poll(() => server?.sessions[0]?.text).toContain('h="1"');
    expect(answers()).toBeLessThan(1_000);
  });

  it('a trickle that never answers', async () => {
    const { online, closed } = await connectTo(
      async (session) => {
        await session.online();
        session.send('<message><body>');
        const goesOn = (): Promise<boolean> =>
          Promise.race([
            session.gone.then(() => false),
            new Promise<boolean>((resolve) => setTimeout(resolve, 5, true)),
          ]);
        while (await goesOn()) session.send('x');
      },
      { limits: { idle: 20, dead: 30 } },
    );
    await online;
    // Idle is measured in silence, so that the question is ours to provoke.
    listener?.wire.send(outgoing);
    expect((await closed)?.code).toBe('timeout');
  });

  it.each([
    ['another session', "<resumed xmlns='urn:xmpp:sm:3' previd='other' h='0'/>"],
    ['no session', "<resumed xmlns='urn:xmpp:sm:3' h='0'/>"],
    ['no count', "<resumed xmlns='urn:xmpp:sm:3' previd='old'/>"],
    ['a bad count', "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='-1'/>"],
    ['something else', "<enabled xmlns='urn:xmpp:sm:3' id='old'/>"],
    ['a stanza', message('PWN')],
  ])('resuming %s', async (_name, answer) => {
    const { closed, stanzas, states } = await connectTo(
      async (session) => {
        await session.login({}, features.sm);
        await session.next('resume');
        session.send(answer);
        await session.gone;
      },
      { resume: { id: 'old', jid: 'alice@a.test/d1' as never, received: 0 } },
    );
    expect((await closed)?.code).toBe('protocol');
    expect(stanzas).toEqual([]);
    expect(states.some(({ kind }) => kind === 'online')).toBe(false);
  });
});

describe('noise', () => {
  it('any bytes in the place of any answer end in a closed state and nothing else', async () => {
    const places = ['header', 'starttls', 'features', 'challenge', 'bind', 'enabled', 'online'] as const;
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        '&',
        "'",
        '=',
        '<!--',
        '<?',
        ']]>',
        ' ',
        'xmlns',
        "h='9'",
        '</stream:stream>',
        '\0',
        'é',
      ],
      "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
      "<iq type='result'/>",
      "<r xmlns='urn:xmpp:sm:3'/>",
      '<stream:features/>',
      '<stream:error/>',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        async (place, pieces) => {
          const noise = pieces.join('');
          const noisy = await connectTo(
            async (session) => {
              const at = places.indexOf(place);
              if (at === 0) session.send(noise);
              else if (at === 1) await session.offer(features.starttls, noise);
              else {
                await session.startTls();
                if (at === 2) await session.offer(features.mechanisms(['SCRAM-SHA-1']), noise);
                if (at === 3) {
                  await session.offer(features.mechanisms(['SCRAM-SHA-1']));
                  await session.next('auth');
                  session.send(noise);
                }
                if (at >= 4) {
                  await session.authenticate();
                  await session.offer(features.bind, features.sm);
                  if (at === 4) session.send(noise);
                  await session.bind();
                  await session.next('enable');
                  if (at === 5) session.send(noise);
                  session.send("<enabled xmlns='urn:xmpp:sm:3'/>");
                  if (at === 6) session.send(noise);
                }
              }
              session.send('</stream:stream>');
              session.end();
            },
            { limits: { step: 500, secure: 500 } },
          );
          const problem = await noisy.closed;
          expect(problem?.code).toBeTypeOf('string');
          expect(noisy.states.at(-1)?.kind).toBe('closed');
          expect(noisy.logs.some(({ event }) => event === 'listener-failed')).toBe(false);
          await server?.stop();
        },
      ),
      { numRuns: 60 },
    );
  });
});
