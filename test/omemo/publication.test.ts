/** What this device publishes of itself: when, how often, and never at the cost of another device. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSignedBy } from '../../electron/omemo/curve.ts';
import { StanzaError, WireClosed } from '../../electron/xmpp/wire.ts';
import { DAY, Device, jid, MINUTE, must, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');

let net: Net;
let alice: Device;
let others: Device[];

beforeEach(() => {
  net = new Net();
  others = [];
  alice = new Device(net, ALICE);
});

afterEach(() => {
  for (const device of [alice, ...others]) device.close();
});

async function join(address = ALICE): Promise<Device> {
  const device = await Device.online(net, address);
  others.push(device);
  return device;
}

const prepare = (): Promise<void> => alice.omemo.prepare(alice.network);
/** Every second id is one of the other protocol's. */
const signedPrekeys = (): number[] => {
  const query = "SELECT id FROM omemo_signed_prekeys WHERE protocol = 'legacy' ORDER BY id";
  return (alice.database.prepare(query).all() as { id: number }[]).map(({ id }) => id);
};

describe('the first sign-in', () => {
  it('publishes a good bundle with 100 prekeys, and only then the device', async () => {
    await prepare();
    expect(net.published).toEqual([`bundle ${ALICE}/${alice.id}`, `list ${ALICE}`]);
    expect(net.lists.get(ALICE)).toEqual([alice.id]);
    const { identityKey, signedPreKey, preKeys } = net.bundle(ALICE, alice.id);
    expect(isSignedBy(identityKey, signedPreKey.publicKey, signedPreKey.signature)).toBe(true);
    expect(preKeys.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(alice.id).toBeGreaterThanOrEqual(1);
    expect(alice.id).toBeLessThan(2 ** 31);
  });

  it('adds itself to a list and removes nobody', async () => {
    net.lists.set(ALICE, [1, 2, 3]);
    await prepare();
    expect(net.lists.get(ALICE)).toEqual([1, 2, 3, alice.id]);
    expect(alice.omemo.devices(ALICE).map(({ device }) => device)).toEqual([alice.id, 1, 2, 3]);
  });

  it('takes another device id when its own is another device’s', async () => {
    const taken = alice.id;
    const other = await join();
    const theirs = net.bundle(ALICE, other.id);
    net.bundles.set(`${ALICE}/${taken}`, theirs);
    net.lists.set(ALICE, [other.id, taken]);
    await prepare();
    expect(alice.id).not.toBe(taken);
    expect(net.lists.get(ALICE)).toEqual([other.id, taken, alice.id]);
    expect(net.bundle(ALICE, taken)).toBe(theirs);
    alice.restart();
    expect(alice.id).not.toBe(taken);
  });

  it('goes on where it was interrupted', async () => {
    net.failing = (question) => (question.startsWith('publish list') ? new WireClosed('gone') : undefined);
    await expect(prepare()).rejects.toThrow(WireClosed);
    expect(net.lists.has(ALICE)).toBe(false);
    net.failing = () => undefined;
    net.published.length = 0;
    await prepare();
    expect(net.published).toEqual([`list ${ALICE}`]);
  });

  it('leaves a list alone that it can not read', async () => {
    for (const failure of [new StanzaError('internal-server-error', 'wait'), new WireClosed('gone')]) {
      net.failing = (question) => (question === `list ${ALICE}` ? failure : undefined);
      await expect(prepare()).rejects.toBe(failure);
    }
    net.failing = () => undefined;
    const legacy = { ...alice.network.legacy, fetchDeviceList: () => Promise.resolve('refused' as const) };
    const network = { ...alice.network, legacy };
    await expect(alice.omemo.prepare(network)).rejects.toThrow('left alone');
    expect(net.published).toEqual([`bundle ${ALICE}/${alice.id}`]);
  });

  it('of two programs at the same time lists both in the end', async () => {
    const second = new Device(net, ALICE);
    others.push(second);
    await Promise.all([prepare(), second.omemo.prepare(second.network)]);
    // Whoever was overwritten hears of it from the server.
    for (const device of [alice, second]) {
      net.time += 11 * MINUTE;
      if (device.hear(ALICE, must(net.lists.get(ALICE)))) await device.omemo.prepare(device.network);
    }
    expect(new Set(net.lists.get(ALICE))).toEqual(new Set([alice.id, second.id]));
  });
});

describe('a later sign-in', () => {
  it('looks, and publishes nothing when nothing changed', async () => {
    await prepare();
    const { id } = alice;
    for (let turn = 0; turn < 3; turn++) {
      alice.restart();
      net.published.length = 0;
      net.asked.length = 0;
      await prepare();
      expect(net.published).toEqual([]);
      expect(net.asked).toEqual([`bundle ${ALICE}/${id}`, `list ${ALICE}`]);
    }
    expect(alice.id).toBe(id);
  });

  it('repairs what the server lost or changed', async () => {
    await prepare();
    const bundle = net.bundle(ALICE, alice.id);
    for (const damage of [undefined, { ...bundle, preKeys: bundle.preKeys.slice(1) }]) {
      if (damage === undefined) net.bundles.clear();
      else net.bundles.set(`${ALICE}/${alice.id}`, damage);
      net.published.length = 0;
      await prepare();
      expect(net.published).toEqual([`bundle ${ALICE}/${alice.id}`]);
      expect(net.bundle(ALICE, alice.id)).toEqual(bundle);
    }
  });

  it('publishes once for all who wrote at the same time', async () => {
    await prepare();
    const people = await Promise.all(['b', 'c', 'd', 'e'].map((name) => join(jid(`${name}@x.example`))));
    const letters: [Device, Awaited<ReturnType<Device['send']>>][] = [];
    for (const person of people) letters.push([person, await person.send(ALICE, 'hello')]);
    net.published.length = 0;
    // Read in one go; who reads asks for a refill each time.
    await Promise.all(letters.map(([person, letter]) => alice.receive(letter, person.address)));
    expect(net.published.length).toBeLessThan(letters.length);
    expect(net.bundle(ALICE, alice.id).preKeys).toHaveLength(100);
    const offered = new Set(net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id));
    const used = alice.database.prepare('SELECT id FROM omemo_prekeys WHERE used_at IS NOT NULL').all();
    expect(used.length).toBeGreaterThan(0); // two may have picked the same
    expect((used as { id: number }[]).filter(({ id }) => offered.has(id))).toEqual([]);
  });

  it('does not change its id for a foreign bundle once others know it by that id', async () => {
    await prepare();
    const { id } = alice;
    const bob = await join(BOB);
    await bob.read(await alice.send(BOB, 'hello'), ALICE);
    net.bundles.set(`${ALICE}/${id}`, net.bundle(BOB, bob.id));
    alice.restart();
    await prepare();
    expect(alice.id).toBe(id);
    expect(net.bundle(ALICE, id).identityKey).not.toEqual(net.bundle(BOB, bob.id).identityKey);
  });
});

