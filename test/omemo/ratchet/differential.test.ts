/** The ratchet of our own against libsignal, in the older protocol: each at both ends of talks over bad roads. */
import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../support/random.ts';
import { End, LIBRARY, meet, OURS, OURS_2, type Engine } from './ends.ts';
import { talk, type Road } from './talk.ts';

/** Another one with every run; print it, so that a failure can be run again. */
const seed = Number(process.env['RATCHET_SEED'] ?? randomInt(2 ** 32));
console.log(`ratchet: seed ${seed} (RATCHET_SEED)`);

const smooth: Road = { messages: 150, loss: 0, repetition: 0.1, underWay: 0, restart: 0 };
const bad: Road = { messages: 250, loss: 0.1, repetition: 0.2, underWay: 6, restart: 0 };
const torn: Road = { messages: 150, loss: 0.1, repetition: 0.1, underWay: 4, restart: 0.06 };

const pairs: readonly { readonly first: Engine; readonly second: Engine }[] = [
  { first: OURS, second: LIBRARY },
  { first: LIBRARY, second: OURS },
  { first: OURS, second: OURS },
  { first: OURS_2, second: OURS_2 },
];

describe.each(pairs)('$first.name with $second.name', ({ first, second }) => {
  it.each([
    ['on a smooth road', smooth],
    ['with losses, repetitions and any order', bad],
    ['with sessions begun from both sides at any time', torn],
  ])('%s', async (_name, road) => {
    const told = await talk([new End(first, 1), new End(second, 2)], seededRandom(seed), road);
    expect(told.opened + told.lost).toBe(road.messages);
    expect(told.opened).toBeGreaterThan(road.messages * 0.7);
    expect(told.repeated).toBeGreaterThan(0);
  });

  it('when both begin at once', async () => {
    const [a, b] = [new End(first, 1), new End(second, 2)];
    await a.begin(b);
    await b.begin(a);
    const [fromA, fromB] = [await a.seal(Uint8Array.of(1)), await b.seal(Uint8Array.of(2))];
    expect([fromA.isPrekey, fromB.isPrekey]).toEqual([true, true]);
    expect([await b.open(fromA), await a.open(fromB)]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    for (let round = 0; round < 4; round += 1) {
      // They cross again; then one after the other.
      const [there, back] = [await a.seal(Uint8Array.of(3)), await b.seal(Uint8Array.of(4))];
      expect([there.isPrekey, back.isPrekey]).toEqual([false, false]);
      expect([await b.open(there), await a.open(back)]).toEqual([Uint8Array.of(3), Uint8Array.of(4)]);
      expect(await b.open(await a.seal(Uint8Array.of(5)))).toEqual(Uint8Array.of(5));
      expect(await a.open(await b.seal(Uint8Array.of(6)))).toEqual(Uint8Array.of(6));
    }
    expect([a.partner, b.partner]).toEqual([b.identity.publicKey, a.identity.publicKey]);
  });

  it('asks for an answer while a session is new, and when a chain grows long', async () => {
    const [a, b] = [new End(first, 1), new End(second, 2)];
    await a.begin(b);
    await b.open(await a.seal(Uint8Array.of(1)));
    expect(b.needsAnswer).toBe(true);
    await b.open(await a.seal(Uint8Array.of(2)));
    expect(b.needsAnswer).toBe(true);
    await a.open(await b.seal(Uint8Array.of(3)));
    expect(a.needsAnswer).toBe(false);
    const asked: number[] = [];
    for (let counter = 0; counter < 60; counter += 1) {
      await b.open(await a.seal(Uint8Array.of(4)));
      if (b.needsAnswer) asked.push(counter);
    }
    expect(asked).toEqual([53]);
    await a.open(await b.seal(Uint8Array.of(5)));
    await b.open(await a.seal(Uint8Array.of(6)));
    expect(b.needsAnswer).toBe(false);
  });
});

describe('a session of the library', () => {
  it.each([
    ['on a smooth road', { ...smooth, messages: 60 }],
    ['with sessions begun from both sides', { ...torn, messages: 80 }],
  ])('goes on with our ratchet at either end %s', async (_name, road) => {
    const random = seededRandom(seed);
    const ends = [new End(LIBRARY, 1, 60), new End(LIBRARY, 2, 60)] as const;
    await talk([...ends], random, road);
    ends[0].engine = OURS;
    await talk([...ends], random, road);
    ends[1].engine = OURS;
    await talk([...ends], random, road);
    expect(ends.map(({ record }) => record?.startsWith('{'))).toEqual([false, false]);
  });

  it('that is not confirmed stays a prekey message, and what was skipped can still be read', async () => {
    const [a, b] = [new End(LIBRARY, 1), new End(LIBRARY, 2)];
    await a.begin(b);
    const sent = [
      await a.seal(Uint8Array.of(0)),
      await a.seal(Uint8Array.of(1)),
      await a.seal(Uint8Array.of(2)),
    ];
    expect(await b.open(sent[2] ?? (await a.seal(Uint8Array.of())))).toEqual(Uint8Array.of(2));
    [a.engine, b.engine] = [OURS, OURS];
    const more = await a.seal(Uint8Array.of(3));
    expect(more.isPrekey).toBe(true);
    expect(await b.open(more)).toEqual(Uint8Array.of(3));
    expect(await a.open(await b.seal(Uint8Array.of(9)))).toEqual(Uint8Array.of(9));
    for (const index of [1, 0]) expect(await b.open(sent[index] ?? more)).toEqual(Uint8Array.of(index));
    for (const sealed of sent) {
      await expect(async () => b.open(sealed)).rejects.toMatchObject({ reason: 'duplicate' });
    }
  });

  it('says whom it is with before it is opened by us', async () => {
    const [a, b] = await meet(LIBRARY);
    a.engine = OURS;
    expect(await b.open(await a.seal(Uint8Array.of(1)))).toEqual(Uint8Array.of(1));
    expect(b.partner).toEqual(a.identity.publicKey);
  });
});
