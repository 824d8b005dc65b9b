/** Client state (XEP-0352) and what a stream tells of itself, on a whole stream with a scripted server where it matters. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ClientState } from '../../electron/xmpp/client-state.ts';
import { DetailsNote } from '../../electron/xmpp/details.ts';
import type { ResumableSession } from '../../electron/xmpp/wire.ts';
import { serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import type { FullJid } from '../../shared/jid.ts';
import { authorityCertificate } from '../support/certificates.ts';
import {
  features as streamFeatures,
  startFakeServer,
  type FakeServer,
  type FakeServerOptions,
  type FakeSession,
} from '../support/fake-server.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';
import { parseXml } from '../support/xml.ts';

const [ACTIVE, INACTIVE] = ['<active xmlns="urn:xmpp:csi:0"/>', '<inactive xmlns="urn:xmpp:csi:0"/>'];
type Step = 'offered' | 'away' | 'back';

describe('what the server is told of somebody looking', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['nothing: a stream begins with somebody looking', ['offered'], []],
    ['nothing, where it is not offered', ['away', 'back', 'away'], []],
    ['that nobody looks, once', ['offered', 'away', 'away'], [INACTIVE]],
    ['that somebody is back', ['offered', 'away', 'back', 'back'], [INACTIVE, ACTIVE]],
    ['what is true when it begins to be offered', ['away', 'offered', 'offered'], [INACTIVE]],
    ['nothing of what is over by then', ['away', 'back', 'offered'], []],
  ])('%s', (_, steps, expected) => {
    const told: string[] = [];
    const state = new ClientState((element) => told.push(serialize(element)));
    for (const step of steps) {
      if (step === 'offered') state.offered();
      else state.set(step === 'back');
    }
    expect(told).toEqual(expected);
  });
});

describe('what a stream tells of itself', () => {
  const features = (content: string): ReturnType<typeof parseXml> =>
    parseXml(`<features xmlns='http://etherx.jabber.org/streams'>${content}</features>`);

  it('is nothing before it is secured', () => {
    expect(new DetailsNote().details).toBeUndefined();
  });

  it('are the features before and after authentication, and what goes with SASL2', () => {
    const note = new DetailsNote();
    note.reached({ transport: 'direct-tls', cipher: 'c' });
    note.noteFeatures(
      features(`<authentication xmlns='urn:xmpp:sasl:2'><mechanism>X</mechanism><inline>
        <bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:csi:0'/></inline></bind></inline></authentication>`),
    );
    note.noteFeatures(features("<sm xmlns='urn:xmpp:sm:3'/>"));
    expect(note.details).toEqual({
      transport: 'direct-tls',
      cipher: 'c',
      features: new Set(['urn:xmpp:sasl:2', 'urn:xmpp:bind:0', 'urn:xmpp:csi:0', 'urn:xmpp:sm:3']),
    });
    expect(note.offers('urn:xmpp:csi:0')).toBe(true);
    expect(note.offers('constructor')).toBe(false);
  });

  it('counts how often it was waited for, not how much was said', () => {
    const note = new DetailsNote();
    note.reached({ transport: 'starttls', tlsVersion: 'TLSv1.3' });
    note.heard();
    for (const said of [1, 3, 2]) {
      for (let i = 0; i < said; i += 1) note.asked();
      for (let i = 0; i < 4; i += 1) note.heard();
    }
    note.online({ mechanism: 'SCRAM-SHA-256-PLUS', channelBinding: 'tls-exporter' });
    note.asked();
    note.heard();
    expect(note.details).toEqual({
      transport: 'starttls',
      tlsVersion: 'TLSv1.3',
      mechanism: 'SCRAM-SHA-256-PLUS',
      channelBinding: 'tls-exporter',
      roundTrips: 3,
      features: new Set(),
    });
  });

  it('is bounded, however much a server offers', () => {
    const note = new DetailsNote();
    note.reached({ transport: 'starttls' });
    const many = Array.from({ length: 5_000 }, (_, i) => `<x xmlns='urn:${String(i)}'/>`).join('');
    note.noteFeatures(features(many));
    note.noteFeatures(features('<a>'.repeat(60) + "<b xmlns='urn:deep'/>" + '</a>'.repeat(60)));
    expect(note.details?.features.size).toBe(256);
    expect(note.offers('urn:deep')).toBe(false);
  });
});

// ————— On a whole stream ———————————————————————————————————————————————————————————————————————————————————————

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

async function connectTo(
  serve: FakeServerOptions['serve'],
  { resume, ...options }: Pick<ListenOptions, 'resume'> & Omit<FakeServerOptions, 'serve'> = {},
): Promise<Listener> {
  server = await startFakeServer({ serve, ...options });
  listener = listen({ ca, server: server.address, ...(resume !== undefined && { resume }) });
  return listener;
}

describe('client state (XEP-0352)', () => {
  const csi = "<csi xmlns='urn:xmpp:csi:0'/>";
  /** What the server hears until the ping that follows everything. */
  const hear = async (session: FakeSession): Promise<string[]> => {
    const heard: string[] = [];
    for (;;) {
      const { name } = await session.next();
      if (name === 'iq') return heard;
      heard.push(name);
    }
  };

  it.each([
    ['is told, and not counted', csi, ['inactive', 'active']],
    ['is never told to a server that does not ask for it', '', []],
  ])('%s', async (_, offered, expected) => {
    const heard = Promise.withResolvers<string[]>();
    const { online, wire } = await connectTo(async (session) => {
      await session.login({}, offered);
      await session.bind();
      heard.resolve(await hear(session));
    });
    wire.setActive(false); // too early to be said: every stream begins with somebody looking
    wire.setActive(true);
    await online;
    wire.setActive(false);
    wire.setActive(false);
    wire.setActive(true);
    expect(wire.nextPosition).toBe(0);
    wire.send(stanza('iq', { type: 'get', id: 'last' }, xml('ping', 'urn:xmpp:ping')));
    expect(await heard.promise).toEqual(expected);
  });

  it('is told anew to a stream that goes on with a session (#stream-resumption)', async () => {
    const heard = Promise.withResolvers<string[]>();
    const resume: ResumableSession = { id: 'old', jid: 'alice@a.test/d1' as FullJid, received: 0 };
    const { online, wire } = await connectTo(
      async (session) => {
        await session.login({}, streamFeatures.sm, csi);
        await session.next('resume');
        session.send("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='0'/>");
        heard.resolve(await hear(session));
      },
      { resume },
    );
    wire.setActive(false);
    await online;
    expect(wire.nextPosition).toBe(1);
    wire.send(stanza('iq', { type: 'get', id: 'last' }, xml('ping', 'urn:xmpp:ping')));
    expect((await heard.promise).filter((name) => name !== 'r')).toEqual(['inactive']);
  });
});

describe('how a stream is connected', () => {
  it.each([
    ['starttls', 'starttls'],
    ['direct', 'direct-tls'],
  ] as const)('is told: %s', async (security, transport) => {
    const { online } = await connectTo(
      async (session) => {
        await session.login({}, streamFeatures.sm, "<csi xmlns='urn:xmpp:csi:0'/>");
        await session.bind();
        await session.next('enable');
        session.send("<failed xmlns='urn:xmpp:sm:3'/>");
      },
      { security, maxVersion: 'TLSv1.2' },
    );
    expect((await online).details).toMatchObject({
      transport,
      tlsVersion: 'TLSv1.2',
      cipher: expect.stringMatching(/^ECDHE-/) as unknown,
      mechanism: 'SCRAM-SHA-256',
      // The header, two of SCRAM, the header again, binding, stream management.
      roundTrips: 6,
      features: new Set([
        'urn:ietf:params:xml:ns:xmpp-sasl',
        'urn:ietf:params:xml:ns:xmpp-bind',
        'urn:xmpp:sm:3',
        'urn:xmpp:csi:0',
      ]),
    });
  });
});
