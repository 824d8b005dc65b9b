/**
 * Messages that an attacker made or changed: a server that flips bits, replays and swaps, a stranger with a ratchet of
 * his own, a contact who means harm. Nothing of it may be shown as genuine, change what is stored, or stop what follows.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openText, sealText } from '../../electron/omemo/legacy-payload.ts';
import { generateKeyPair, generateSigningPair, signWithSeed } from '../../electron/omemo/curve.ts';
import { beginSession, sealKey, type Identity } from '../omemo/libsignal/sessions.ts';
import type { Bundle, Encrypted, EncryptedKey } from '../../electron/xmpp/xep/xep0384.ts';
import { DAY, Device, jid, MINUTE, Net, must } from '../omemo/people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const MALLORY = jid('mallory@evil.example');

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

async function acquaint(): Promise<void> {
  expect(await bob.read(await alice.send(BOB, 'hello'), ALICE)).toBe('hello');
  expect(await alice.read(await bob.send(ALICE, 'hi'), BOB)).toBe('hi');
}

function onlyKey(encrypted: Encrypted): EncryptedKey {
  const [key] = encrypted.keys;
  if (key === undefined || encrypted.keys.length > 1) throw new Error('there is not one key');
  return key;
}

function withKey(encrypted: Encrypted, change: Partial<EncryptedKey>): Encrypted {
  return { ...encrypted, keys: [{ ...onlyKey(encrypted), ...change }] };
}

function flip(bytes: Uint8Array, index: number, bit = 1): Uint8Array {
  return Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ bit : byte));
}

const BITS = [1, 0x80];

/** Which field of an initial message a byte belongs to, or that it is a tag; 0 for the version. */
function fieldOf(message: Uint8Array, wanted: number): number | 'tag' {
  let index = 1;
  while (index <= wanted) {
    const tag = message[index++] ?? 0;
    if (index > wanted) return 'tag';
    let length = 0;
    if ((tag & 7) === 2) length = (message[index] ?? 0) + 1;
    else while (((message[index + length++] ?? 0) & 0x80) !== 0);
    index += length;
    if (index > wanted) return tag >> 3;
  }
  return 0;
}

/** All that Bob has stored about keys, to see whether anything changed. */
function stored(device: Device): unknown {
  const tables = ['omemo_prekeys', 'omemo_signed_prekeys', 'omemo_sessions', 'omemo_devices', 'omemo_lists'];
  return tables.map((table) => device.database.prepare(`SELECT * FROM ${table}`).all());
}

/** Another program with a libsignal of its own, speaking for a device that it may not own. */
function stranger(device: number): Identity {
  return { device, ...generateSigningPair() };
}

/** A first message from a stranger's ratchet. */
async function initial(
  from: Identity,
  to: Device,
  text: string,
  preKey = net.bundle(to.address, to.id).preKeys[0],
): Promise<Encrypted> {
  if (preKey === undefined) throw new Error('there is no prekey');
  const peer = { address: to.address, device: to.id };
  const record = await beginSession(from, peer, undefined, net.bundle(to.address, to.id), preKey);
  const { iv, payload, secret } = sealText(text);
  const { body, isPrekey } = await sealKey(from, peer, record, secret);
  return { device: from.device, iv, payload, keys: [{ device: to.id, isPreKey: isPrekey, data: body }] };
}

