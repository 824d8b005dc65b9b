/** Whose word about keys counts (XEP-0450), with the cast of its examples; Mallory speaks wherever somebody is believed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  claimsOf,
  keepClaims,
  lettersFor,
  settleClaims,
  type VerifiedDevice,
} from '../../electron/omemo/claims.ts';
import * as keys from '../../electron/store/keys.ts';
import { MOST_WAITING, setDecidedAt } from '../../electron/store/trust-claims.ts';
import { readTrustMessage } from '../../electron/xmpp/xep/xep0434.ts';
import { parseXml } from '../support/xml.ts';
import { Device, jid, must, Net } from './people.ts';

const ALICE = jid('alice@example.org');
const BOB = jid('bob@example.com');
const MALLORY = jid('mallory@evil.example');
const key = (seed: number): Uint8Array => Uint8Array.from([5, ...new Uint8Array(32).fill(seed)]);
/** Devices by the names of the text, with their owners and keys. */
const CAST = {
  A1: { address: ALICE, device: 1, identityKey: key(1) },
  A2: { address: ALICE, device: 2, identityKey: key(2) },
  A3: { address: ALICE, device: 3, identityKey: key(3) },
  B1: { address: BOB, device: 1, identityKey: key(11) },
  B2: { address: BOB, device: 2, identityKey: key(12) },
  M: { address: MALLORY, device: 1, identityKey: key(66) },
} satisfies Record<string, VerifiedDevice>;
type Name = keyof typeof CAST;

let device: Device;
beforeEach(() => {
  device = new Device(new Net(), ALICE);
});
afterEach(() => device.close());

/** The device is known with its key, and trusted so far. */
function know(name: Name, trust: keys.Trust = 'undecided'): void {
  const { address, device: number, identityKey } = CAST[name];
  keys.pinDevice(device.database, 1, address, number, { identityKey, trust, at: 0 });
}

const trustOf = (name: Name): string => {
  const { address, device: number } = CAST[name];
  return must(keys.getDevice(device.database, 1, address, number)).trust;
};

/** One device says of another that it is to be trusted, or not. */
function say(speaker: Name, about: Name, isTrusted: boolean, at: number): void {
  const { address, identityKey } = CAST[about];
  const list = [identityKey.subarray(1)];
  const owners = [{ address, trusted: isTrusted ? list : [], distrusted: isTrusted ? [] : list }];
  const message = { usage: 'urn:xmpp:atm:1', encryption: 'urn:xmpp:omemo:2', owners };
  keepClaims(device.database, 1, claimsOf(message, CAST[speaker], ALICE, at));
}
const settle = (): string[] => [...settleClaims(device.database, 1)];
const left = (): number =>
  (device.database.prepare('SELECT count(*) AS count FROM trust_claims').get() as { count: number }).count;

