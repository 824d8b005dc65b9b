/**
 * Conversations in `urn:xmpp:omemo:2`, and in both protocols side by side: the rules of XEP-0384 0.9.1, each by the anchor
 * of its section, with real keys and databases; only the server between the devices is a map.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSignedPlainlyBy, signPlainly } from '../../electron/omemo/curve.ts';
import { openBytes, openContent, sealBytes } from '../../electron/omemo/payload.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import { DAY, Device, jid, must, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const CAROL = jid('carol@wonderland.example');
const MALLORY = jid('mallory@evil.example');

let net: Net;
let alice: Device;
let bob: Device;
let others: Device[];

beforeEach(async () => {
  net = new Net('legacy', 'omemo2');
  alice = await Device.online(net, ALICE);
  bob = await Device.online(net, BOB);
  others = [];
});

afterEach(() => {
  for (const device of [alice, bob, ...others]) device.close();
});

async function join(address = ALICE): Promise<Device> {
  const device = await Device.online(net, address);
  others.push(device);
  return device;
}

/** A device that speaks the older protocol alone: it is in no newer list, and has no newer bundle. */
async function joinOlder(address = BOB): Promise<Device> {
  const device = await join(address);
  forgetNewer(device);
  return device;
}

function forgetNewer(device: Device): void {
  const listed = net.newer.lists.get(device.address) ?? [];
  net.newer.lists.set(
    device.address,
    listed.filter(({ id }) => id !== device.id),
  );
  net.newer.bundles.delete(`${device.address}/${device.id}`);
}

/** Everybody learns the lists as they are now, as their servers would tell them. */
function announce(): void {
  for (const device of [alice, bob, ...others]) {
    for (const address of [ALICE, BOB]) {
      device.omemo.handleDeviceList(
        address,
        'legacy',
        (net.lists.get(address) ?? []).map((id) => ({ id })),
      );
      device.omemo.handleDeviceList(address, 'omemo2', net.newer.lists.get(address) ?? []);
    }
  }
}

describe('#protocol-key_exchange', () => {
  it('the bundle has 100 prekeys, refilled and never under 25', async () => {
    expect(net.bundle(ALICE, alice.id, 'omemo2').preKeys).toHaveLength(100);
    alice.database.prepare("DELETE FROM omemo_prekeys WHERE protocol = 'omemo2' AND id % 5 > 0").run();
    await alice.omemo.replenish(alice.network);
    expect(net.bundle(ALICE, alice.id, 'omemo2').preKeys).toHaveLength(100);
  });

  it('signed prekeys are rotated weekly, and kept for another period', async () => {
    const late = await bob.send2(ALICE, 'late');
    const before = net.bundle(ALICE, alice.id, 'omemo2').signedPreKey;
    net.time += 8 * DAY;
    await alice.omemo.prepare(alice.network);
    const after = net.bundle(ALICE, alice.id, 'omemo2').signedPreKey;
    expect(after.id).not.toBe(before.id);
    net.time -= 8 * DAY; // the envelope says when it was sealed; that it is late is told by the server's stamp
    expect(await alice.read(late, BOB)).toBe('late');
  });

  it('keys are sent in their plain form, the identity key as Ed25519, and signed by it', () => {
    const { identityKey, signedPreKey, preKeys } = net.bundle(ALICE, alice.id, 'omemo2');
    expect([identityKey.length, signedPreKey.publicKey.length]).toEqual([32, 32]);
    expect(new Set(preKeys.map(({ publicKey }) => publicKey.length))).toEqual(new Set([32]));
    expect(isSignedPlainlyBy(identityKey, signedPreKey.publicKey, signedPreKey.signature)).toBe(true);
  });

  it('no prekey is offered in both protocols', () => {
    const [older, newer] = [net.bundle(ALICE, alice.id), net.bundle(ALICE, alice.id, 'omemo2')];
    const keysOf = ({ preKeys, signedPreKey }: typeof older): string[] =>
      [...preKeys, signedPreKey].map(({ publicKey }) => Buffer.from(publicKey.slice(-32)).toString('hex'));
    const both = new Set([...keysOf(older), ...keysOf(newer)]);
    expect(both.size).toBe(202);
  });
});