describe('one flipped bit', () => {
  it('anywhere in a message of a session is refused, and the true message still opens', async () => {
    await acquaint();
    const good = await alice.send(BOB, 'genuine');
    const { data, isPreKey } = onlyKey(good);
    expect(isPreKey).toBe(false);
    const before = stored(bob);
    for (let index = 0; index < data.length; index++) {
      for (const bit of BITS) {
        expect((await bob.peek(withKey(good, { data: flip(data, index, bit) }), ALICE)).kind).toBe(
          'unreadable',
        );
      }
    }
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('genuine');
  });

  it('in the authentication code is called forged', async () => {
    await acquaint();
    const good = await alice.send(BOB, 'genuine');
    const { data } = onlyKey(good);
    for (let back = 1; back <= 8; back++) {
      expect(await bob.read(withKey(good, { data: flip(data, data.length - back) }), ALICE)).toBe('forged');
    }
  });

  it('in the encrypted key, behind a true authentication code, is not there to be flipped', async () => {
    await acquaint();
    const good = await alice.send(BOB, 'genuine');
    const { data } = onlyKey(good);
    // The ciphertext is the last field: AES-CBC would let its bits through into the key if nothing authenticated them.
    for (let back = 9; back <= 8 + 48; back++) {
      expect(await bob.read(withKey(good, { data: flip(data, data.length - back) }), ALICE)).toBe('forged');
    }
  });

  it('anywhere in an initial message is refused, and uses up no prekey', async () => {
    const good = await alice.send(BOB, 'genuine');
    const { data, isPreKey } = onlyKey(good);
    expect(isPreKey).toBe(true);
    const before = stored(bob);
    // What nothing authenticates: the registration id, which OMEMO does not use, and the types in the fields' tags,
    // which libsignal does not look at. Flipping those changes no meaning; the content is authenticated as a whole.
    const isFree = (index: number): boolean => fieldOf(data, index) === 'tag' || fieldOf(data, index) === 5;
    for (let index = 0; index < data.length; index++) {
      for (const bit of BITS) {
        const opened = await bob.peek(withKey(good, { data: flip(data, index, bit) }), ALICE);
        if (opened.kind !== 'unreadable') {
          expect([index, isFree(index)]).toEqual([index, true]);
          expect(opened).toMatchObject({ kind: 'content', text: 'genuine', trust: 'blind' });
        }
      }
    }
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('genuine');
  });

  it('in text or IV is refused; the ratchet goes on', async () => {
    await acquaint();
    const one = await alice.send(BOB, 'one');
    expect(await bob.read({ ...one, payload: flip(must(one.payload), 0) }, ALICE)).toBe('forged');
    const two = await alice.send(BOB, 'two');
    expect(await bob.read({ ...two, iv: flip(two.iv, 11) }, ALICE)).toBe('forged');
    expect(await bob.read(await alice.send(BOB, 'three'), ALICE)).toBe('three');
  });
});

describe('the key in the ratchet', () => {
  async function sendSecret(secret: Uint8Array, payload: Uint8Array, iv: Uint8Array): Promise<string> {
    const from = stranger(4711);
    const peer = { address: BOB, device: bob.id };
    const bundle = net.bundle(BOB, bob.id);
    const preKey = must(bundle.preKeys[Math.floor(Math.random() * bundle.preKeys.length)]);
    const record = await beginSession(from, peer, undefined, bundle, preKey);
    const { body } = await sealKey(from, peer, record, secret);
    const keys = [{ device: bob.id, isPreKey: true, data: body }];
    return bob.read({ device: from.device, iv, payload, keys }, jid(`a${Math.random()}@evil.example`));
  }

  it('comes with its tag, or the message is refused', async () => {
    const { secret, payload, iv } = sealText('text');
    expect(await sendSecret(secret, payload, iv)).toBe('text');
    const [key, tag] = [secret.subarray(0, 16), secret.subarray(16)];
    // Without the tag in the ratchet, whoever relays the message may exchange text and tag at will.
    expect(await sendSecret(key, Uint8Array.of(...payload, ...tag), iv)).toBe('malformed');
    for (const length of [4, 8, 12, 15]) {
      expect(await sendSecret(secret.subarray(0, 16 + length), payload, iv)).toBe('malformed');
    }
    expect(await sendSecret(Uint8Array.of(...secret, ...tag), payload, iv)).toBe('malformed');
    expect(await sendSecret(new Uint8Array(0), payload, iv)).toBe('malformed');
  });

  it('fits an IV of 12 or 16 bytes and no other', async () => {
    const { secret, payload, iv } = sealText('text');
    for (const length of [0, 8, 11, 13, 32]) {
      expect(await sendSecret(secret, payload, new Uint8Array(length))).toBe('malformed');
    }
    expect(await sendSecret(secret, payload, Uint8Array.of(...iv, 0, 0, 0, 0))).toBe('forged');
    const [key, long] = [randomBytes(16), randomBytes(16)];
    const cipher = createCipheriv('aes-128-gcm', key, long);
    const old = Buffer.concat([cipher.update('from an older program'), cipher.final()]);
    expect(await sendSecret(Buffer.concat([key, cipher.getAuthTag()]), old, long)).toBe(
      'from an older program',
    );
  });

  it('opens nothing but UTF-8', () => {
    const [key, iv] = [randomBytes(16), randomBytes(12)];
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    const payload = Buffer.concat([cipher.update(Uint8Array.of(0xc3, 0x28)), cipher.final()]);
    const secret = Buffer.concat([key, cipher.getAuthTag()]);
    expect(() => openText({ iv, payload, secret })).toThrow('no UTF-8');
  });
});

