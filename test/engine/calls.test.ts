/** Calls before there is a session: who rings where, who may say that it is over, and what is left of it in the chat. */
import { cpSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage } from '../../electron/xmpp/message.ts';
import type { Initiation } from '../../electron/xmpp/xep/xep0353.ts';
import type { CallRow, MessageRow } from '../../shared/contract.ts';
import { jid } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ALICE = jid('alice@a.test');
const BOB = jid('bob@b.test');
const PHONE = `${BOB}/phone`;
const MALLORY = 'mallory@evil.example';

let server: ScriptedServer;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;
const notices: string[] = [];

beforeEach(async () => {
  folder = await temporaryProfile('calls');
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  notices.length = 0;
  await start();
  await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

async function start(): Promise<void> {
  const host = createTestHost({ profile: folder.path });
  engine = createEngine({ ...host, connect: server.connect, notify: ({ title }) => notices.push(title) });
  alice = new Mirror(engine);
  await engine.start();
}

const word = (content: string, from = PHONE, more = ''): string =>
  `<message xmlns="jabber:client" from="${from}" to="${ALICE}/d1" type="chat">${content}${more}</message>`;
const said = (kind: string, sid: string, content = ''): string =>
  `<${kind} xmlns="urn:xmpp:jingle-message:0" id="${sid}">${content}</${kind}>`;
const reason = (name: string): string => `<reason xmlns="urn:xmpp:jingle:1"><${name}/></reason>`;
const propose = (sid: string): string =>
  said('propose', sid, '<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/>');
const carbon = (content: string, to = PHONE): string =>
  `<message xmlns="jabber:client" from="${ALICE}" to="${ALICE}/d1"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ALICE}/tablet" to="${to}" type="chat">${content}</message></forwarded></sent></message>`;

/** What we have said about calls, and to whom. */
const told = (): [string, Initiation][] =>
  server.sent.flatMap((each): [string, Initiation][] => {
    const initiation = readMessage(each)?.initiation;
    return initiation === undefined ? [] : [[each.attrs['to'] ?? '', initiation]];
  });
const call = (): Promise<CallRow> => alice.until(() => [...alice.calls.values()].at(-1), 'a call');
const unread = (): number | undefined =>
  [...alice.chats.values()].find(({ address }) => address === BOB)?.unread;
const inState = (state: CallRow['state']): Promise<CallRow> =>
  alice.until(() => [...alice.calls.values()].findLast((each) => each.state === state), state);
const trace = (): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].findLast((each) => each.call !== undefined), 'its trace');
const rings = async (sid: string): Promise<CallRow> => {
  server.deliver(word(propose(sid)));
  return inState('incoming');
};

