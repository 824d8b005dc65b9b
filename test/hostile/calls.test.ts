/** Rows H67 and H68: calls of strangers, and what somebody on the way or the other side itself tries with a session. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { NS as NS_JINGLE } from '../../electron/xmpp/xep/xep0166.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import type { CallRow } from '../../shared/contract.ts';
import { jid } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';
import { recorded } from '../xmpp/negotiations.ts';

const ALICE = jid('alice@a.test');
const BOB = jid('bob@b.test');
const PHONE = `${BOB}/phone`;
const TABLET = `${BOB}/tablet`;
const MALLORY = 'mallory@evil.example/x';
const ANSWER = recorded('chromium-answer.sdp');

let server: ScriptedServer;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;
let count = 0;

beforeEach(async () => {
  folder = await temporaryProfile('hostile-calls');
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const initiate = recorded('conversations-initiate.xml').replace(/ initiator="[^"]*"/, '');
const sid = / sid="([^"]*)"/.exec(initiate)?.[1] ?? '';

/** Sends a request, and says how it was answered: `result`, or the conditions of the error. */
async function ask(content: string, from = PHONE): Promise<string> {
  const id = `q${String((count += 1))}`;
  server.deliver(
    `<iq xmlns="jabber:client" type="set" id="${id}" from="${from}" to="${ALICE}/d1">${content}</iq>`,
  );
  const reply = (): Element | undefined =>
    server.sent.find((each) => each.name === 'iq' && each.attrs['id'] === id);
  await expect.poll(reply).toBeDefined();
  const xml = reply();
  if (xml?.attrs['type'] === 'result') return 'result';
  return [
    ...serialize(xml ?? server.sent[0] ?? { name: '', ns: '', attrs: {}, children: [] }).matchAll(
      /<([a-z-]+) xmlns/g,
    ),
  ]
    .map((match) => match[1])
    .join(' ');
}
const jingle = (action: string, content = '', of = sid): string =>
  `<jingle xmlns="urn:xmpp:jingle:1" action="${action}" sid="${of}">${content}</jingle>`;
const transport = (content: string, name = '0', attrs = ''): string =>
  `<content creator="initiator" name="${name}"><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1"${attrs}>${content}</transport></content>`;
const candidate = (ip: string, port: number | string = 5000): string =>
  `<candidate component="1" foundation="1" generation="0" id="a" ip="${ip}" port="${port}" priority="2130706431" protocol="udp" type="host"/>`;

const only = (): Promise<CallRow> => alice.until(() => [...alice.calls.values()].at(-1), 'a call');
const ended = (): Promise<CallRow> =>
  alice.until(() => [...alice.calls.values()].find(({ state }) => state === 'ended'), 'its end');
const ours = (): string[] =>
  server.requests.flatMap(({ payload }) =>
    payload.ns === NS_JINGLE
      ? [/<(?:reason)[^>]*><([a-z-]+)/.exec(serialize(payload))?.[1] ?? payload.attrs['action'] ?? '']
      : [],
  );
const kinds = async (): Promise<string[]> => {
  const { call } = await only();
  const { signals } = await alice.call('calls.signals', { call, after: 0 });
  return signals.map(({ kind }) => kind);
};

/** A session that both have described. */
async function talk(): Promise<CallRow> {
  expect(await ask(initiate)).toBe('result');
  const { call } = await only();
  await alice.call('calls.answer', { call, hasVideo: true });
  await alice.call('calls.describe', { call, type: 'answer', sdp: ANSWER });
  await expect.poll(ours).toContain('session-accept');
  return only();
}

it('a stranger hears the same as if we knew no calls, and nothing rings', async () => {
  const unknown = await ask('<nothing xmlns="urn:example:nothing"/>', MALLORY);
  expect(await ask(initiate, MALLORY)).toBe(unknown);
  expect(await ask(jingle('transport-info', transport(candidate('192.0.2.9'))), MALLORY)).toBe(unknown);
  expect(await ask(jingle('session-terminate'), MALLORY)).toBe(unknown);
  expect(alice.calls.size).toBe(0);
  expect(ours()).toEqual([]);
});

it('what comes before the person has answered is not shown to the page, and nothing leaves', async () => {
  await ask(initiate);
  await ask(jingle('transport-info', transport(candidate('192.0.2.9'))));
  const { call } = await only();
  await alice.call('calls.offerCandidates', {
    call,
    candidates: [{ mid: '0', candidate: 'candidate:1 1 udp 2122194687 192.0.2.2 59953 typ host' }],
  });
  expect(await kinds()).toEqual([]);
  await expect.poll(ours).toEqual(['session-info']);
});