describe('who sent it', () => {
  it('a message of one person is not one of another, whatever device id they claim', async () => {
    await acquaint();
    const good = await alice.send(BOB, 'from Alice');
    expect(await bob.read(good, MALLORY)).toBe('no-session');
    const mallory = await Device.online(net, MALLORY);
    expect(await bob.read(await mallory.send(BOB, 'from Mallory'), MALLORY)).toBe('from Mallory');
    expect(await bob.read({ ...good, device: mallory.id }, MALLORY)).toBe('forged');
    expect(await bob.read(good, ALICE)).toBe('from Alice');
    mallory.close();
  });

  it('an initial message of another under a known device id is refused, and the device waits for a person', async () => {
    await acquaint();
    expect(bob.omemo.setTrust(ALICE, alice.id, 'verified')).toMatchObject({ trust: 'verified' });
    const underWay = await alice.send(BOB, 'of the true session');
    const forged = await initial(stranger(alice.id), bob, 'I am Alice, believe me');
    const lastSeen = net.time;
    net.time += MINUTE;
    expect(await bob.receive(forged, ALICE)).toMatchObject({
      kind: 'unreadable',
      reason: 'forged',
      device: alice.id,
      hasOtherKey: true,
    });
    // Nothing goes to that device until somebody looked.
    expect(bob.omemo.devices(ALICE)).toMatchObject([{ device: alice.id, trust: 'undecided', lastSeen }]);
    expect(await bob.seal(ALICE, 'to whom?')).toMatchObject({
      refused: 'all-untrusted',
      skipped: [{ device: alice.id, reason: 'undecided' }],
    });
    // The key that is shown now is the stranger's, so what the true device says is not believed either.
    expect(await bob.read(underWay, ALICE)).toBe('forged');
    // What comes with the shown key is marked, never called trusted.
    expect(await bob.receive(forged, ALICE)).toMatchObject({ kind: 'content', trust: 'undecided' });
  });

  it('a changed key is not trusted blindly either, and a refused device stays refused', async () => {
    await acquaint();
    expect(bob.omemo.devices(ALICE)).toMatchObject([{ trust: 'blind' }]);
    expect(
      await bob.read(await initial(stranger(alice.id), bob, 'a', net.bundle(BOB, bob.id).preKeys[1]), ALICE),
    ).toBe('forged');
    expect(bob.omemo.devices(ALICE)).toMatchObject([{ trust: 'undecided' }]);
    bob.omemo.setTrust(ALICE, alice.id, 'distrusted');
    expect(
      await bob.read(await initial(stranger(alice.id), bob, 'b', net.bundle(BOB, bob.id).preKeys[2]), ALICE),
    ).toBe('forged');
    expect(bob.omemo.devices(ALICE)).toMatchObject([{ trust: 'distrusted' }]);
  });

  it('garbage that claims to be a new key does not change the one that is pinned', async () => {
    await acquaint();
    const before = stored(bob);
    const forged = await initial(stranger(alice.id), bob, 'x');
    const { data } = onlyKey(forged);
    expect(await bob.read(withKey(forged, { data: flip(data, data.length - 1) }), ALICE)).toBe('forged');
    expect(stored(bob)).toEqual(before);
  });

  it('a message of an old session does not bring an old key back', async () => {
    await acquaint();
    const late = await alice.send(BOB, 'late');
    const reborn = stranger(alice.id);
    const first = await initial(reborn, bob, 'I am new');
    expect(await bob.read(first, ALICE)).toBe('forged');
    expect(await bob.receive(first, ALICE)).toMatchObject({ text: 'I am new', trust: 'undecided' });
    const [before] = bob.omemo.devices(ALICE);
    expect(await bob.read(late, ALICE)).toBe('forged');
    expect(bob.omemo.devices(ALICE)).toEqual([before]);
  });

  it('two keys for one device in one page: the second is found out before anything is stored', async () => {
    const one = await initial(stranger(77), bob, 'first', net.bundle(BOB, bob.id).preKeys[0]);
    const two = await initial(stranger(77), bob, 'second', net.bundle(BOB, bob.id).preKeys[1]);
    const kinds = await bob.omemo.exclusive(async (keys) => [
      (await keys.decrypt({ legacy: one }, bob.occasion(MALLORY))).kind,
      (await keys.decrypt({ legacy: two }, bob.occasion(MALLORY))).kind,
    ]);
    expect(kinds).toEqual(['content', 'unreadable']);
  });

  it('our own message sent back to us is ours, and a stranger using our device id gets nowhere', async () => {
    const sent = await alice.send(BOB, 'mine');
    expect(await alice.read(sent, ALICE)).toBe('duplicate');
    expect(await alice.read(sent, BOB)).toBe('not-for-this-device');
    // Reflected keys: what Alice sent Bob, offered to Alice as if from Bob.
    await bob.read(sent, ALICE);
    await alice.read(await bob.send(ALICE, 'hi'), BOB);
    const reflected = withKey(await alice.send(BOB, 'again'), { device: alice.id });
    expect(['forged', 'malformed']).toContain(await alice.read({ ...reflected, device: bob.id }, BOB));
  });
});

