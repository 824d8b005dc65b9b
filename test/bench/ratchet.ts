/**
 * The ratchet of our own beside libsignal as we harden it, in the older protocol, and alone in urn:xmpp:omemo:2: records
 * in memory, read and written with each message as a database would have it.
 */
import { End, LIBRARY, meet, OURS, OURS_2, type Engine, type Sealed } from '../omemo/ratchet/ends.ts';
import { sampleOf, type Row } from './table.ts';

interface Rates {
  readonly sessions: number[];
  readonly seal: number[];
  readonly open: number[];
  readonly turns: number[];
}

const SECRET = new Uint8Array(32);

const perSecond = (count: number, since: number): number => (count * 1_000) / (performance.now() - since);

async function measure(engine: Engine, count: number, repeats: number): Promise<Rates> {
  const rates: Rates = { sessions: [], seal: [], open: [], turns: [] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const few = Math.ceil(count / 10);
    const [alice, bob] = [new End(engine, 1), new End(engine, 2)];
    const { bundle } = bob;
    let since = performance.now();
    for (let index = 0; index < few; index += 1) {
      alice.record = undefined;
      await alice.begin({ bundle });
      await alice.seal(SECRET);
    }
    rates.sessions.push(perSecond(few, since));

    const [from, to] = await meet(engine);
    const sealed: Sealed[] = [];
    since = performance.now();
    for (let index = 0; index < count; index += 1) sealed.push(await from.seal(SECRET));
    rates.seal.push(perSecond(count, since));
    since = performance.now();
    for (const each of sealed) await to.open(each);
    rates.open.push(perSecond(count, since));
    since = performance.now();
    for (let index = 0; index < few; index += 1) {
      await from.open(await to.seal(SECRET));
      await to.open(await from.seal(SECRET));
    }
    rates.turns.push(perSecond(few, since));
  }
  return rates;
}

export async function measureRatchet({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const [count, repeats] = isShort ? [40, 1] : [900, 5];
  const library = await measure(LIBRARY, count, repeats);
  const ours = await measure(OURS, count, repeats);
  const newer = await measure(OURS_2, count, repeats);
  const beside = (name: string, kind: keyof Rates): Row[] => [
    {
      name: `ratchet, 0.3: ${name}`,
      unit: 'per second',
      ours: sampleOf(ours[kind]),
      floor: { name: 'libsignal, hardened', sample: sampleOf(library[kind]) },
    },
    { name: `ratchet, omemo:2: ${name}`, unit: 'per second', ours: sampleOf(newer[kind]) },
  ];
  return [
    ...beside('sessions begun, with the first message', 'sessions'),
    ...beside('keys sealed', 'seal'),
    ...beside('keys opened', 'open'),
    ...beside('there and back, with two turns', 'turns'),
  ];
}