describe('a conversation', () => {
  it('goes back and forth in the newer protocol where both sides have it', async () => {
    const first = await alice.say(BOB, 'Grüße 👋 שלום');
    expect(first.legacy).toBeUndefined();
    expect(first.omemo2?.keys).toMatchObject([{ address: BOB, device: bob.id, isKeyExchange: true }]);
    expect(await bob.receive(first, ALICE)).toMatchObject({
      kind: 'content',
      text: 'Grüße 👋 שלום',
      elements: [],
      device: alice.id,
      trust: 'blind',
      needsAnswer: ['omemo2'],
    });
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await alice.read(await bob.say(ALICE, `answer ${turn}`), BOB)).toBe(`answer ${turn}`);
      expect(await bob.read(await alice.say(BOB, `question ${turn}`), ALICE)).toBe(`question ${turn}`);
    }
    expect((await alice.send2(BOB, 'x')).keys).toMatchObject([{ isKeyExchange: false }]);
    expect([...alice.log, ...bob.log]).toEqual([]);
  });

  it('carries elements beside the text, or without one', async () => {
    const element = xml(
      'reactions',
      'urn:xmpp:reactions:0',
      { id: '1' },
      xml('reaction', 'urn:xmpp:reactions:0', {}, '👍'),
    );
    const sent = await alice.say(BOB, { elements: [element] });
    const opened = await bob.receive(sent, ALICE);
    expect(opened).toMatchObject({ kind: 'content', trust: 'blind' });
    expect(opened).not.toHaveProperty('text');
    if (opened.kind === 'content')
      expect(opened.elements.map((each) => serialize(each))).toEqual([serialize(element)]);
    expect(
      await bob.receive(await alice.say(BOB, { text: 'and this', elements: [element] }), ALICE),
    ).toMatchObject({
      text: 'and this',
      elements: [{ name: 'reactions' }],
    });
  });

  it('survives restarts of both sides', async () => {
    await bob.read(await alice.say(BOB, 'one'), ALICE);
    alice.restart();
    bob.restart();
    const second = await bob.say(ALICE, 'two');
    expect(await alice.read(second, BOB)).toBe('two');
    expect(second.legacy).toBeUndefined();
  });
});

