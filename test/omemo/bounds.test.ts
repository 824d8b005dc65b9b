/** What a session may grow to, and what it forgets: a long talk, long gaps, many sessions. */
import { describe, expect, it } from 'vitest';
import { generateKeyPair, generateSigningPair, signWithSeed } from '../../electron/omemo/curve.ts';
import { beginSession, openKey, sealKey, type Identity, type PrekeySource } from './libsignal/sessions.ts';
import type { Bundle } from '../../electron/xmpp/xep/xep0384.ts';
import { runs } from '../support/runs.ts';
import { must } from './people.ts';

const ALICE = { address: 'alice@wonderland.example', device: 1 };
const BOB = { address: 'bob@builders.example', device: 2 };
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index);

interface Sealed {
  readonly body: Uint8Array;
  readonly isPrekey: boolean;
}

/** Two ends of sessions without database or network. */
function pair(): {
  seal: (who: 'alice' | 'bob') => Promise<Sealed>;
  open: (who: 'alice' | 'bob', sealed: Sealed) => Promise<Uint8Array>;
  begin: () => Promise<void>;
  records: Record<'alice' | 'bob', string | undefined>;
} {
  const make = (device: number): Identity => ({ device, ...generateSigningPair() });
  const identities = { alice: make(1), bob: make(2) };
  const records: Record<'alice' | 'bob', string | undefined> = { alice: undefined, bob: undefined };
  const signed = generateKeyPair();
  const prekeys = new Map([...Array(200).keys()].map((id) => [id + 1, generateKeyPair()]));
  const source: PrekeySource = { prekey: (id) => prekeys.get(id), signedPrekey: () => signed };
  const bundle: Bundle = {
    identityKey: identities.bob.publicKey,
    signedPreKey: {
      id: 1,
      publicKey: signed.publicKey,
      signature: signWithSeed(identities.bob.seed, signed.publicKey),
    },
    preKeys: [...prekeys].map(([id, { publicKey }]) => ({ id, publicKey })),
  };
  const peerOf = (who: 'alice' | 'bob'): typeof ALICE => (who === 'alice' ? BOB : ALICE);
  let next = 0;
  return {
    records,
    async begin() {
      records.alice = await beginSession(
        identities.alice,
        BOB,
        records.alice,
        bundle,
        must(bundle.preKeys[next++]),
      );
    },
    async seal(who) {
      const sealed = await sealKey(identities[who], peerOf(who), records[who] ?? '', SECRET);
      records[who] = sealed.record;
      return sealed;
    },
    async open(who, sealed) {
      const opened = await openKey(identities[who], peerOf(who), records[who], sealed, source);
      if (opened.usedPrekey !== undefined) prekeys.delete(opened.usedPrekey);
      records[who] = opened.record;
      return opened.plaintext;
    },
  };
}

function skippedKeys(record: string | undefined): number {
  const { sessions } = JSON.parse(record ?? '') as {
    sessions: Record<string, { chains: Record<string, { messageKeys: object }> }>;
  };
  return Object.values(sessions)
    .flatMap(({ chains }) => Object.values(chains))
    .reduce((sum, { messageKeys }) => sum + Object.keys(messageKeys).length, 0);
}

describe('a record', () => {
  // Without the bound, 300 turns make a record of 17 kB and more.
  it('stays below 4 kB, however long the talk', async () => {
    const { begin, seal, open, records } = pair();
    await begin();
    let largest = 0;
    for (let turn = 0; turn < runs(150, 1_000); turn++) {
      expect(await open('bob', await seal('alice'))).toEqual(SECRET);
      expect(await open('alice', await seal('bob'))).toEqual(SECRET);
      largest = Math.max(largest, must(records.alice).length, must(records.bob).length);
    }
    expect(largest).toBeLessThan(4_000); // ten old chains; the original keeps a thousand
  }, 120_000);

  it('holds at most twenty closed sessions and the open one, however many are begun', async () => {
    const { begin, seal, open, records } = pair();
    for (let count = 0; count < 40; count++) {
      await begin();
      expect(await open('bob', await seal('alice'))).toEqual(SECRET);
      await new Promise((resolve) => setTimeout(resolve, 2)); // sessions are closed in the order of the clock
    }
    for (const record of [records.alice, records.bob]) {
      expect(Object.keys((JSON.parse(must(record)) as { sessions: object }).sessions)).toHaveLength(21);
    }
    expect(await open('alice', await seal('bob'))).toEqual(SECRET);
  });
});

