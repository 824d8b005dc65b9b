/** The keys of a call inside OMEMO: vouched for by the devices of a chat, and never replaced by what nobody vouches for. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NS_VERIFICATION } from '../../electron/xmpp/xep/xep0353.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { connect, dial, inState, OFFER, person, signals, type Person } from '../support/callers.ts';
import { join } from '../support/line.ts';
import { keepNodes } from '../support/nodes.ts';
import type { ScriptedServer } from '../support/scripted-wire.ts';

let alice: Person;
let bob: Person;

beforeEach(async () => {
  const nodes = new Map<string, Element[]>();
  const prepare = (server: ScriptedServer, address: string): void => keepNodes(server, address, nodes);
  alice = await person('alice', 'bob', prepare);
  bob = await person('bob', 'alice', prepare);
  join(alice, bob);
});

afterEach(async () => {
  await Promise.all([alice.leave(), bob.leave()]);
});

/** The session as it left. */
const initiate = (): string =>
  alice.server.requests
    .map(({ payload }) => serialize(payload))
    .find((xml) => xml.includes('session-initiate')) ?? '';

it('are vouched for on both sides, and no fingerprint stands in clear', async () => {
  const { ours, theirs } = await connect(alice, bob);
  expect(alice.mirror.calls.get(ours)?.protection).toBe('omemo');
  expect(bob.mirror.calls.get(theirs)?.protection).toBe('omemo');
  expect(initiate()).toContain(NS_VERIFICATION);
  const fingerprint = /a=fingerprint:sha-256 (\S+)/.exec(OFFER)?.[1] ?? 'none';
  expect(initiate()).not.toContain(fingerprint);
});

it('that stand in clear after all end the call', async () => {
  const { ours, theirs } = await dial(alice, bob);
  await bob.mirror.call('calls.answer', { call: theirs, hasVideo: true });
  await signals(alice, ours, 1);
  await alice.mirror.call('calls.describe', { call: ours, type: 'offer', sdp: OFFER });
  await signals(bob, theirs, 2);
  const sid = / sid="([^"]*)"/.exec(initiate())?.[1] ?? '';
  const accept = `<jingle xmlns="urn:xmpp:jingle:1" action="session-accept" sid="${sid}"><content creator="initiator" name="0"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"><payload-type id="111" name="opus" clockrate="48000" channels="2"/></description><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="abcd" pwd="0123456789abcdefghijklmn"><fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="active">${Array.from({ length: 32 }, () => 'AA').join(':')}</fingerprint></transport></content></jingle>`;
  const bobs = `${bob.address}/${bob.server.options?.resource ?? ''}`;
  const alices = `${alice.address}/${alice.server.options?.resource ?? ''}`;
  alice.server.deliver(
    `<iq xmlns="jabber:client" type="set" id="forged" from="${bobs}" to="${alices}">${accept}</iq>`,
  );
  expect((await inState(alice, 'ended')).end).toEqual({ reason: 'insecure' });
});

it('are not asked for in a chat whose encryption is off', async () => {
  for (const [{ mirror }, address] of [
    [alice, bob.address],
    [bob, alice.address],
  ] as const) {
    const { chat } = await mirror.call('chats.open', { account: mirror.account().id, address });
    await mirror.call('chats.setEncryption', { chat, mode: 'off' });
  }
  const { ours } = await connect(alice, bob);
  expect(alice.mirror.calls.get(ours)?.protection).toBe('unverified');
});
