/** A whole call between two engines, with what real pages have said (test/xmpp/jingle): each side hears what the other described. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  actions,
  ANSWER,
  connect as connectTo,
  dial as dialTo,
  inState,
  kinds,
  lastSdp,
  OFFER,
  person,
  signals,
  type Person,
} from '../support/callers.ts';
import { join } from '../support/line.ts';
import { recorded } from '../xmpp/negotiations.ts';

const CANDIDATE = 'candidate:3630647380 1 udp 2122194687 192.0.2.2 59953 typ host generation 0';
const RELAY =
  'candidate:1 1 udp 41885439 198.51.100.9 3478 typ relay raddr 192.0.2.2 rport 59953 generation 0';

let alice: Person;
let bob: Person;

beforeEach(async () => {
  [alice, bob] = await Promise.all([person('alice', 'bob'), person('bob', 'alice')]);
  join(alice, bob);
});

afterEach(async () => {
  await Promise.all([alice.leave(), bob.leave()]);
});

const dial = (hasVideo = true): ReturnType<typeof dialTo> => dialTo(alice, bob, hasVideo);
const connect = (): ReturnType<typeof connectTo> => connectTo(alice, bob);

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
  await expect.poll(() => actions(alice)).toEqual(['session-initiate', 'session-terminate']);
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