describe('replay', () => {
  it('of an initial message is ignored, as is one of the session', async () => {
    const first = await alice.send(BOB, 'one');
    expect(await bob.read(first, ALICE)).toBe('one');
    const before = stored(bob);
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    const second = await alice.send(BOB, 'two');
    expect(await bob.read(second, ALICE)).toBe('two');
    expect(await bob.read(second, ALICE)).toBe('duplicate');
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    expect(stored(bob)).not.toEqual(before);
  });

  it('of an initial message to a device that forgot the session is ignored, too', async () => {
    const first = await alice.send(BOB, 'one');
    expect(await bob.read(first, ALICE)).toBe('one');
    bob.database.prepare('DELETE FROM omemo_sessions').run();
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    expect(await bob.read(first, MALLORY)).toBe('duplicate');
    net.time += 2 * DAY;
    bob.omemo.caughtUp();
    expect(await bob.read(first, ALICE)).toBe('no-session');
  });

  it('of a prekey by two people who picked the same is none: both are read, once', async () => {
    const preKey = net.bundle(BOB, bob.id).preKeys[0];
    for (const [number, text] of [
      [1, 'first'],
      [2, 'second'],
    ] as const) {
      const sender = jid(`${text}@x.example`);
      const sent = await initial(stranger(number), bob, text, preKey);
      expect(await bob.read(sent, sender)).toBe(text);
      expect(await bob.read(sent, sender)).toBe('duplicate');
    }
    expect(net.bundle(BOB, bob.id).preKeys.map(({ id }) => id)).not.toContain(preKey?.id);
  });

  it('of a prekey by two people in one page, too', async () => {
    const preKey = net.bundle(BOB, bob.id).preKeys[0];
    const one = await initial(stranger(1), bob, 'first', preKey);
    const two = await initial(stranger(2), bob, 'second', preKey);
    const kinds = await bob.omemo.exclusive(async (keys) => [
      (await keys.decrypt({ legacy: one }, bob.occasion(jid('one@x.example')))).kind,
      (await keys.decrypt({ legacy: two }, bob.occasion(jid('two@x.example')))).kind,
      (await keys.decrypt({ legacy: one }, bob.occasion(MALLORY))).kind,
    ]);
    expect(kinds).toEqual(['content', 'content', 'duplicate']);
  });

  it('of a message without one-time prekey is impossible, because such a message is refused', async () => {
    const nothing = { id: 0, publicKey: generateKeyPair().publicKey };
    expect(await bob.read(await initial(stranger(1), bob, 'x', nothing), MALLORY)).toBe('no-session');
    const unknown = { ...nothing, id: 2 ** 31 };
    expect(await bob.read(await initial(stranger(1), bob, 'x', unknown), MALLORY)).toBe('no-session');
  });
});

