/** Device lists and look-ups that an attacker made, or that fail: nothing is sent plain, fetched for ever or believed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StanzaError, WireClosed } from '../../electron/xmpp/wire.ts';
import { DAY, Device, jid, MINUTE, Net } from '../omemo/people.ts';

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

function rows(device: Device): number {
  const { count } = device.database.prepare('SELECT count(*) AS count FROM omemo_devices').get() as {
    count: number;
  };
  return count;
}

describe('a device list', () => {
  it('of thousands is cut, and lists that change for ever do not pile up', () => {
    alice.hear(
      BOB,
      Array.from({ length: 5_000 }, (_, index) => index + 1),
    );
    expect(alice.omemo.devices(BOB)).toHaveLength(200);
    for (let round = 1; round <= 50; round++) {
      alice.hear(
        BOB,
        Array.from({ length: 200 }, (_, index) => round * 1_000 + index),
      );
    }
    expect(rows(alice)).toBe(200);
  });

  it('that names one device twice, or ours as theirs, confuses nobody', async () => {
    alice.hear(BOB, [bob.id, bob.id, alice.id]);
    net.bundles.set(`${BOB}/${alice.id}`, net.bundle(ALICE, alice.id));
    const sealed = await alice.seal(BOB, 'hello');
    if ('refused' in sealed) throw new Error(sealed.refused);
    expect(await bob.read(sealed.encrypted, ALICE)).toBe('hello');
  });

  it('that loses a device and brings it back leaves its key and trust as they were', async () => {
    await bob.read(await alice.send(BOB, 'hello'), ALICE);
    alice.omemo.setTrust(BOB, bob.id, 'verified');
    const before = alice.omemo.devices(BOB);
    alice.hear(BOB, []);
    expect(alice.omemo.devices(BOB)).toMatchObject([{ trust: 'verified', isActive: false }]);
    alice.hear(BOB, [bob.id]);
    expect(alice.omemo.devices(BOB)).toEqual(before);
  });

  it('that was emptied makes nothing plain: what is encrypted is refused', async () => {
    await bob.read(await alice.send(BOB, 'hello'), ALICE);
    alice.hear(BOB, []);
    expect(await alice.seal(BOB, 'secret')).toEqual({ refused: 'no-devices', skipped: [] });
  });
});

describe('looking up', () => {
  const passing = [
    new StanzaError('remote-server-timeout', 'wait'),
    new StanzaError('remote-server-not-found', 'cancel'),
    new WireClosed('time is up'),
  ];

  it.each(passing)('a list that fails with %s leaves it unknown, and the message waits', async (failure) => {
    net.failing = (question) => (question.startsWith(`list ${BOB}`) ? failure : undefined);
    await expect(alice.omemo.prepareFor(BOB, alice.network)).rejects.toBe(failure);
    await expect(alice.omemo.refreshDevices(BOB, alice.network)).rejects.toBe(failure);
    expect(alice.omemo.hasDevices(BOB)).toBe('unknown');
    net.failing = () => undefined;
    expect(await bob.read(await alice.send(BOB, 'after all'), ALICE)).toBe('after all');
  });

  it.each(passing)(
    'a bundle that fails with %s lets the message wait, and is asked for again soon',
    async (failure) => {
      net.failing = (question) => (question.startsWith(`bundle ${BOB}`) ? failure : undefined);
      await expect(alice.omemo.prepareFor(BOB, alice.network)).rejects.toBe(failure);
      net.failing = () => undefined;
      net.time += 2 * MINUTE;
      expect(await bob.read(await alice.send(BOB, 'after all'), ALICE)).toBe('after all');
    },
  );

  it('one device of two whose server does not answer does not hold up the other', async () => {
    const second = await Device.online(net, BOB);
    net.failing = (question) =>
      question === `bundle ${BOB}/${second.id}`
        ? new StanzaError('remote-server-timeout', 'wait')
        : undefined;
    const sealed = await alice.seal(BOB, 'hello');
    expect(sealed).toMatchObject({
      recipients: [{ device: bob.id }],
      skipped: [{ device: second.id }],
    });
    second.close();
  });

  it('our own list that fails does not keep us from writing to others', async () => {
    const fresh = new Device(net, ALICE);
    net.failing = (question) =>
      question === `list ${ALICE}` ? new StanzaError('internal-server-error', 'wait') : undefined;
    expect(await fresh.seal(BOB, 'hello')).toMatchObject({ recipients: [{ address: BOB, device: bob.id }] });
    fresh.close();
  });

  it('nobody there is believed for a day; a list that is old still serves when nobody answers', async () => {
    const nobody = jid('nobody@nowhere.example');
    expect(alice.omemo.hasDevices(nobody)).toBe('unknown');
    await alice.omemo.refreshDevices(nobody, alice.network);
    expect(alice.omemo.hasDevices(nobody)).toBe('no');
    expect(await alice.seal(nobody, 'x')).toEqual({ refused: 'no-devices', skipped: [] });
    net.time += DAY;
    expect(alice.omemo.hasDevices(nobody)).toBe('unknown');

    await bob.read(await alice.send(BOB, 'hello'), ALICE);
    net.time += 2 * DAY;
    net.failing = (question) =>
      question === `list ${BOB}` ? new StanzaError('remote-server-timeout', 'wait') : undefined;
    expect(alice.omemo.hasDevices(BOB)).toBe('yes');
    expect(await bob.read(await alice.send(BOB, 'still there?'), ALICE)).toBe('still there?');
  });

  it('the same list twice at a time asks once', async () => {
    net.asked.length = 0;
    await Promise.all(Array.from({ length: 10 }, () => alice.omemo.refreshDevices(BOB, alice.network)));
    expect(net.asked).toEqual([`list ${BOB}`]);
  });

  it('a bundle that was not used keeps for ten minutes: its prekeys may be gone by then', async () => {
    await alice.omemo.prepareFor(BOB, alice.network);
    net.asked.length = 0;
    net.time += 9 * MINUTE;
    await alice.omemo.prepareFor(BOB, alice.network);
    expect(net.asked).toEqual([]);
    net.time += 2 * MINUTE;
    await alice.omemo.prepareFor(BOB, alice.network);
    expect(net.asked).toEqual([`bundle ${BOB}/${bob.id}`]);
  });

  it('a sender who is not on the list makes the list worth another look', async () => {
    await alice.omemo.prepareFor(BOB, alice.network);
    const second = await Device.online(net, BOB);
    await alice.receive(await second.send(ALICE, 'from my new telephone'), BOB);
    expect(alice.omemo.devices(BOB).find(({ device }) => device === second.id)).toMatchObject({
      isActive: false,
    });
    const reply = await alice.send(BOB, 'which one?');
    expect([await bob.read(reply, ALICE), await second.read(reply, ALICE)]).toEqual([
      'which one?',
      'which one?',
    ]);
    second.close();
  });
});

describe('the exclusive use of the keys', () => {
  it('is one at a time, in order, and one that fails does not stop the next', async () => {
    const order: string[] = [];
    const slow = alice.omemo.exclusive(async () => {
      order.push('one begins');
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push('one ends');
      throw new Error('on purpose');
    });
    const quick = alice.omemo.exclusive(() => {
      order.push('two');
      return Promise.resolve('done');
    });
    await expect(slow).rejects.toThrow('on purpose');
    expect(await quick).toBe('done');
    expect(order).toEqual(['one begins', 'one ends', 'two']);
  });

  it('ends when it ends', async () => {
    const keys = await alice.omemo.exclusive((session) => Promise.resolve(session));
    await expect(keys.encrypt(BOB, { text: 'x', elements: [] })).rejects.toThrow('over');
  });

  it('tells a failing database from a bad message: the message stays readable', async () => {
    const sent = await alice.send(BOB, 'hello');
    bob.database.exec('ALTER TABLE omemo_prekeys RENAME TO gone');
    await expect(bob.receive(sent, ALICE)).rejects.toThrow('no such table');
    bob.database.exec('ALTER TABLE gone RENAME TO omemo_prekeys');
    expect(await bob.read(sent, ALICE)).toBe('hello');
  });
});
