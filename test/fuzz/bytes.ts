/** Damaged sessions, case by case: each has a seed of its own, so that it can be repeated alone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { StreamParser, StreamViolation, limitsAfterLogin } from '../../electron/xmpp/transport/parser.ts';
import { compare } from '../support/difference.ts';
import { below, cut, damage, randomDocument } from '../support/documents.ts';
import { seededRandom } from '../support/random.ts';
import { replay, type Outcome, type Scene } from './replay.ts';
import { scenes } from './scenes.ts';

/** Milliseconds that one session may take, and how often a slow one gets another chance: compiling takes time, too. */
const STALL = 50;
const CHANCES = 3;
/** Every so many cases one goes to expat. */
const COMPARED = 100;
const MEGABYTE = 2 ** 20;
/** How far what is held may grow over that of the first cases. */
const GROWTH = 32 * MEGABYTE;

interface Case {
  readonly scene: Scene;
  readonly flights: readonly (readonly Buffer[])[];
  /** The first flight that is damaged. */
  readonly from: number;
}

/** One or two flights of a scene damaged, all of them cut at random. */
function makeCase(random: () => number): Case {
  const scene = scenes[below(random, scenes.length)];
  if (scene === undefined) throw new Error('there is nothing to damage');
  const most = random() < 0.5 ? 1 : 4;
  const hit = new Set(
    random() < 0.5
      ? [below(random, scene.flights.length)]
      : [below(random, scene.flights.length), scene.flights.length - 1],
  );
  return {
    scene,
    from: Math.min(...hit),
    flights: scene.flights.map((flight, index) =>
      cut(random, hit.has(index) ? damage(random, flight, most) : flight),
    ),
  };
}

function timed({ scene, flights, from }: Case): { outcome: Outcome; milliseconds: number } {
  // The time of this thread: the machine is shared, and what others take is no stall of ours.
  const since = process.threadCpuUsage();
  const outcome = replay(scene, flights, from);
  const { user, system } = process.threadCpuUsage(since);
  return { outcome, milliseconds: (user + system) / 1_000 };
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** The only case to run. */
  readonly only?: number;
}

const OPEN = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const attributes = Array.from({ length: 1_000_000 }, (_value, index) => `a${index}=''`).join(' ');
/** What shall take long, and does not (H50, H51). */
const BOMBS: readonly string[] = [
  `${OPEN}${'<a>'.repeat(37_000)}`,
  `${OPEN}<a ${attributes}/>`,
  `${OPEN}<a>${'<b/>'.repeat(100_000)}</a>`,
  `${OPEN}<a>${'x'.repeat(64 * MEGABYTE)}</a>`,
  `${OPEN}<a>${'&amp;'.repeat(MEGABYTE)}</a>`,
  `${OPEN}<a>${']'.repeat(MEGABYTE)}</a>`,
  `${OPEN}<a b='${'"'.repeat(MEGABYTE)}'/>`,
  `${OPEN}<a>${'<![CDATA[]]>'.repeat(100_000)}</a>`,
  `${OPEN}<a${' '.repeat(MEGABYTE)}/>`,
  `${OPEN}<a>&#${'0'.repeat(MEGABYTE)}65;</a>`,
  `${OPEN}<${'a'.repeat(MEGABYTE)}/>`,
  `${OPEN}<a>${'é日😀'.repeat(MEGABYTE / 4)}`,
];

/** Bombs in pieces of three sizes; no single piece may stall. @returns the longest that one took, in milliseconds */
function defuse(): number {
  let slowest = 0;
  for (const [index, bomb] of BOMBS.entries()) {
    const bytes = Buffer.from(bomb);
    for (const size of [7, 1_400, 65_536]) {
      const parser = new StreamParser(
        { start: () => undefined, element: () => undefined, end: () => undefined },
        limitsAfterLogin,
      );
      try {
        for (let at = 0; at < bytes.length; at += size) {
          const since = process.threadCpuUsage();
          parser.write(bytes.subarray(at, at + size));
          const { user, system } = process.threadCpuUsage(since);
          slowest = Math.max(slowest, (user + system) / 1_000);
          if (slowest > STALL) throw new Error(`bomb ${index} in pieces of ${size} stalls for ${slowest} ms`);
        }
        throw new Error(`bomb ${index} in pieces of ${size} goes in`);
      } catch (error) {
        if (!(error instanceof StreamViolation)) throw error;
      }
    }
  }
  return slowest;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are in use; what a process occupies says more about when its garbage was last collected. */
function heldMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @throws at the first case that does anything else than it should, with all that repeats it */
export async function fuzzBytes({ seed, runs, only }: FuzzOptions): Promise<void> {
  // Undamaged they go well, or the damage would prove little.
  for (const scene of scenes) {
    const { end } = replay(
      scene,
      scene.flights.map((flight) => [flight]),
    );
    if (end !== scene.end) throw new Error(`${scene.name} ends with ${end}`);
  }
  console.log(`${BOMBS.length} bombs: ${defuse().toFixed(1)} ms for a piece at most`);
  const ends = new Map<string, number>();
  let [elements, slowest, compared, first, most] = [0, 0, 0, 0, 0];
  const begun = performance.now();
  for (let index = only ?? 0; index < (only === undefined ? runs : only + 1); index += 1) {
    const random = seededRandom(Math.imul(seed ^ index, 0x9e37_79b1) ^ index);
    const made = makeCase(random);
    try {
      const { outcome, milliseconds: atOnce } = timed(made);
      let milliseconds = atOnce;
      for (let chance = 0; milliseconds > STALL && chance < CHANCES; chance += 1) {
        milliseconds = Math.min(milliseconds, timed(made).milliseconds);
      }
      if (milliseconds > STALL) throw new Error(`it took ${milliseconds} ms`);
      elements += outcome.elements;
      slowest = Math.max(slowest, milliseconds);
      ends.set(outcome.end, (ends.get(outcome.end) ?? 0) + 1);
      if (index % COMPARED === 0) {
        compared += 1;
        const { difference } = compare(cut(random, damage(random, randomDocument(random), 4)));
        if (difference !== undefined) throw new Error(difference);
      }
    } catch (error) {
      console.error(`--seed=${seed} --case=${index}, ${made.scene.name}:`);
      console.error(JSON.stringify(made.flights.map((flight) => Buffer.concat(flight).toString('latin1'))));
      throw error;
    }
    // What was promised and called off goes only when the event loop turns.
    if (index % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (index % 10_000 === 0) {
      const held = heldMemory();
      if (index === 20_000) first = held;
      most = Math.max(most, held);
      if (first > 0 && held > first + GROWTH) throw new Error(`memory grew from ${first} to ${held} bytes`);
      if (index > 0 && index % 500_000 === 0) console.log(`${index} of ${runs}, seed ${seed}`);
    }
  }
  const share = [...ends].sort(([, a], [, b]) => b - a).map(([end, count]) => `${end}: ${count}`);
  console.log(
    `${only === undefined ? runs : 1} damaged sessions (seed ${seed}): ${elements} elements read, nothing else thrown\n` +
      `slowest ${slowest.toFixed(1)} ms; ${Math.round(most / MEGABYTE)} MiB held at most; ${compared} documents compared with expat, no difference; ` +
      `${((performance.now() - begun) / 1000).toFixed(0)} s\n${share.join(', ')}`,
  );
}