describe('each device in the best protocol that it has', () => {
  it('one message holds both elements, and each device once', async () => {
    const older = await joinOlder(BOB);
    const mine = await join(ALICE);
    announce();
    const sent = await alice.say(BOB, 'to all');
    expect(
      must(sent.omemo2)
        .keys.map(({ device }) => device)
        .sort(),
    ).toEqual([bob.id, mine.id].sort());
    expect(must(sent.legacy).keys.map(({ device }) => device)).toEqual([older.id]);
    for (const [device, to] of [
      [bob, BOB],
      [older, BOB],
      [mine, BOB],
    ] as const) {
      expect(await device.read(sent, ALICE, to)).toBe('to all');
    }
  });

  it('what is encrypted in the older protocol carries text alone, and another where it needs one', async () => {
    const older = await joinOlder(BOB);
    announce();
    const element = xml('file-sharing', 'urn:xmpp:sfs:0');
    const sent = await alice.say(BOB, { text: 'a picture', elements: [element], olderText: 'aesgcm://link' });
    expect(await older.receive(sent, ALICE)).toMatchObject({ text: 'aesgcm://link', elements: [] });
    expect(await bob.receive(sent, ALICE)).toMatchObject({
      text: 'a picture',
      elements: [{ name: 'file-sharing' }],
    });
    const wordless = await alice.seal(BOB, { elements: [element] });
    expect(wordless).toMatchObject({ skipped: [{ device: older.id, reason: 'older-protocol' }] });
    expect('encrypted' in wordless && wordless.encrypted.legacy).toBe(undefined);
  });

  it('a device whose newer bundle is bad, missing or unreachable gets the older one', async () => {
    const carol = await join(CAROL);
    const name = `${BOB}/${bob.id}`;
    const good = must(net.newer.bundles.get(name));
    net.newer.bundles.set(name, {
      ...good,
      signedPreKey: { ...good.signedPreKey, signature: new Uint8Array(64) },
    });
    expect(Object.keys(await alice.say(BOB, 'x'))).toEqual(['legacy']);
    net.newer.bundles.delete(name);
    expect(Object.keys(await carol.say(BOB, 'x'))).toEqual(['legacy']);
    net.newer.bundles.set(name, good);
    const dave = await join(jid('dave@far.example'));
    net.failing = (question) =>
      question.startsWith('bundle2') ? new StanzaError('remote-server-timeout', 'wait') : undefined;
    expect(Object.keys(await dave.say(BOB, 'x'))).toEqual(['legacy']);
    // After a while it is looked at again, and used from then on.
    net.failing = () => undefined;
    net.time += 2 * 3_600_000;
    for (const device of [alice, carol, dave]) {
      expect(Object.keys(await device.say(BOB, 'y'))).toEqual(['omemo2']);
    }
  });

  it('a device that comes to speak the newer protocol is written to in it, one that ceases is not', async () => {
    forgetNewer(bob);
    expect(Object.keys(await alice.say(BOB, 'older'))).toEqual(['legacy']);
    await bob.omemo.prepare(bob.network);
    net.time += DAY;
    await bob.omemo.prepare(bob.network);
    announce();
    const newer = await alice.say(BOB, 'newer');
    expect(Object.keys(newer)).toEqual(['omemo2']);
    expect(await bob.read(newer, ALICE)).toBe('newer');
    forgetNewer(bob);
    announce();
    expect(Object.keys(await alice.say(BOB, 'older again'))).toEqual(['legacy']);
  });

  it('trust and key are one for both: what was decided in the one holds in the other', async () => {
    forgetNewer(bob);
    await bob.read(await alice.say(BOB, 'older'), ALICE);
    const [before] = alice.omemo.devices(BOB);
    alice.omemo.setTrust(BOB, bob.id, 'distrusted', must(before?.fingerprint));
    net.time += DAY;
    await bob.omemo.prepare(bob.network);
    announce();
    expect(await alice.seal(BOB, 'x')).toMatchObject({ refused: 'all-untrusted' });
    alice.omemo.setTrust(BOB, bob.id, 'verified');
    expect(Object.keys(await alice.say(BOB, 'newer'))).toEqual(['omemo2']);
    expect(alice.omemo.devices(BOB)).toMatchObject([{ fingerprint: before?.fingerprint, trust: 'verified' }]);
  });

  it('another key in the newer protocol under a known device waits for a person (H40)', async () => {
    forgetNewer(bob);
    await bob.read(await alice.say(BOB, 'older'), ALICE);
    const mallory = await join(MALLORY);
    net.newer.lists.set(BOB, [{ id: bob.id }]);
    net.newer.bundles.set(`${BOB}/${bob.id}`, net.bundle(MALLORY, mallory.id, 'omemo2'));
    announce();
    expect(await alice.seal(BOB, 'to whom?')).toMatchObject({ refused: 'all-untrusted' });
    expect(alice.omemo.devices(BOB)).toMatchObject([{ trust: 'undecided' }]);
  });
});

