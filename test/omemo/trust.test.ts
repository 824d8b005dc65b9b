/** Whom we believe: the rules as a table, then what they mean for what is sent and shown. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyWrites } from '../../electron/omemo/omemo.ts';
import { mayReceive, repin, trustOf, trustOfNew, trustWithKey } from '../../electron/omemo/trust.ts';
import type { DeviceRecord, Trust } from '../../electron/store/keys.ts';
import { DAY, Device, jid, must, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const KEY = new Uint8Array(33).fill(1);
const OTHER = new Uint8Array(33).fill(2);
const TRUSTS: Trust[] = ['verified', 'blind', 'undecided', 'distrusted'];

function record(trust: Trust, identityKey?: Uint8Array): DeviceRecord {
  return {
    device: 1,
    protocols: ['legacy'],
    isActive: true,
    trust,
    firstSeen: 0,
    ...(identityKey !== undefined && { identityKey }),
  };
}

describe('the rules', () => {
  it('a new key is believed until somebody was verified', () => {
    expect(trustOfNew([])).toBe('blind');
    for (const trust of TRUSTS) {
      expect([trust, trustOfNew([record(trust, KEY)])]).toEqual([
        trust,
        trust === 'verified' ? 'undecided' : 'blind',
      ]);
    }
  });

  it('a device without a key is judged anew each time, unless a person refused it', () => {
    const verified = record('verified', OTHER);
    expect(trustOf(record('blind'), [])).toBe('blind');
    expect(trustOf(record('blind'), [verified])).toBe('undecided');
    expect(trustOf(record('distrusted'), [])).toBe('distrusted');
    expect(trustOf(record('blind', KEY), [verified])).toBe('blind');
  });

  it('another key never inherits trust', () => {
    for (const trust of TRUSTS) {
      const device = record(trust, KEY);
      expect(trustWithKey(device, KEY, [device])).toBe(trust);
      expect(trustWithKey(device, OTHER, [device])).toBe(trust === 'distrusted' ? 'distrusted' : 'undecided');
    }
    expect(trustWithKey(undefined, KEY, [])).toBe('blind');
  });

  it('the key that was trusted is remembered, through further changes, and believed when it returns', () => {
    const THIRD = new Uint8Array(33).fill(3);
    for (const trust of ['verified', 'blind'] as const) {
      const device = record(trust, KEY);
      const changed = { ...device, identityKey: OTHER, ...repin(device, OTHER, [device]) };
      expect(changed).toMatchObject({ trust: 'undecided', earlier: { identityKey: KEY, trust } });
      expect(repin(changed, THIRD, [changed])).toEqual({ trust: 'undecided', earlier: changed.earlier });
      expect(repin(changed, KEY, [changed])).toEqual({ trust });
    }
    expect(repin(record('undecided', KEY), OTHER, [])).toEqual({ trust: 'undecided' });
    expect(repin(record('distrusted', KEY), OTHER, [])).toEqual({ trust: 'distrusted' });
    expect(repin(undefined, OTHER, [])).toEqual({ trust: 'blind' });
  });

  it('nothing is sent on a doubt', () => {
    expect(TRUSTS.filter(mayReceive)).toEqual(['verified', 'blind']);
  });
});

describe('in practice', () => {
  let net: Net;
  let alice: Device;
  let bob: Device;
  let second: Device | undefined;

  beforeEach(async () => {
    net = new Net();
    second = undefined;
    alice = await Device.online(net, ALICE);
    bob = await Device.online(net, BOB);
    await bob.read(await alice.send(BOB, 'hello'), ALICE);
  });

  afterEach(() => {
    for (const device of [alice, bob, second]) device?.close();
  });

  async function secondBob(): Promise<Device> {
    second = await Device.online(net, BOB);
    alice.hear(BOB, must(net.lists.get(BOB)));
    return second;
  }

  it('a new device of somebody unverified is believed, and shown with its fingerprint', async () => {
    const other = await secondBob();
    const sent = await alice.send(BOB, 'to both');
    expect(await other.read(sent, ALICE)).toBe('to both');
    const rows = alice.omemo.devices(BOB);
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      const key = net.bundle(BOB, row.device).identityKey;
      expect(row).toMatchObject({
        trust: 'blind',
        isActive: true,
        isThisDevice: false,
        fingerprint: Buffer.from(key.subarray(1)).toString('hex'),
      });
    }
  });

  it('a ghost device that the server adds gets nothing once somebody was verified (H42)', async () => {
    alice.omemo.setTrust(BOB, bob.id, 'verified');
    const ghost = await secondBob();
    const sealed = await alice.seal(BOB, 'only for Bob');
    expect(sealed).toMatchObject({
      recipients: [{ address: BOB, device: bob.id }],
      skipped: [{ address: BOB, device: ghost.id, reason: 'undecided' }],
    });
    if ('encrypted' in sealed) {
      expect(must(sealed.encrypted.legacy).keys.map(({ device }) => device)).toEqual([bob.id]);
      expect(await ghost.read(sealed.encrypted, ALICE)).toBe('not-for-this-device');
    }
    // What it writes is shown, but never as trusted; and it is not even told that we have its session.
    const opened = await alice.receive(await ghost.send(ALICE, 'I am Bob too'), BOB);
    expect(opened).toMatchObject({ kind: 'content', trust: 'undecided' });
    await expect(alice.answer(BOB, ghost.id)).rejects.toThrow('no answer');
    expect(alice.omemo.setTrust(BOB, ghost.id, 'verified')).toMatchObject({ trust: 'verified' });
    expect(await ghost.read(await alice.send(BOB, 'welcome'), ALICE)).toBe('welcome');
  });

  it('a device known before the verification, but without a key, is not believed after it either', async () => {
    const ghost = await secondBob();
    expect(alice.omemo.devices(BOB).find(({ device }) => device === ghost.id)).toMatchObject({
      trust: 'blind',
    });
    alice.omemo.setTrust(BOB, bob.id, 'verified');
    expect(await alice.seal(BOB, 'x')).toMatchObject({
      skipped: [{ device: ghost.id, reason: 'undecided' }],
    });
  });

  it('a refused device gets nothing, and what it sends says so', async () => {
    expect(alice.omemo.setTrust(BOB, bob.id, 'distrusted')).toMatchObject({ trust: 'distrusted' });
    expect(await alice.seal(BOB, 'x')).toEqual({
      refused: 'all-untrusted',
      skipped: [{ address: BOB, device: bob.id, reason: 'distrusted' }],
    });
    expect(await alice.receive(await bob.send(ALICE, 'hi'), BOB)).toMatchObject({
      text: 'hi',
      trust: 'distrusted',
    });
    expect(alice.omemo.hasDevices(BOB)).toBe('yes');
  });

  it('a decision made while a message is being decrypted stands', async () => {
    const sent = await (await secondBob()).send(ALICE, 'hello');
    const opened = await alice.peek(sent, BOB);
    expect(opened).toMatchObject({ kind: 'content', trust: 'blind' });
    alice.omemo.setTrust(BOB, sent.device, 'distrusted');
    if ('writes' in opened) applyWrites(alice.database, alice.account, opened.writes);
    expect(alice.omemo.devices(BOB).find(({ device }) => device === sent.device)).toMatchObject({
      trust: 'distrusted',
    });
  });

  it('a person decides about the key that was on the screen, not about whatever is there now', () => {
    const [row] = alice.omemo.devices(BOB);
    const { fingerprint } = must(row);
    expect(alice.omemo.setTrust(BOB, bob.id, 'verified', 'f'.repeat(64))).toBeUndefined();
    expect(alice.omemo.devices(BOB)).toMatchObject([{ trust: 'blind' }]);
    expect(alice.omemo.setTrust(BOB, bob.id, 'verified', fingerprint)).toMatchObject({
      trust: 'verified',
      fingerprint,
    });
  });

  it('a device without a key, or which nobody knows, can not be verified', () => {
    alice.hear(BOB, [bob.id, 99]);
    expect(alice.omemo.setTrust(BOB, 99, 'verified')).toBeUndefined();
    expect(alice.omemo.setTrust(BOB, 99, 'distrusted')).toMatchObject({ trust: 'distrusted' });
    expect(alice.omemo.setTrust(BOB, 12_345, 'verified')).toBeUndefined();
    expect(alice.omemo.setTrust(ALICE, alice.id, 'distrusted')).toBeUndefined();
  });

  it('our own device comes first among ours, verified; the last message of another is dated', async () => {
    expect(alice.omemo.devices(ALICE)).toMatchObject([
      { device: alice.id, isThisDevice: true, trust: 'verified' },
    ]);
    net.time += DAY;
    await alice.receive(await bob.send(ALICE, 'hi'), BOB);
    expect(alice.omemo.devices(BOB)).toMatchObject([{ lastSeen: net.time }]);
  });
});