describe('nonsense', () => {
  it('in the place of a key is named so and changes nothing', async () => {
    await acquaint();
    const good = await alice.send(BOB, 'good');
    const before = stored(bob);
    const { data } = onlyKey(good);
    const samples = [
      new Uint8Array(0),
      Uint8Array.of(0x33),
      new Uint8Array(1_024),
      new Uint8Array(1_024).fill(0xff),
      data.subarray(0, 9),
      data.subarray(0, data.length - 1),
      Uint8Array.of(0x33, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, ...data),
      Uint8Array.of(0x33, 0x0a, 6, ...Buffer.from('toString', 'base64'), ...new Uint8Array(30)),
      Uint8Array.of(0x23, ...data.subarray(1)),
      Uint8Array.of(0x44, ...data.subarray(1)),
      ...Array.from({ length: 200 }, (_, size) => new Uint8Array(randomBytes(size))),
    ];
    for (const sample of samples) {
      for (const isPreKey of [true, false]) {
        const opened = await bob.read(withKey(good, { data: sample, isPreKey }), ALICE);
        expect(['malformed', 'forged', 'no-session']).toContain(opened);
      }
    }
    // Each form taken for the other one.
    expect(['malformed', 'no-session']).toContain(await bob.read(withKey(good, { isPreKey: true }), ALICE));
    expect(stored(bob)).toEqual(before);
    expect(await bob.read(good, ALICE)).toBe('good');
  });

  it('ten thousand messages without a session leave no trace, begin nothing and ask nobody', async () => {
    await acquaint();
    const before = stored(bob);
    net.asked.length = 0;
    net.published.length = 0;
    const good = await alice.send(BOB, 'good');
    for (let count = 0; count < 10_000; count++) {
      expect((await bob.peek({ ...good, device: count + 1 }, MALLORY)).kind).toBe('unreadable');
    }
    expect([stored(bob), net.asked, net.published]).toEqual([before, [], []]);
  });

  it('in the database counts as no session: the next initial message makes one', async () => {
    await acquaint();
    const sound = bob.record(ALICE, alice.id);
    for (const record of [
      '',
      '{',
      '{}',
      '[]',
      'null',
      '{"version":"v1"}',
      '{"version":"v1","sessions":{"a":{}}}',
      sound.slice(0, -4),
      sound.replace('A', 'B'),
    ]) {
      bob.database.prepare('UPDATE omemo_sessions SET record = ?').run(record);
      expect(await bob.read(await alice.send(BOB, 'lost'), ALICE)).toBe('no-session');
      await alice.omemo.restartSessions(BOB, bob.id);
      await acquaint();
    }
  });
});