describe('a call of ours', () => {
  const dial = async (hasVideo = false): Promise<string> => {
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: BOB });
    await alice.call('calls.start', { chat, hasVideo });
    await expect.poll(() => told().length).toBe(1);
    return told()[0]?.[1].sid ?? '';
  };

  it('asks all devices, rings, and is taken by one of them', async () => {
    const sid = await dial(true);
    expect(told()).toEqual([[BOB, { kind: 'propose', sid, media: ['audio', 'video'] }]]);
    server.deliver(word(said('ringing', sid)));
    expect(await inState('ringing')).toMatchObject({ isOutgoing: true, hasVideo: true });
    server.deliver(word(said('proceed', sid)));
    const { call: id, signals } = await inState('connecting');
    expect(signals).toBe(1);
    const { signals: first } = await alice.call('calls.signals', { call: id, after: 0 });
    expect(first).toEqual([{ kind: 'describe', as: 'initiator' }]);
  });

  it('is taken back, and leaves a trace that nobody has to read', async () => {
    const sid = await dial();
    await alice.call('calls.end', { call: (await call()).call });
    await expect.poll(told).toContainEqual([BOB, { kind: 'retract', sid, reason: 'cancel' }]);
    expect(await trace()).toMatchObject({
      isOutgoing: true,
      text: '',
      call: { hasVideo: false, end: 'no-answer' },
    });
    expect(unread()).toBe(0);
  });

  it.each([
    ['declined', ''],
    ['busy', reason('busy')],
  ] as const)('is %s by the other side, and by nobody else', async (end, why) => {
    const sid = await dial();
    server.deliver(word(said('reject', sid, why), `${MALLORY}/x`));
    server.deliver(word(said('reject', sid, why)));
    expect((await inState('ended')).end).toEqual({ reason: end });
    expect((await trace()).call?.end).toBe(end);
  });

  it('gives way to one of theirs with a lower id, which it takes', async () => {
    const sid = await dial();
    server.deliver(word(propose('!')));
    await inState('connecting');
    expect(told().slice(1)).toEqual([
      [BOB, { kind: 'retract', sid, reason: 'expired', isTieBreak: true }],
      [ALICE, { kind: 'accept', sid: '!' }],
      [PHONE, { kind: 'proceed', sid: '!', device: expect.any(Number) as unknown }],
    ]);
    expect(alice.calls.size).toBe(1);
  });

  it('overrules one of theirs with a higher id', async () => {
    const sid = await dial();
    server.deliver(word(propose('~')));
    await expect
      .poll(told)
      .toContainEqual([BOB, { kind: 'reject', sid: '~', reason: 'expired', isTieBreak: true }]);
    server.deliver(word(said('proceed', sid)));
    await inState('connecting');
    expect(alice.calls.size).toBe(1);
  });

  it('is one at a time', async () => {
    await dial();
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: 'carol@b.test' });
    await expect(alice.call('calls.start', { chat, hasVideo: false })).rejects.toMatchObject({
      code: 'busy',
    });
  });

  it('that the program ended in the middle of is over after that, and they hear it', async () => {
    const sid = await dial();
    server.acknowledge(server.sent.length);
    server.deliver(word(said('proceed', sid)));
    await inState('connecting');
    const { chat } = await call();
    // As a crash leaves it: nobody had the time to say anything.
    const crashed = temporaryFolder('calls-crashed');
    cpSync(folder.path, crashed.path, { recursive: true });
    await engine.stop();
    folder.remove();
    folder = crashed;
    server.sent.length = 0;
    await start();
    await expect.poll(told).toEqual([[PHONE, { kind: 'finish', sid, reason: 'expired' }]]);
    expect(alice.calls.size).toBe(0);
    const { messages } = await alice.call('messages.page', { chat, limit: 5 });
    expect(messages.map((each) => each.call)).toEqual([{ hasVideo: false, end: 'lost' }]);
  });
});