describe('a device list without this device', () => {
  it('is repaired, at most once in ten minutes', async () => {
    await prepare();
    net.time += 10 * MINUTE;
    let repairs = 0;
    for (let count = 0; count < 120; count++) {
      net.lists.set(ALICE, [7]); // another program insists
      if (alice.hear(ALICE, [7])) {
        await prepare();
        repairs += 1;
        expect(net.lists.get(ALICE)).toEqual([7, alice.id]);
      }
      net.time += MINUTE;
    }
    expect(repairs).toBe(12);
  });

  it('is not repaired by signing in again and again, either', async () => {
    await prepare();
    net.time += MINUTE;
    net.lists.set(ALICE, [7]);
    net.published.length = 0;
    await prepare();
    expect(net.published).toEqual([]);
    net.time += 10 * MINUTE;
    await prepare();
    expect(net.lists.get(ALICE)).toEqual([7, alice.id]);
  });

  it('of somebody else is none of our business', async () => {
    await prepare();
    expect(alice.hear(BOB, [])).toBe(false);
  });
});

describe('prekeys', () => {
  it('are used once, withdrawn and refilled', async () => {
    await prepare();
    const bundle = net.bundle(ALICE, alice.id);
    const seen = new Set<number>();
    for (let count = 0; count < 12; count++) {
      const stranger = await join(jid(`stranger${count}@far.example`));
      const before = net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id);
      expect(await alice.read(await stranger.send(ALICE, 'hello'), stranger.address)).toBe('hello');
      const after = net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id);
      const used = before.filter((id) => !after.includes(id));
      expect(used).toHaveLength(1);
      expect(seen.has(must(used[0]))).toBe(false);
      seen.add(must(used[0]));
      expect(after).toHaveLength(100);
    }
    expect(net.bundle(ALICE, alice.id).identityKey).toEqual(bundle.identityKey);
    expect(net.bundle(ALICE, alice.id).signedPreKey).toEqual(bundle.signedPreKey);
  });

  it('that several people picked at the same time open the messages of all, for a day', async () => {
    await prepare();
    const bundle = net.bundle(ALICE, alice.id);
    net.bundles.set(`${ALICE}/${alice.id}`, { ...bundle, preKeys: bundle.preKeys.slice(0, 1) });
    const people = [];
    for (const name of ['first', 'second', 'late']) people.push(await join(jid(`${name}@far.example`)));
    const sent = [];
    for (const person of people) {
      const { address } = person;
      sent.push({ encrypted: await person.send(ALICE, `from ${address}`), address });
    }
    const [first, second, late] = sent;
    for (const each of [first, second]) {
      expect(await alice.read(must(each).encrypted, must(each).address)).toBe(`from ${must(each).address}`);
    }
    expect(net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id)).not.toContain(must(bundle.preKeys[0]).id);
    expect(net.bundle(ALICE, alice.id).preKeys).toHaveLength(100);
    // Played again it is known, not opened once more.
    expect(await alice.read(must(first).encrypted, must(first).address)).toBe('duplicate');
    net.time += DAY;
    alice.omemo.caughtUp();
    expect(await alice.peek(must(late).encrypted, must(late).address)).toMatchObject({ kind: 'content' });
    net.time += 1;
    alice.omemo.caughtUp();
    expect(await alice.read(must(late).encrypted, must(late).address)).toBe('no-session');
    expect(await alice.read(must(first).encrypted, must(first).address)).toBe('duplicate');
  });

  it('of many messages at once are published once', async () => {
    await prepare();
    alice.database.prepare('DELETE FROM omemo_prekeys WHERE id <= 40').run();
    net.published.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => alice.omemo.replenish(alice.network)));
    expect(net.published).toEqual([`bundle ${ALICE}/${alice.id}`]);
    const ids = net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(Math.min(...ids)).toBe(41);
  });

  it('that could not be published are published the next time', async () => {
    await prepare();
    alice.database.prepare('DELETE FROM omemo_prekeys WHERE id = 1').run();
    net.failing = (question) => (question.startsWith('publish') ? new WireClosed('gone') : undefined);
    await expect(alice.omemo.replenish(alice.network)).rejects.toThrow(WireClosed);
    net.failing = () => undefined;
    await alice.omemo.replenish(alice.network);
    const ids = net.bundle(ALICE, alice.id).preKeys.map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids).not.toContain(1);
  });

  it('signed ones change weekly; the old one still opens messages for 30 days', async () => {
    await prepare();
    const bob = await join(BOB);
    await bob.omemo.prepareFor(ALICE, bob.network); // Bob fetched the first bundle
    const late = await bob.send(ALICE, 'with the first signed prekey');
    net.time += 8 * DAY;
    await prepare();
    expect(signedPrekeys()).toEqual([1, 3]);
    expect(net.bundle(ALICE, alice.id).signedPreKey.id).toBe(3);
    net.time += 29 * DAY;
    await prepare();
    expect(signedPrekeys()).toEqual([1, 3, 5]);
    expect(await alice.read(late, BOB)).toBe('with the first signed prekey');
    net.time += 2 * DAY;
    await prepare();
    expect(signedPrekeys()).toEqual([3, 5]);
  });

  it('signed ones outlive a long absence: what was published last opens what was sent meanwhile', async () => {
    await prepare();
    const bob = await join(BOB);
    net.time += 200 * DAY;
    const sent = await bob.send(ALICE, 'where are you?');
    await prepare();
    expect(signedPrekeys()).toEqual([1, 3]);
    expect(await alice.read(sent, BOB)).toBe('where are you?');
  });
});

describe('leaving', () => {
  it('takes this device off the server, nobody else, and is not undone by its own echo', async () => {
    const other = await join();
    await prepare();
    await alice.omemo.withdraw(alice.network);
    expect(net.lists.get(ALICE)).toEqual([other.id]);
    expect(() => net.bundle(ALICE, alice.id)).toThrow('no such bundle');
    expect(net.bundle(ALICE, other.id)).toBeDefined();
    net.time += DAY;
    expect(alice.hear(ALICE, [other.id])).toBe(false);
  });

  it('comes to no harm when there is nothing to take off', async () => {
    await alice.omemo.withdraw(alice.network);
    expect(net.published).toEqual([]);
  });
});