describe('bad bundles', () => {
  const LOW_ORDER = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map((hex) => Uint8Array.of(5, ...Buffer.from(hex, 'hex')));

  /** A bundle that is good but for what is changed; signed again after the change where that is possible. */
  function bundle(change: (bundle: Bundle) => Bundle): Bundle {
    const owner = generateSigningPair();
    const { publicKey } = generateKeyPair();
    return change({
      identityKey: owner.publicKey,
      signedPreKey: { id: 1, publicKey, signature: signWithSeed(owner.seed, publicKey) },
      preKeys: [{ id: 1, publicKey: generateKeyPair().publicKey }],
    });
  }

  let count = 0;

  /** What comes of writing to somebody with this bundle. */
  async function outcome(bad: Bundle | undefined): Promise<unknown> {
    const owner = jid(`mallory${++count}@evil.example`);
    net.lists.set(owner, [666]);
    if (bad !== undefined) net.bundles.set(`${owner}/666`, bad);
    const sealed = await alice.seal(owner, 'secret');
    const record = alice.database.prepare('SELECT record FROM omemo_sessions WHERE address = ?').get(owner);
    return 'refused' in sealed ? [sealed.refused, record] : sealed.recipients.map(({ device }) => device);
  }

  it('a good one works, so that what follows means something', async () => {
    expect(await outcome(bundle((good) => good))).toEqual([666]);
  });

  it('make no session', async () => {
    const refused = ['no-keys', undefined];
    expect(await outcome(undefined)).toEqual(refused);
    const flipped = bundle((good) => {
      const signature = flip(good.signedPreKey.signature, 5);
      return { ...good, signedPreKey: { ...good.signedPreKey, signature } };
    });
    expect(await outcome(flipped)).toEqual(refused);
    expect(await outcome(bundle((good) => ({ ...good, identityKey: generateKeyPair().publicKey })))).toEqual(
      refused,
    );
    const exchanged = bundle((good) => {
      const { publicKey } = generateKeyPair();
      return { ...good, signedPreKey: { ...good.signedPreKey, publicKey } };
    });
    expect(await outcome(exchanged)).toEqual(refused);
    for (const key of LOW_ORDER) {
      expect(await outcome(bundle((good) => ({ ...good, identityKey: key })))).toEqual(refused);
      expect(await outcome(bundle((good) => ({ ...good, preKeys: [{ id: 1, publicKey: key }] })))).toEqual(
        refused,
      );
      const owner = generateSigningPair();
      const signedPreKey = { id: 1, publicKey: key, signature: signWithSeed(owner.seed, key) };
      expect(
        await outcome(bundle((good) => ({ ...good, identityKey: owner.publicKey, signedPreKey }))),
      ).toEqual(refused);
    }
  });

  it('are not asked for again within the hour, and hold up nobody else', async () => {
    const second = await Device.online(net, BOB);
    const flipped = net.bundle(BOB, second.id);
    net.bundles.set(`${BOB}/${second.id}`, { ...flipped, identityKey: generateKeyPair().publicKey });
    for (let turn = 0; turn < 5; turn++) {
      const sealed = await alice.seal(BOB, `to the good one ${turn}`);
      expect(sealed).toMatchObject({ skipped: [{ device: second.id, reason: 'bad-bundle' }] });
      if ('encrypted' in sealed)
        expect(await bob.read(sealed.encrypted, ALICE)).toBe(`to the good one ${turn}`);
      net.time += 10 * 60_000;
    }
    const asked = (): number =>
      net.asked.filter((question) => question === `bundle ${BOB}/${second.id}`).length;
    const before = asked();
    net.bundles.set(`${BOB}/${second.id}`, flipped);
    net.time += 60 * 60_000;
    const sealed = await alice.seal(BOB, 'to both');
    expect(asked()).toBe(before + 1);
    expect(sealed).toMatchObject({ skipped: [] });
    if ('encrypted' in sealed) expect(await second.read(sealed.encrypted, ALICE)).toBe('to both');
    second.close();
  });

  it('a bundle with another key than the one that is pinned stops sending until a person looked', async () => {
    await acquaint();
    await alice.omemo.restartSessions(BOB, bob.id);
    net.bundles.set(
      `${BOB}/${bob.id}`,
      bundle((good) => good),
    );
    expect(await alice.seal(BOB, 'secret')).toMatchObject({
      refused: 'all-untrusted',
      skipped: [{ device: bob.id, reason: 'undecided' }],
    });
    expect(alice.omemo.devices(BOB)).toMatchObject([{ device: bob.id, trust: 'undecided' }]);
  });
});
