/** A whole call between two engines, with what real pages have said (test/xmpp/jingle): each side hears what the other described. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { NS as NS_JINGLE } from '../../electron/xmpp/xep/xep0166.ts';
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { CallRow } from '../../shared/contract.ts';
import { jid } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { join } from '../support/line.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';
import { recorded } from '../xmpp/negotiations.ts';

const OFFER = recorded('chromium-offer.sdp');
const ANSWER = recorded('chromium-answer.sdp');
const CANDIDATE = 'candidate:3630647380 1 udp 2122194687 192.0.2.2 59953 typ host generation 0';
const RELAY =
  'candidate:1 1 udp 41885439 198.51.100.9 3478 typ relay raddr 192.0.2.2 rport 59953 generation 0';

interface Person {
  readonly address: string;
  readonly server: ScriptedServer;
  readonly engine: Engine;
  readonly mirror: Mirror;
  readonly leave: () => Promise<void>;
}

let alice: Person;
let bob: Person;

async function person(name: string, other: string): Promise<Person> {
  const folder = await temporaryProfile(name);
  const address = jid(`${name}@${name}.test`);
  const server = new ScriptedServer([
    { jid: jid(`${other}@${other}.test`), subscription: 'both', name: other },
  ]);
  const engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  const mirror = new Mirror(engine);
  await engine.start();
  await mirror.call('accounts.signIn', { address, password: 'x' });
  await mirror.until(() => mirror.account().state === 'online', 'online');
  const leave = async (): Promise<void> => {
    await engine.stop();
    folder.remove();
  };
  return { address, server, engine, mirror, leave };
}

beforeEach(async () => {
  [alice, bob] = await Promise.all([person('alice', 'bob'), person('bob', 'alice')]);
  join(alice, bob);
});

afterEach(async () => {
  await Promise.all([alice.leave(), bob.leave()]);
});

const inState = ({ mirror }: Person, state: CallRow['state']): Promise<CallRow> =>
  mirror.until(() => [...mirror.calls.values()].findLast((each) => each.state === state), state);

/** All that a page was told, once there are so many of it. */
async function signals({ mirror }: Person, call: number, count: number): Promise<readonly CallSignal[]> {
  await mirror.until(() => (mirror.calls.get(call)?.signals ?? 0) >= count, `${String(count)} signals`);
  return (await mirror.call('calls.signals', { call, after: 0 })).signals;
}
const kinds = (list: readonly CallSignal[]): string[] =>
  list.map((each) => (each.kind === 'description' ? each.type : each.kind));
const lastSdp = (list: readonly CallSignal[]): string => {
  const found = list.findLast((each) => each.kind === 'description');
  return found?.kind === 'description' ? found.sdp : '';
};
const actions = ({ server }: Person): string[] =>
  server.requests.flatMap(({ payload }) => (payload.ns === NS_JINGLE ? [payload.attrs['action'] ?? ''] : []));

async function dial(hasVideo = true): Promise<{ ours: number; theirs: number }> {
  const { chat } = await alice.mirror.call('chats.open', {
    account: alice.mirror.account().id,
    address: bob.address,
  });
  const { call: ours } = await alice.mirror.call('calls.start', { chat, hasVideo });
  const { call: theirs } = await inState(bob, 'incoming');
  await inState(alice, 'ringing');
  return { ours, theirs };
}

/** Both have said all that a call takes. */
async function connect(): Promise<{ ours: number; theirs: number }> {
  const both = await dial();
  const { ours, theirs } = both;
  await bob.mirror.call('calls.answer', { call: theirs, hasVideo: true });
  await signals(alice, ours, 1);
  await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: OFFER });
  await signals(bob, theirs, 2);
  await bob.mirror.call('calls.describe', { call: theirs, type: 'answer', sdp: ANSWER });
  await signals(alice, ours, 2);
  for (const { mirror } of [alice, bob]) {
    const [call] = mirror.calls.keys();
    await mirror.call('calls.report', { call: call ?? 0, state: 'connected' });
  }
  await Promise.all([inState(alice, 'active'), inState(bob, 'active')]);
  return both;
}

it('carries the words of both pages, and is over for both when one hangs up', async () => {
  const { ours, theirs } = await connect();
  const heard = await signals(bob, theirs, 2);
  expect(kinds(heard)).toEqual(['offer', 'describe']);
  expect(lastSdp(heard)).toContain('a=ice-ufrag:VgWp');
  expect(lastSdp(heard)).not.toContain('a=candidate');
  const answered = await signals(alice, ours, 2);
  expect(kinds(answered)).toEqual(['describe', 'answer']);
  expect(lastSdp(answered)).toContain('a=setup:active');
  await alice.mirror.call('calls.end', { call: ours });
  expect((await inState(bob, 'ended')).end).toEqual({ reason: 'hung-up' });
  const [trace] = [...bob.mirror.messages.values()];
  expect(trace?.call).toMatchObject({ hasVideo: true, end: 'hung-up' });
  expect(actions(alice)).toEqual(['session-initiate', 'session-terminate']);
  expect(actions(bob)).toEqual(['session-accept']);
});

it('tells candidates when both have accepted, and not before; of a relay only that', async () => {
  const { ours, theirs } = await connect();
  await alice.mirror.call('calls.offerCandidates', {
    call: ours,
    candidates: [{ mid: '0', candidate: CANDIDATE }],
  });
  const heard = await signals(bob, theirs, 3);
  expect(heard.at(-1)).toEqual({
    kind: 'candidate',
    mid: '0',
    candidate: `${CANDIDATE} ufrag VgWp`,
  });
  await bob.mirror.call('calls.setPolicy', { isRelayOnly: true });
  await bob.mirror.call('calls.offerCandidates', {
    call: theirs,
    candidates: [
      { mid: '0', candidate: CANDIDATE },
      { mid: '0', candidate: RELAY },
    ],
  });
  const told = await signals(alice, ours, 3);
  expect(told.slice(2)).toEqual([
    { kind: 'candidate', mid: '0', candidate: expect.stringMatching(/typ relay generation 0/) as unknown },
  ]);
});