describe('#devices', () => {
  it('is published with the labels of the others, as they are, and ours signed', async () => {
    const label = { text: 'Toaster', signature: new Uint8Array(64).fill(7) };
    net.newer.lists.set(CAROL, [{ id: 7, label }, { id: 8 }]);
    const carol = await join(CAROL);
    const [first, second, own] = must(net.newer.lists.get(CAROL));
    expect([first, second]).toEqual([{ id: 7, label }, { id: 8 }]);
    expect(own?.id).toBe(carol.id);
    const { identityKey } = net.bundle(CAROL, carol.id, 'omemo2');
    const ours = must(own?.label);
    expect(isSignedPlainlyBy(identityKey, Buffer.from(ours.text), ours.signature)).toBe(true);
  });

  it('a label is shown when the device itself has signed it, and otherwise MUST be ignored', async () => {
    await alice.say(BOB, 'x'); // so that its key is known
    expect(alice.omemo.devices(BOB)).toMatchObject([{ label: 'Waxwing' }]);
    const { signature } = must(must(net.newer.lists.get(BOB))[0]?.label);
    const tell = (given: { text: string; signature: Uint8Array }): void => {
      alice.omemo.handleDeviceList(BOB, 'omemo2', [{ id: bob.id, label: given }]);
    };
    tell({ text: 'Bob’s phone', signature });
    expect(alice.omemo.devices(BOB)[0]).not.toHaveProperty('label');
    tell({ text: 'Waxwing', signature: signPlainly(new Uint8Array(32).fill(1), Buffer.from('Waxwing')) });
    expect(alice.omemo.devices(BOB)[0]).not.toHaveProperty('label');
    tell({ text: 'Waxwing', signature });
    expect(alice.omemo.devices(BOB)).toMatchObject([{ label: 'Waxwing' }]);
  });

  it('who was removed from the list MUST reannounce itself, and makes no war of it (H41)', async () => {
    net.time += DAY;
    let repairs = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      net.newer.lists.set(ALICE, [{ id: 7 }]);
      if (alice.omemo.handleDeviceList(ALICE, 'omemo2', [{ id: 7 }])) {
        await alice.omemo.prepare(alice.network);
        repairs += 1;
      }
      net.time += 60_000;
    }
    expect(repairs).toBe(6);
  });

  it('a server that has no place for one protocol keeps nobody from the other', async () => {
    for (const refused of ['2 ', ' ']) {
      const carol = new Device(net, jid(`carol${refused.length}@far.example`));
      others.push(carol);
      const isOther = (question: string): boolean =>
        /^(publish )?(list|bundle) /.test(question) === (refused === ' ');
      net.failing = (question) =>
        question.includes('carol') && isOther(question)
          ? new StanzaError('service-unavailable', 'cancel')
          : undefined;
      await expect(carol.omemo.prepare(carol.network)).rejects.toThrow('service-unavailable');
      net.failing = () => undefined;
      const sent = await alice.say(carol.address, 'hello');
      expect(Object.keys(sent)).toEqual([refused === ' ' ? 'omemo2' : 'legacy']);
      expect(await carol.read(sent, ALICE)).toBe('hello');
    }
  });

  it('leaving takes us out of both lists, and no one else', async () => {
    const second = await join(ALICE);
    await alice.omemo.withdraw(alice.network);
    expect(net.lists.get(ALICE)).toEqual([second.id]);
    expect(must(net.newer.lists.get(ALICE)).map(({ id }) => id)).toEqual([second.id]);
    expect([...net.newer.bundles.keys()].filter((key) => key.startsWith(ALICE))).toEqual([
      `${ALICE}/${second.id}`,
    ]);
  });
});