describe('a gap', () => {
  it('of 1,000 messages is bridged, one more is refused without work', async () => {
    const { begin, seal, open, records } = pair();
    await begin();
    const sent = [];
    for (let count = 0; count <= 1_001; count++) sent.push(await seal('alice'));
    const before = process.cpuUsage();
    await expect(open('bob', must(sent[1_001]))).rejects.toMatchObject({ reason: 'no-session' });
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    expect(records.bob).toBeUndefined();
    expect(await open('bob', must(sent[1_000]))).toEqual(SECRET);
    expect(skippedKeys(records.bob)).toBe(1_000);
    expect(await open('bob', must(sent[0]))).toEqual(SECRET);
    expect(await open('bob', must(sent[500]))).toEqual(SECRET);
    await expect(open('bob', must(sent[500]))).rejects.toMatchObject({ reason: 'duplicate' });
    expect(skippedKeys(records.bob)).toBe(998);
  });

  it('after another one pushes out the oldest keys: never more than 1,000 for a session', async () => {
    const { begin, seal, open, records } = pair();
    await begin();
    expect(await open('bob', await seal('alice'))).toEqual(SECRET);
    const old = [];
    for (let turn = 0; turn < 3; turn++) {
      const chain = [];
      for (let count = 0; count < 600; count++) chain.push(await seal('alice'));
      expect(await open('bob', must(chain.at(-1)))).toEqual(SECRET);
      expect(skippedKeys(records.bob)).toBeLessThanOrEqual(1_000);
      expect(await open('alice', await seal('bob'))).toEqual(SECRET);
      old.push(chain);
    }
    expect(skippedKeys(records.bob)).toBe(1_000);
    expect(await open('bob', must(old[2]?.[0]))).toEqual(SECRET);
    expect(await open('bob', must(old[1]?.[598]))).toEqual(SECRET);
    await expect(open('bob', must(old[0]?.[0]))).rejects.toThrow();
    expect(await open('bob', await seal('alice'))).toEqual(SECRET);
  }, 120_000);

  it('in a chain that is long past can still be filled: keys outlive their chain', async () => {
    const { begin, seal, open } = pair();
    await begin();
    const held = await seal('alice');
    expect(await open('bob', await seal('alice'))).toEqual(SECRET);
    for (let turn = 0; turn < 30; turn++) {
      expect(await open('alice', await seal('bob'))).toEqual(SECRET);
      expect(await open('bob', await seal('alice'))).toEqual(SECRET);
    }
    expect(await open('bob', held)).toEqual(SECRET);
  });
});

describe('a counter', () => {
  it.each([1_500, 10 ** 6, 2 ** 32 - 1])('of %d is refused at once', async (counter) => {
    const { begin, seal, open } = pair();
    await begin();
    expect(await open('bob', await seal('alice'))).toEqual(SECRET);
    expect(await open('alice', await seal('bob'))).toEqual(SECRET);
    const { body, isPrekey } = await seal('alice');
    expect(isPrekey).toBe(false);
    // 0x33, field 1 (key, 35 bytes), then field 2: the counter, here 0.
    expect([...body.subarray(36, 38)]).toEqual([0x10, 0]);
    const varint = [];
    for (let rest = counter; ; rest = Math.floor(rest / 128)) {
      varint.push((rest % 128) | (rest >= 128 ? 128 : 0));
      if (rest < 128) break;
    }
    const jumped = Uint8Array.of(...body.subarray(0, 37), ...varint, ...body.subarray(38));
    const before = process.cpuUsage();
    await expect(open('bob', { body: jumped, isPrekey })).rejects.toMatchObject({ reason: 'no-session' });
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    expect(await open('bob', { body, isPrekey })).toEqual(SECRET);
  });
});

describe('an initial message', () => {
  it('that names another sender for a session that is known is refused, however true its code', async () => {
    const { begin, seal, open } = pair();
    await begin();
    expect(await open('bob', await seal('alice'))).toEqual(SECRET);
    const { body, isPrekey } = await seal('alice');
    // The identity key is field 3 (0x1a, 33 bytes); the session is found by the base key, field 2.
    const at = body.indexOf(0x1a, 40) + 2;
    expect([isPrekey, ...body.subarray(at - 2, at + 1)]).toEqual([true, 0x1a, 33, 5]);
    const other = generateKeyPair().publicKey;
    const renamed = Uint8Array.of(...body.subarray(0, at), ...other, ...body.subarray(at + 33));
    await expect(open('bob', { body: renamed, isPrekey })).rejects.toMatchObject({ reason: 'forged' });
    expect(await open('bob', { body, isPrekey })).toEqual(SECRET);
  });
});