it('a session is begun by the device that was told to, and nobody else', async () => {
  server.deliver(
    `<message xmlns="jabber:client" from="${PHONE}" to="${ALICE}" type="chat"><propose xmlns="urn:xmpp:jingle-message:0" id="${sid}"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/></propose></message>`,
  );
  const { call } = await only();
  expect(await ask(initiate)).toBe('unexpected-request out-of-order'); // before the answer
  await alice.call('calls.answer', { call, hasVideo: false });
  expect(await ask(initiate, TABLET)).toMatch(/unexpected-request/);
  expect(await ask(initiate, MALLORY)).toMatch(/service-unavailable/);
  expect(await kinds()).toEqual([]);
  expect(await ask(initiate)).toBe('result');
  expect(await ask(initiate)).toMatch(/out-of-order/); // twice
  expect(await kinds()).toEqual(['description', 'describe']);
  expect(alice.calls.size).toBe(1);
});

it('a session of one device is not changed or ended by another', async () => {
  await talk();
  const before = await kinds();
  for (const from of [TABLET, MALLORY]) {
    for (const action of [
      'session-terminate',
      'session-accept',
      'content-remove',
      'transport-info',
      'session-info',
    ])
      expect(await ask(jingle(action, action === 'session-terminate' ? '' : transport('')), from)).not.toBe(
        'result',
      );
  }
  expect((await only()).state).toBe('connecting');
  expect(await kinds()).toEqual(before);
});

it.each([
  ['no fingerprint', (text: string) => text.replaceAll(/<fingerprint[^]*?<\/fingerprint>/g, '')],
  ['SHA-1', (text: string) => text.replaceAll('hash="sha-256"', 'hash="sha-1"')],
  ['no credentials', (text: string) => text.replaceAll(/ (ufrag|pwd)="[^"]*"/g, '')],
] as const)('a session with %s ends before it begins', async (_, spoil) => {
  await ask(spoil(initiate));
  expect((await ended()).end).toEqual({ reason: 'insecure' });
  await expect.poll(ours).toContain('security-error');
});

it('another fingerprint in the middle ends it', async () => {
  await talk();
  const print = /<fingerprint[^]*?<\/fingerprint>/.exec(initiate)?.[0] ?? '';
  const other = print.replace(/>(..)/, (_, octet: string) => `>${octet === '00' ? '11' : '00'}`);
  await ask(jingle('transport-info', transport(other)));
  expect((await ended()).end).toEqual({ reason: 'insecure' });
  await expect.poll(ours).toContain('security-error');
});

it('of ten thousand candidates fifty are taken, and none that leads home or has to be looked up', async () => {
  await talk();
  const many = Array.from({ length: 10_000 }, (_, index) => candidate('192.0.2.7', 1_000 + (index % 60_000)));
  await ask(jingle('transport-info', transport(many.slice(0, 5_000).join(''))));
  await ask(jingle('transport-info', transport(many.slice(5_000).join(''))));
  const bad = ['127.0.0.1', '::1', 'evil.example', 'a1b2c3d4.local', '0.0.0.0', '192.0.2.7\r\na=x'];
  await ask(
    jingle(
      'transport-info',
      transport(bad.map((ip) => candidate(ip.replaceAll('\r\n', '&#xD;&#xA;'))).join(''), '1'),
    ),
  );
  const { call } = await only();
  const { signals } = await alice.call('calls.signals', { call, after: 0 });
  const told = signals.filter(({ kind }) => kind === 'candidate');
  expect(told.length).toBeLessThanOrEqual(50);
  expect(told.filter((each) => each.kind === 'candidate' && each.mid === '1')).toEqual([]);
});

it('what does not belong to the moment is refused, and the call goes on', async () => {
  await talk();
  expect(await ask(jingle('content-accept', transport('', '7')))).toMatch(/out-of-order/);
  expect(await ask(jingle('content-reject', transport('', '7')))).toMatch(/out-of-order/);
  expect(await ask(jingle('session-accept', transport('')))).toMatch(/out-of-order/);
  expect(await ask(jingle('content-remove', transport('', '7')))).toMatch(/out-of-order/);
  expect(await ask(jingle('session-info', '<odd xmlns="urn:example:odd"/>'))).toMatch(/unsupported-info/);
  expect(await ask(jingle('no-such-action'))).toMatch(/bad-request/);
  expect(await ask(jingle('session-info', '', 'another'))).toMatch(/unknown-session/);
  expect((await only()).state).toBe('connecting');
  expect(await ask(jingle('session-terminate', '<reason><success/></reason>'))).toBe('result');
  await ended();
});