describe('#sce', () => {
  const occasion = (at: number) => ({ sender: ALICE, recipient: BOB, at });

  it('an envelope MUST hold rpad, and has from, to and time; the same text is never of the same length', async () => {
    const lengths = new Set<number>();
    for (let count = 0; count < 12; count += 1)
      lengths.add(must((await alice.send2(BOB, 'yes')).payload).length);
    expect(lengths.size).toBeGreaterThan(3);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(512);
  });

  it.each([
    ['without padding', { rpad: '' }],
    ['from somebody else', { from: `<from jid='${MALLORY}'/>` }],
    ['for somebody else', { to: `<to jid='${MALLORY}'/>` }],
    ['of another day', { time: `<time stamp='2020-01-01T00:00:00Z'/>` }],
  ])('an envelope %s is refused as forged', (_name, change) => {
    const parts = { rpad: '<rpad>x</rpad>', from: `<from jid='${ALICE}'/>`, to: '', time: '', ...change };
    const content = `<content><body xmlns='jabber:client'>hi</body></content>`;
    const envelope = `<envelope xmlns='urn:xmpp:sce:1'>${content}${Object.values(parts).join('')}</envelope>`;
    const sealed = sealBytes(Buffer.from(envelope));
    expect(() => openContent(sealed, occasion(Date.UTC(2026, 10, 21)))).toThrow('belongs to another message');
  });

  it.each(['<envelope', '', '<content xmlns="urn:xmpp:sce:1"/>', '<!DOCTYPE x><x/>', '<a/><b/>', '\u0000'])(
    'what is no envelope is refused: %s',
    (inside) => {
      expect(() => openContent(sealBytes(Buffer.from(inside)), occasion(0))).toThrow('no envelope');
      expect(() => openContent(sealBytes(Uint8Array.of(0xc3, 0x28)), occasion(0))).toThrow('no UTF-8');
    },
  );

  it('elements that only servers may say are dropped', () => {
    const content = `<body xmlns='jabber:client'>hi</body><store xmlns='urn:xmpp:hints'/><stanza-id xmlns='urn:xmpp:sid:0' id='1' by='${ALICE}'/>`;
    const envelope = `<envelope xmlns='urn:xmpp:sce:1'><content>${content}</content><rpad/></envelope>`;
    expect(openContent(sealBytes(Buffer.from(envelope)), occasion(0))).toEqual({ text: 'hi', elements: [] });
  });

  it('a message of one person, handed on as one of another or to another chat, is refused', async () => {
    const sent = await alice.say(BOB, 'for Bob');
    expect(await bob.read(sent, MALLORY)).not.toBe('for Bob');
    const mine = await join(ALICE);
    announce();
    const carbon = await alice.say(BOB, 'to Bob');
    expect(await mine.read(carbon, ALICE, MALLORY)).toBe('forged');
    const another = await alice.say(BOB, 'to Bob');
    expect(await mine.read(another, ALICE, BOB)).toBe('to Bob');
  });
});