it('says hold, mute and tones', async () => {
  const { ours, theirs } = await connect();
  await alice.mirror.call('calls.hold', { call: ours, isOnHold: true });
  await alice.mirror.call('calls.mute', { call: ours, isMuted: true });
  await alice.mirror.call('calls.tone', { call: ours, tone: '5' });
  await signals(bob, theirs, 3);
  expect(bob.mirror.calls.get(theirs)).toMatchObject({ isHeld: true, isMuted: true });
  await alice.mirror.call('calls.hold', { call: ours, isOnHold: false });
  await bob.mirror.until(() => bob.mirror.calls.get(theirs)?.isHeld === undefined, 'not held');
});

describe('a page that changes its mind', () => {
  const AUDIO = OFFER.slice(0, OFFER.indexOf('m=video')).replace('BUNDLE 0 1', 'BUNDLE 0');
  const AUDIO_ANSWER = ANSWER.slice(0, ANSWER.indexOf('m=video')).replace('BUNDLE 0 1', 'BUNDLE 0');

  async function talk(): Promise<{ ours: number; theirs: number }> {
    const both = await dial(false);
    await bob.mirror.call('calls.answer', { call: both.theirs, hasVideo: false });
    await signals(alice, both.ours, 1);
    await alice.mirror.call('calls.describe', { call: both.ours, type: 'offer', sdp: AUDIO });
    await signals(bob, both.theirs, 2);
    await bob.mirror.call('calls.describe', { call: both.theirs, type: 'answer', sdp: AUDIO_ANSWER });
    await signals(alice, both.ours, 2);
    return both;
  }

  it('adds video, is answered, and takes it away again', async () => {
    const { ours, theirs } = await talk();
    await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: OFFER });
    expect(lastSdp(await signals(bob, theirs, 4))).toMatch(/m=video 9/);
    await bob.mirror.call('calls.describe', { call: theirs, type: 'answer', sdp: ANSWER });
    const answered = await signals(alice, ours, 3);
    expect(kinds(answered).at(-1)).toBe('answer');
    expect(lastSdp(answered)).toMatch(/m=video 9[^]*a=setup:active/);
    const without = OFFER.replace(/m=video \d+/, 'm=video 0').replace('BUNDLE 0 1', 'BUNDLE 0');
    await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: without });
    expect(lastSdp(await signals(alice, ours, 4))).toMatch(/m=video 0/);
    expect(lastSdp(await signals(bob, theirs, 6))).toMatch(/m=video 0/);
    expect(actions(alice)).toEqual(['session-initiate', 'content-add', 'content-remove']);
    expect(actions(bob)).toEqual(['session-accept', 'content-accept']);
  });

  it('stops sending, and begins again', async () => {
    const { ours, theirs } = await connect();
    const video = OFFER.indexOf('m=video');
    const turned = OFFER.slice(0, video) + OFFER.slice(video).replace('a=sendrecv', 'a=recvonly');
    await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: turned });
    expect(lastSdp(await signals(alice, ours, 3))).toMatch(/m=video[^]*a=sendonly/);
    expect(lastSdp(await signals(bob, theirs, 4))).toMatch(/m=video[^]*a=recvonly/);
    expect(actions(alice)).toEqual(['session-initiate', 'content-modify']);
  });

  it('looks for another way, and both describe where they are now', async () => {
    const { ours, theirs } = await connect();
    const moved = (sdp: string): string =>
      sdp
        .replace(/a=ice-ufrag:\S+/g, 'a=ice-ufrag:NEW1')
        .replace(/a=ice-pwd:\S+/g, 'a=ice-pwd:0123456789abcdefghijklmn');
    await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: moved(OFFER) });
    expect(lastSdp(await signals(bob, theirs, 4))).toContain('a=ice-ufrag:NEW1');
    await bob.mirror.call('calls.describe', { call: theirs, type: 'answer', sdp: moved(ANSWER) });
    const answered = await signals(alice, ours, 3);
    expect(lastSdp(answered)).toContain('a=ice-ufrag:NEW1');
    expect(kinds(answered).at(-1)).toBe('answer');
  });

  it('is not heard when it says nothing that a secure call could have', async () => {
    const { ours } = await dial();
    for (const sdp of ['', 'v=0', OFFER.replaceAll(/a=fingerprint.*\r\n/g, '')])
      await expect(
        alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp }),
      ).rejects.toMatchObject({
        code: 'invalid',
      });
  });
});

it('begins directly with a device that does not know how to be asked, and that of others rings', async () => {
  const { server, mirror } = bob;
  const full = `${alice.address}/old`;
  const jingle = recorded('conversations-initiate.xml').replace(/ initiator="[^"]*"/, '');
  server.deliver(
    `<iq xmlns="jabber:client" type="set" id="i1" from="${full}" to="${bob.address}/x">${jingle}</iq>`,
  );
  const { call, hasVideo } = await inState(bob, 'incoming');
  expect(hasVideo).toBe(true);
  expect((await mirror.call('calls.signals', { call, after: 0 })).signals).toEqual([]);
  await expect.poll(() => actions(bob)).toEqual(['session-info']);
  await mirror.call('calls.answer', { call, hasVideo: true });
  expect(kinds(await signals(bob, call, 2))).toEqual(['offer', 'describe']);
  await mirror.call('calls.end', { call });
  await expect.poll(() => actions(bob)).toEqual(['session-info', 'session-terminate']);
});