describe('a word', () => {
  it('of an own verified device counts for all keys', () => {
    for (const name of ['A3', 'B1', 'B2'] as const) know(name);
    know('A2', 'verified');
    say('A2', 'A3', true, 1);
    say('A2', 'B1', true, 2);
    say('A2', 'B2', false, 3);
    expect(settle().sort()).toEqual([ALICE, BOB]);
    expect([trustOf('A3'), trustOf('B1'), trustOf('B2')]).toEqual(['verified', 'verified', 'distrusted']);
    expect([settle(), left()]).toEqual([[], 0]);
  });

  it('of a contact counts for their own keys and for nobody else’s', () => {
    for (const name of ['A2', 'A3', 'B2', 'M'] as const) know(name);
    know('B1', 'verified');
    for (const name of ['A2', 'A3', 'B2', 'M'] as const) say('B1', name, true, 1);
    settle();
    expect([trustOf('A2'), trustOf('A3'), trustOf('B2'), trustOf('M')]).toEqual([
      'undecided',
      'undecided',
      'verified',
      'undecided',
    ]);
    expect(left()).toBe(0);
  });

  it('of a stranger, or of a device that nobody verified, counts for nothing until somebody does', () => {
    know('B2');
    for (const trust of ['undecided', 'blind', 'distrusted'] as const) {
      know('B1', trust);
      say('B1', 'B2', true, 1);
      expect([settle(), trustOf('B2')]).toEqual([[], 'undecided']);
    }
    say('M', 'B2', true, 2);
    expect(settle()).toEqual([]);
    keys.setTrust(device.database, 1, BOB, 1, 'verified');
    expect([settle(), trustOf('B2'), left()]).toEqual([[BOB], 'verified', 0]);
  });

  it('of a device counts only with the key under which it was said', () => {
    know('B2');
    know('B1', 'verified');
    const impostor = { ...CAST.B1, identityKey: key(99) };
    const owners = [{ address: BOB, trusted: [CAST.B2.identityKey.subarray(1)], distrusted: [] }];
    const message = { usage: 'urn:xmpp:atm:1', encryption: 'urn:xmpp:omemo:2', owners };
    keepClaims(device.database, 1, claimsOf(message, impostor, ALICE, 1));
    expect([settle(), trustOf('B2')]).toEqual([[], 'undecided']);
  });

  it('about a key that nobody has yet waits for it', () => {
    know('A2', 'verified');
    say('A2', 'B1', true, 1);
    expect([settle(), left()]).toEqual([[], 1]);
    know('B1');
    expect([settle(), trustOf('B1'), left()]).toEqual([[BOB], 'verified', 0]);
  });

  it('makes others believable: a chain is followed to its end, and a circle ends', () => {
    for (const name of ['A2', 'A3', 'B1'] as const) know(name);
    say('A3', 'B1', true, 3);
    say('A2', 'A3', true, 2);
    say('A3', 'A2', true, 1);
    expect(settle()).toEqual([]);
    keys.setTrust(device.database, 1, ALICE, 2, 'verified');
    settle();
    expect([trustOf('A3'), trustOf('B1'), left()]).toEqual(['verified', 'verified', 0]);
  });

  it('counts once, and an older one never undoes a newer decision', () => {
    know('A2', 'verified');
    know('B1');
    say('A2', 'B1', false, 20);
    settle();
    say('A2', 'B1', true, 10); // delivered late, or again
    settle();
    expect(trustOf('B1')).toBe('distrusted');
    say('A2', 'B1', true, 30);
    settle();
    expect(trustOf('B1')).toBe('verified');
    setDecidedAt(device.database, 1, BOB, 1, 50); // a person, here
    keys.setTrust(device.database, 1, BOB, 1, 'distrusted');
    say('A2', 'B1', true, 40);
    settle();
    expect([trustOf('B1'), left()]).toEqual(['distrusted', 0]);
  });

  it('that takes the speaker’s own standing leaves the later words of that speaker aside', () => {
    know('A2', 'verified');
    know('A3', 'verified');
    know('B1');
    say('A2', 'A3', false, 1);
    say('A3', 'B1', true, 2);
    settle();
    expect([trustOf('A3'), trustOf('B1')]).toEqual(['distrusted', 'undecided']);
  });

  it('of another use or encryption is none of ours', () => {
    const owners = [{ address: BOB, trusted: [key(1).subarray(1)], distrusted: [] }];
    const message = { usage: 'urn:xmpp:atm:1', encryption: 'urn:xmpp:omemo:2', owners };
    expect(claimsOf(message, CAST.A2, ALICE, 1)).toHaveLength(1);
    expect(claimsOf({ ...message, usage: 'urn:xmpp:other' }, CAST.A2, ALICE, 1)).toEqual([]);
    expect(claimsOf({ ...message, encryption: 'urn:xmpp:openpgp:0' }, CAST.A2, ALICE, 1)).toEqual([]);
  });

  it('too many: a device fills no disk, and the others are still heard', () => {
    const trusted = Array.from({ length: 4_000 }, (_, i) => {
      const bytes = new Uint8Array(32);
      new DataView(bytes.buffer).setUint32(0, i);
      return bytes;
    });
    const flood = {
      usage: 'urn:xmpp:atm:1',
      encryption: 'urn:xmpp:omemo:2',
      owners: [{ address: MALLORY, trusted, distrusted: [] }],
    };
    keepClaims(device.database, 1, claimsOf(flood, CAST.M, ALICE, 1));
    keepClaims(device.database, 1, claimsOf(flood, CAST.M, ALICE, 2));
    expect(left()).toBe(MOST_WAITING);
    know('A2', 'verified');
    know('B1');
    say('A2', 'B1', true, 1);
    expect(settle()).toEqual([BOB]);
  });
});

describe('what is told about a decision', () => {
  const letters = (about: Name, isTrusted: boolean, ...verified: Name[]) =>
    lettersFor(
      { ...CAST[about], isTrusted },
      verified.map((name) => CAST[name]),
      ALICE,
    ).map(({ recipient, device: only, message }) => {
      const owners = must(readTrustMessage(parseXml(message))).owners;
      const names = (list: readonly Uint8Array[], sign: string): string[] =>
        list.map(
          (each) =>
            sign +
            (Object.entries(CAST).find(
              ([, value]) => Buffer.compare(value.identityKey.subarray(1), each) === 0,
            )?.[0] ?? '?'),
        );
      const said = owners.flatMap(({ trusted, distrusted }) => [
        ...names(trusted, '+'),
        ...names(distrusted, '−'),
      ]);
      return `${recipient}${only === undefined ? '' : `/${String(only)}`} ${said.join(' ')}`;
    });

  it('a contact’s key: our devices learn it, and the contact learns of our devices (examples 1, 2)', () => {
    expect(letters('B1', true, 'A2')).toEqual([`${ALICE} +B1`, `${BOB}/1 +A2`]);
    expect(letters('B1', true)).toEqual([]);
    expect(letters('B2', true, 'A2', 'B1', 'M')).toEqual([`${ALICE} +B2`, `${BOB}/2 +A2`]);
  });

  it('a key of ours: everybody learns it, and it learns of everybody (examples 3 to 5)', () => {
    expect(letters('A3', true, 'A2', 'B1')).toEqual([`${ALICE} +A3`, `${BOB} +A3`, `${ALICE}/3 +A2 +B1`]);
  });

  it('distrust: of our own key all learn, of a contact’s only we (examples 6 to 8)', () => {
    expect(letters('A3', false, 'A2', 'A3', 'B1')).toEqual([`${ALICE} −A3`, `${BOB} −A3`]);
    expect(letters('B1', false, 'A2', 'B1', 'B2')).toEqual([`${ALICE} −B1`]);
  });
});