describe('#message-structure-description and #usecases-receiving', () => {
  it('an empty message is 32 zero bytes in the ratchet, and no payload', async () => {
    await bob.read(await alice.say(BOB, 'hello'), ALICE);
    const empty = await bob.answerOn({ protocol: 'omemo2', address: ALICE, device: alice.id });
    expect(empty.omemo2).not.toHaveProperty('payload');
    expect(await alice.receive(empty, BOB)).toMatchObject({ kind: 'key-transport', needsAnswer: [] });
    // From then on no key exchange is sent.
    expect((await alice.send2(BOB, 'x')).keys).toMatchObject([{ isKeyExchange: false }]);
  });

  it('a key counts when address and device are ours', async () => {
    const sent = must((await alice.say(BOB, 'x')).omemo2);
    const elsewhere = { ...sent, keys: sent.keys.map((key) => ({ ...key, address: CAROL })) };
    expect(await bob.read(elsewhere, ALICE)).toBe('not-for-this-device');
    expect(await bob.read(sent, ALICE)).toBe('x');
  });

  it('the used prekey MUST be replaced in the bundle, and is deleted when all that waited was read', async () => {
    const before = net.bundle(BOB, bob.id, 'omemo2').preKeys.map(({ id }) => id);
    await bob.read(await alice.say(BOB, 'x'), ALICE);
    const after = net.bundle(BOB, bob.id, 'omemo2').preKeys.map(({ id }) => id);
    const [used] = before.filter((id) => !after.includes(id));
    const count = (): unknown =>
      bob.database.prepare('SELECT count(*) AS n FROM omemo_prekeys WHERE id = ?').get(must(used));
    expect(after).toHaveLength(100);
    expect(count()).toEqual({ n: 1 });
    net.time += DAY + 1;
    bob.omemo.caughtUp();
    expect(count()).toEqual({ n: 0 });
  });

  it('a prekey of one protocol opens nothing in the other', async () => {
    const sent = must((await alice.say(BOB, 'x')).omemo2);
    bob.database.prepare("UPDATE omemo_prekeys SET protocol = 'legacy'").run();
    expect(await bob.read(sent, ALICE)).toBe('no-session');
  });

  it('where both elements have a key for us there is one message, and the other ratchet moves on', async () => {
    // Some programs encrypt for a device in each protocol that it has.
    forgetNewer(bob);
    const older = await alice.say(BOB, 'twice');
    await bob.omemo.prepare(bob.network);
    net.time += DAY;
    await bob.omemo.prepare(bob.network);
    announce();
    const newer = await alice.say(BOB, 'twice');
    const both = { ...older, ...newer };
    expect(Object.keys(both).sort()).toEqual(['legacy', 'omemo2']);
    const opened = await bob.receive(both, ALICE);
    expect(opened).toMatchObject({ kind: 'content', text: 'twice', needsAnswer: ['omemo2', 'legacy'] });
    for (const again of [both, older, newer]) expect(await bob.read(again, ALICE)).toBe('duplicate');
  });

  it('what cannot be read in one of two elements is read in the other', async () => {
    const older = await joinOlder(BOB);
    announce();
    const sent = await alice.say(BOB, 'hello');
    const broken = must(sent.omemo2);
    const keys = [...broken.keys, { ...must(broken.keys[0]), address: BOB, device: older.id }];
    expect(await older.read({ ...sent, omemo2: { ...broken, keys } }, ALICE)).toBe('hello');
  });
});

describe('#rules', () => {
  it('a fresh device id that exists already, in either list, is exchanged', async () => {
    for (const protocol of ['legacy', 'omemo2'] as const) {
      const carol = new Device(net, CAROL);
      others.push(carol);
      const taken = carol.id;
      const theirs = net.bundle(ALICE, alice.id, protocol);
      (protocol === 'legacy' ? net.bundles : net.newer.bundles).set(`${CAROL}/${taken}`, theirs);
      await carol.omemo.prepare(carol.network);
      expect(carol.id).not.toBe(taken);
      expect(net.newer.bundles.has(`${CAROL}/${carol.id}`)).toBe(true);
    }
  });

  it('no bundle is fetched as soon as a device is announced, but before the first message', async () => {
    net.asked.length = 0;
    await join(BOB);
    announce();
    expect(
      net.asked.filter((question) => question.startsWith('bundle2') && question.includes(String(bob.id))),
    ).toEqual([]);
    await alice.say(BOB, 'now');
    expect(net.asked).toContain(`bundle2 ${BOB}/${bob.id}`);
  });

  it('a message received twice is ignored, and so is one through another road', async () => {
    const sent = await alice.say(BOB, 'once');
    expect(await bob.read(sent, ALICE)).toBe('once');
    expect(await bob.read(sent, ALICE)).toBe('duplicate');
    bob.restart();
    expect(await bob.read(sent, ALICE)).toBe('duplicate');
  });

  it('the first message of a chain beyond 53 MUST be answered by a heartbeat, once', async () => {
    await bob.read(await alice.say(BOB, 'hello'), ALICE);
    await alice.receive(await bob.answerOn({ protocol: 'omemo2', address: ALICE, device: alice.id }), BOB);
    const wanted: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      const opened = await bob.receive(await alice.say(BOB, `${index}`), ALICE);
      if ('needsAnswer' in opened && must(opened.needsAnswer).length > 0) wanted.push(index);
    }
    expect(wanted).toEqual([53]);
    const beat = await bob.answerOn({ protocol: 'omemo2', address: ALICE, device: alice.id });
    expect(await alice.receive(beat, BOB)).toMatchObject({ kind: 'key-transport' });
  });

  it('a message from a device that is not on the list has the list looked at again', async () => {
    const hidden = await join(BOB);
    const listed = must(net.newer.lists.get(BOB));
    net.newer.lists.set(
      BOB,
      listed.filter(({ id }) => id !== hidden.id),
    );
    await alice.say(BOB, 'x');
    expect(await alice.read(await hidden.say(ALICE, 'I am here'), BOB)).toBe('I am here');
    net.newer.lists.set(BOB, listed);
    expect(must((await alice.say(BOB, 'both')).omemo2).keys).toHaveLength(2);
  });

  it('sessions are replaced when a person wants it, in both protocols, and never by themselves', async () => {
    await bob.read(await alice.say(BOB, 'hello'), ALICE);
    await alice.read(await bob.say(ALICE, 'hello'), BOB);
    bob.database.prepare('DELETE FROM omemo_sessions').run();
    const lost = await alice.say(BOB, 'lost');
    expect(await bob.read(lost, ALICE)).toBe('no-session');
    net.asked.length = 0;
    expect(net.asked).toEqual([]);
    expect(await bob.omemo.restartSessions(ALICE, alice.id)).toEqual(['omemo2', 'legacy']);
    for (const protocol of ['omemo2', 'legacy'] as const) {
      const line = { protocol, address: ALICE, device: alice.id };
      await bob.omemo.prepareSession(line, bob.network);
      expect(await alice.receive(await bob.answerOn(line), BOB)).toMatchObject({
        kind: 'key-transport',
        needsAnswer: [protocol],
      });
    }
    expect(await bob.read(await alice.say(BOB, 'found'), ALICE)).toBe('found');
  });

  it('a crash before the commit loses nothing and uses nothing twice', async () => {
    const sent = await alice.say(BOB, 'hello');
    expect(await bob.peek(sent, ALICE)).toMatchObject({ kind: 'content', text: 'hello' });
    bob.restart();
    expect(await bob.read(sent, ALICE)).toBe('hello');
  });
});

