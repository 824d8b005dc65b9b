/**
 * Hostile rows H35–H47 for `urn:xmpp:omemo:2`, as omemo-messages.test.ts and omemo-devices.test.ts have them for the older
 * protocol: nothing that an attacker made or changed is shown as genuine, changes what is stored, or stops what follows.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateKeyPair, generateSigningPair, signPlainly } from '../../electron/omemo/curve.ts';
import { sealContent } from '../../electron/omemo/payload.ts';
import type { Identity } from '../../electron/omemo/ratchet/ends.ts';
import { OMEMO_2 } from '../../electron/omemo/ratchet/parameters.ts';
import { beginSession, sealKey } from '../../electron/omemo/ratchet/sessions.ts';
import type { Bundle } from '../../electron/xmpp/xep/xep0384.ts';
import type { Encrypted } from '../../electron/xmpp/xep/xep0384-2.ts';
import { DAY, Device, jid, MINUTE, must, Net } from '../omemo/people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const MALLORY = jid('mallory@evil.example');

let net: Net;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  net = new Net('omemo2');
  alice = await Device.online(net, ALICE);
  bob = await Device.online(net, BOB);
});

afterEach(() => {
  alice.close();
  bob.close();
});

async function acquaint(): Promise<void> {
  expect(await bob.read(await alice.say(BOB, 'hello'), ALICE)).toBe('hello');
  expect(await alice.read(await bob.say(ALICE, 'hi'), BOB)).toBe('hi');
}

type Key = Encrypted['keys'][number];
const keyIn = (encrypted: Encrypted): Key => must(encrypted.keys[0]);
const withKey = (encrypted: Encrypted, change: Partial<Key>): Encrypted => ({
  ...encrypted,
  keys: [{ ...keyIn(encrypted), ...change }],
});
const flip = (bytes: Uint8Array, index: number, bit = 1): Uint8Array =>
  Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ bit : byte));

/** All that a device has stored about keys. */
function stored(device: Device): unknown {
  const tables = ['omemo_prekeys', 'omemo_signed_prekeys', 'omemo_sessions', 'omemo_devices', 'omemo_lists'];
  return tables.map((table) => device.database.prepare(`SELECT * FROM ${table}`).all());
}

const stranger = (device: number): Identity => ({ device, ...generateSigningPair() });

/** A first message from a stranger's ratchet, in an envelope that says what it likes. */
function initial(from: Identity, claimed = MALLORY, index = 0): Encrypted {
  const bundle = net.bundle(BOB, bob.id, 'omemo2');
  const peer = { address: BOB, device: bob.id };
  const record = beginSession(OMEMO_2, from, peer, undefined, bundle, must(bundle.preKeys[index]));
  const { payload, secret } = sealContent(
    { text: 'believe me', elements: [] },
    { sender: claimed, recipient: BOB, at: net.time },
  );
  const { body } = sealKey(OMEMO_2, from, peer, record, secret);
  return {
    device: from.device,
    payload,
    keys: [{ address: BOB, device: bob.id, isKeyExchange: true, data: body }],
  };
}

describe('one flipped bit (H38)', () => {
  it('anywhere in a message of a session is refused, and the true message still opens', async () => {
    await acquaint();
    const good = await alice.send2(BOB, 'genuine');
    const { data } = keyIn(good);
    const before = stored(bob);
    for (let index = 0; index < data.length; index += 1) {
      const opened = await bob.peek(withKey(good, { data: flip(data, index) }), ALICE);
      expect([index, opened.kind]).toEqual([index, 'unreadable']);
    }
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('genuine');
  });

  it('anywhere in a key exchange is refused or changes nothing, and uses up no prekey', async () => {
    const good = await alice.send2(BOB, 'genuine');
    const { data } = keyIn(good);
    const before = stored(bob);
    const opened: string[] = [];
    for (let index = 0; index < data.length; index += 1) {
      const result = await bob.peek(withKey(good, { data: flip(data, index, 0x80) }), ALICE);
      if (result.kind !== 'unreadable') opened.push(result.kind);
    }
    expect(opened).toEqual([]);
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('genuine');
  });

  it('in the payload is refused; the ratchet goes on', async () => {
    await acquaint();
    const one = await alice.send2(BOB, 'one');
    expect(await bob.read({ ...one, payload: flip(must(one.payload), 40) }, ALICE)).toBe('forged');
    expect(await bob.read(await alice.say(BOB, 'two'), ALICE)).toBe('two');
  });
});

describe('who sent it (H36, H40)', () => {
  it('a message of one person is not one of another, whoever the envelope says', async () => {
    await acquaint();
    const good = await alice.send2(BOB, 'from Alice');
    expect(await bob.read(good, MALLORY)).toBe('no-session');
    expect(await bob.read(initial(stranger(5), ALICE), MALLORY)).toBe('forged');
    expect(await bob.read(good, ALICE)).toBe('from Alice');
  });

  it('another key under a known device id is refused, and the device waits for a person', async () => {
    await acquaint();
    bob.omemo.setTrust(ALICE, alice.id, 'verified');
    expect(await bob.receive(initial(stranger(alice.id), ALICE), ALICE)).toMatchObject({
      kind: 'unreadable',
      reason: 'forged',
      hasOtherKey: true,
    });
    expect(bob.omemo.devices(ALICE)).toMatchObject([{ trust: 'undecided' }]);
    expect(await bob.seal(ALICE, 'to whom?')).toMatchObject({ refused: 'all-untrusted' });
  });

  it('our own message, sent back to us, is ours', async () => {
    const sent = await alice.send2(BOB, 'mine');
    expect(await alice.read(sent, ALICE)).toBe('duplicate');
  });
});