describe('a call of theirs', () => {
  it('rings, says so, and is taken', async () => {
    const { call: id } = await rings('s1');
    await expect.poll(told).toEqual([[PHONE, { kind: 'ringing', sid: 's1' }]]);
    expect(notices).toEqual(['Bob']);
    await alice.call('calls.answer', { call: id, hasVideo: false });
    await expect
      .poll(() => told().slice(1))
      .toEqual([
        [ALICE, { kind: 'accept', sid: 's1' }],
        [PHONE, { kind: 'proceed', sid: 's1', device: expect.any(Number) as unknown }],
      ]);
    expect((await inState('connecting')).call).toBe(id);
  });

  it('is declined', async () => {
    const { call: id } = await rings('s1');
    await alice.call('calls.decline', { call: id });
    await expect.poll(told).toContainEqual([PHONE, { kind: 'reject', sid: 's1', reason: 'decline' }]);
    expect((await trace()).call).toEqual({ hasVideo: false, end: 'declined' });
    expect(unread()).toBe(0);
  });

  it('is missed when they give up, and counts as unread; a stranger does not give up for them', async () => {
    await rings('s1');
    server.deliver(word(said('retract', 's1'), `${MALLORY}/x`));
    expect((await call()).state).toBe('incoming');
    server.deliver(word(said('retract', 's1', reason('cancel'))));
    expect((await trace()).call).toEqual({ hasVideo: false, end: 'missed' });
    expect(unread()).toBe(1);
    server.deliver(word(propose('s1'))); // a copy does not ring again
    server.deliver(word('<body>later</body>'));
    await alice.until(() => [...alice.messages.values()].some(({ text }) => text === 'later'), 'later');
    expect([...alice.calls.values()].map(({ state }) => state)).toEqual(['ended']);
  });

  it.each(['proceed', 'accept', 'reject'])('ends here by the %s of another device', async (kind) => {
    await rings('s1');
    server.deliver(kind === 'accept' ? word(said(kind, 's1'), `${ALICE}/tablet`) : carbon(said(kind, 's1')));
    expect((await inState('ended')).end).toEqual({ reason: 'elsewhere' });
    expect((await trace()).call?.end).toBe('elsewhere');
    expect(unread()).toBe(0);
  });

  it('of a stranger is not there at all', async () => {
    server.deliver(word(propose('s1'), `${MALLORY}/x`));
    await rings('s2');
    expect(alice.calls.size).toBe(1);
    expect([...alice.chats.values()].map(({ address }) => address)).toEqual([BOB]);
    expect(told().map(([to]) => to)).toEqual([PHONE]);
  });

  it('hears that we are busy while another one is on', async () => {
    const { call: id } = await rings('s1');
    await alice.call('calls.answer', { call: id, hasVideo: false });
    server.roster.push({ jid: 'carol@b.test', subscription: 'both' });
    await alice.call('calls.setPolicy', { isContactsOnly: false });
    server.deliver(word(propose('s9'), 'carol@b.test/x'));
    await expect.poll(told).toContainEqual(['carol@b.test/x', { kind: 'reject', sid: 's9', reason: 'busy' }]);
  });
});

it('ends with its chat, and leaves nothing', async () => {
  const { call: id, chat } = await rings('s1');
  await alice.call('calls.answer', { call: id, hasVideo: false });
  await alice.call('chats.remove', { chat });
  expect((await inState('ended')).end).toEqual({ reason: 'hung-up' });
  server.deliver(word(said('finish', 's1')));
  server.deliver(word('<body>later</body>'));
  const later = await alice.until(
    () => [...alice.messages.values()].find(({ text }) => text === 'later'),
    'later',
  );
  const page = await alice.call('messages.page', { chat: later.chat, limit: 5 });
  expect(page.messages.map(({ text }) => text)).toEqual(['later']);
});

it('of another device leave the same traces', async () => {
  server.deliver(carbon(propose('s1'), BOB));
  server.deliver(word(said('proceed', 's1')));
  expect(await trace()).toMatchObject({ isOutgoing: true, call: { end: 'elsewhere' } });
  server.deliver(carbon(said('finish', 's1')));
  await alice.until(
    () => [...alice.messages.values()].find((each) => each.call?.seconds !== undefined),
    'how long',
  );
  expect(alice.messages.size).toBe(1);
});

describe('an account with a proxy, past which a call would go,', () => {
  const account = (): number => alice.account().id;
  beforeEach(async () => {
    const proxy = { kind: 'socks5', host: '127.0.0.1', port: 9_050 } as const;
    await alice.call('accounts.update', { account: account(), proxy });
    await alice.until(() => alice.account().proxy !== undefined && alice.account().state === 'online', 'it');
  });

  it('calls nobody', async () => {
    const { chat } = await alice.call('chats.open', { account: account(), address: BOB });
    await expect(alice.call('calls.start', { chat, hasVideo: false })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    expect(told()).toEqual([]);
  });

  it('does not ring, tells nobody that it heard, and keeps that a call was missed', async () => {
    server.deliver(word(propose('s1')));
    server.deliver(word(said('retract', 's1')));
    expect((await trace()).call).toEqual({ hasVideo: false, end: 'missed' });
    expect([...alice.calls.values()]).toEqual([]);
    expect(told()).toEqual([]);
  });
});