describe('the payload (#protocol-message_encryption)', () => {
  it('opens with key and code of 48 bytes, and with no others (H38)', () => {
    const { payload, secret } = sealBytes(Buffer.from('text'));
    expect(Buffer.from(openBytes({ payload, secret })).toString()).toBe('text');
    for (const length of [0, 16, 32, 40, 47]) {
      expect(() => openBytes({ payload, secret: secret.subarray(0, length) })).toThrow('wrong size');
    }
    expect(() => openBytes({ payload, secret: Uint8Array.of(...secret, 0) })).toThrow('wrong size');
  });

  it('refuses every flipped bit', () => {
    const { payload, secret } = sealBytes(Buffer.from('a text of two blocks, at least'));
    const flip = (bytes: Uint8Array, index: number): Uint8Array =>
      Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ 1 : byte));
    for (let index = 0; index < payload.length; index += 1) {
      expect(() => openBytes({ payload: flip(payload, index), secret })).toThrow('changed');
    }
    for (let index = 0; index < secret.length; index += 1) {
      expect(() => openBytes({ payload, secret: flip(secret, index) })).toThrow('changed');
    }
  });
});

it('an older profile keeps its sessions, and comes to publish the newer protocol', async () => {
  forgetNewer(bob);
  await bob.read(await alice.say(BOB, 'before'), ALICE);
  for (const table of ['omemo_prekeys', 'omemo_signed_prekeys']) {
    bob.database.prepare(`DELETE FROM ${table} WHERE protocol = 'omemo2'`).run();
  }
  bob.restart();
  const sent = await alice.say(BOB, 'meanwhile');
  await bob.omemo.prepare(bob.network);
  expect(net.bundle(BOB, bob.id, 'omemo2').preKeys).toHaveLength(100);
  expect(Object.keys(sent)).toEqual(['legacy']);
  expect(await bob.read(sent, ALICE)).toBe('meanwhile');
});