describe('devices (H41, H42, H43)', () => {
  it('a list of thousands is cut; a ghost gets nothing once somebody was verified', async () => {
    alice.hear(
      BOB,
      Array.from({ length: 5_000 }, (_, index) => index + 1),
      'omemo2',
    );
    expect(alice.omemo.devices(BOB)).toHaveLength(200);
    alice.hear(BOB, [bob.id], 'omemo2');
    await acquaint();
    alice.omemo.setTrust(BOB, bob.id, 'verified');
    const ghost = await Device.online(net, BOB);
    alice.hear(BOB, [bob.id, ghost.id], 'omemo2');
    const sealed = await alice.seal(BOB, 'only for Bob');
    expect(sealed).toMatchObject({
      recipients: [{ device: bob.id }],
      skipped: [{ device: ghost.id, reason: 'undecided' }],
    });
    ghost.close();
  });

  it('a bad bundle makes no session, holds up nobody, and is asked for once an hour', async () => {
    const owner = generateSigningPair();
    const { publicKey } = generateKeyPair();
    const plain = (key: Uint8Array): Uint8Array => key.slice(1);
    const good: Bundle = {
      identityKey: owner.edwardsKey,
      signedPreKey: {
        id: 1,
        publicKey: plain(publicKey),
        signature: signPlainly(owner.seed, plain(publicKey)),
      },
      preKeys: [{ id: 1, publicKey: plain(generateKeyPair().publicKey) }],
    };
    const zero = new Uint8Array(32);
    const signed = (key: Uint8Array): Bundle['signedPreKey'] => ({
      id: 1,
      publicKey: key,
      signature: signPlainly(owner.seed, key),
    });
    const rows: [string, Bundle, string][] = [
      ['good', good, 'reached'],
      [
        'signature',
        { ...good, signedPreKey: { ...good.signedPreKey, signature: new Uint8Array(64) } },
        'no-keys',
      ],
      ['exchanged', { ...good, signedPreKey: { ...good.signedPreKey, publicKey: zero } }, 'no-keys'],
      ['identity of low order', { ...good, identityKey: Uint8Array.of(1, ...zero.slice(1)) }, 'no-keys'],
      ['identity that is no point', { ...good, identityKey: new Uint8Array(32).fill(0xff) }, 'no-keys'],
      ['signed key of low order', { ...good, signedPreKey: signed(zero) }, 'no-keys'],
      ['prekey of low order', { ...good, preKeys: [{ id: 1, publicKey: zero }] }, 'no-keys'],
      ['keys with a type', { ...good, signedPreKey: signed(publicKey) }, 'no-keys'],
    ];
    for (const [name, bundle, outcome] of rows) {
      const address = jid(`${name.replaceAll(' ', '-')}@evil.example`);
      net.newer.lists.set(address, [{ id: 666 }]);
      net.newer.bundles.set(`${address}/666`, bundle);
      const sealed = await alice.seal(address, 'secret');
      expect([name, 'refused' in sealed ? sealed.refused : 'reached']).toEqual([name, outcome]);
      if (outcome === 'reached') continue;
      const before = net.asked.length;
      net.time += 59 * MINUTE;
      await alice.seal(address, 'secret');
      expect([name, net.asked.slice(before)]).toEqual([name, []]);
    }
  });
});

describe('replay (H44), counters (H45) and floods (H47)', () => {
  it('a key exchange that is played again is ignored, also when its session is forgotten', async () => {
    const first = await alice.send2(BOB, 'one');
    expect(await bob.read(first, ALICE)).toBe('one');
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    bob.database.prepare('DELETE FROM omemo_sessions').run();
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    net.time += 2 * DAY;
    bob.omemo.caughtUp();
    expect(await bob.read(first, ALICE)).toBe('no-session');
  });

  it('at most a thousand messages may be missing', async () => {
    await acquaint();
    await bob.read(await alice.say(BOB, 'x'), ALICE);
    for (let count = 0; count < 1_000; count += 1) await alice.say(BOB, 'lost');
    const last = await alice.say(BOB, 'the thousandth is bearable');
    expect((await bob.peek(last, ALICE)).kind).toBe('content');
    expect(await bob.peek(await alice.say(BOB, 'one more is not'), ALICE)).toMatchObject({
      kind: 'unreadable',
      reason: 'no-session',
    });
  });

  it('nonsense in the place of a key changes nothing', async () => {
    await acquaint();
    const good = await alice.send2(BOB, 'good');
    const before = stored(bob);
    const samples = Array.from({ length: 200 }, (_, size) => new Uint8Array(randomBytes(size)));
    for (const data of [...samples, keyIn(good).data.subarray(0, 9), new Uint8Array(1_024)]) {
      for (const isKeyExchange of [true, false]) {
        const opened = await bob.read(withKey(good, { data, isKeyExchange }), ALICE);
        expect(['malformed', 'forged', 'no-session']).toContain(opened);
      }
    }
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('good');
  });

  it('ten thousand messages without a session leave no trace, begin nothing and ask nobody', async () => {
    await acquaint();
    const good = await alice.send2(BOB, 'good');
    const before = stored(bob);
    net.asked.length = 0;
    net.published.length = 0;
    for (let count = 0; count < 10_000; count += 1) {
      expect((await bob.peek({ ...good, device: count + 1 }, MALLORY)).kind).toBe('unreadable');
    }
    expect([stored(bob), net.asked, net.published]).toEqual([before, [], []]);
  });
});
