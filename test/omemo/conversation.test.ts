/** Two or more people talk: what a person relies on when the network is kind, and when it is not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Device, jid, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');

let net: Net;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  net = new Net();
  alice = await Device.online(net, ALICE);
  bob = await Device.online(net, BOB);
});

afterEach(() => {
  alice.close();
  bob.close();
});

describe('first contact', () => {
  it('is readable at once, in both directions', async () => {
    const first = await alice.send(BOB, 'Grüße 👋 שלום');
    expect(first.keys).toMatchObject([{ device: bob.id, isPreKey: true }]);
    const opened = await bob.receive(first, ALICE);
    expect(opened).toMatchObject({
      kind: 'content',
      text: 'Grüße 👋 שלום',
      device: alice.id,
      trust: 'blind',
      needsAnswer: true,
    });
    const reply = await bob.send(ALICE, 'hello');
    expect(reply.keys).toMatchObject([{ device: alice.id, isPreKey: false }]);
    expect(await alice.read(reply, BOB)).toBe('hello');
    expect((await alice.send(BOB, 'again')).keys).toMatchObject([{ isPreKey: false }]);
  });
});
