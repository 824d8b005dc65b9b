/**
 * R3: the network flaps while people talk. Resets, half-open connections, cuts at a byte, refused connections, answers
 * that are lost, slowness and crumbs; nothing may be lost, doubled or reordered, and short outages resume. What others had
 * the processor for is allowed for: one resumption takes it for 30 ms, and waits for seconds on a machine that is busy.
 */
import { startProsody } from '../../support/prosody.ts';
import { conclude, Device } from '../cast.ts';
import { waitedForProcessor } from '../processor.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

/** Pairs that talk at the same time, each device behind a proxy that flaps on its own. */
const PAIRS = 6;
const MESSAGES_PER_FLAP = 10;
/** How long the network holds between flaps, in milliseconds. */
const SHORTEST_UP = 200;
const LONGEST_UP = 20_000;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Tally {
  done: number;
  resumed: number;
  readonly resync: number[];
  /** What of that was spent waiting for the processor, which others had; this process only, not the server. */
  readonly waited: number[];
  readonly kinds: Record<string, number>;
}

/** Breaks the network of a device in one of the ways and mends it. Returns when it was mended, and how it broke. */
async function flap(device: Device, random: () => number): Promise<{ kind: string; mended: number }> {
  const { proxy } = device;
  const chance = random();
  if (chance < 0.35) {
    proxy.heal(); // of what slowed it
    proxy.drop();
    return { kind: 'reset', mended: Date.now() };
  }
  if (chance < 0.55) {
    proxy.blackhole();
    await pause(random() * 3_000);
    proxy.heal();
    return { kind: 'half-open', mended: Date.now() };
  }
  if (chance < 0.75) {
    proxy.refuse();
    proxy.drop();
    await pause(random() * 3_000);
    proxy.heal();
    device.nudge(); // the operating system says when there is a network again
    return { kind: 'refused', mended: Date.now() };
  }
  if (chance < 0.9) {
    const before = proxy.open();
    proxy.cutAfter(random() < 0.5 ? 'toServer' : 'toClient', Math.floor(random() * 3_000));
    const limit = Date.now() + 3_000;
    while (proxy.open() >= before && Date.now() < limit) await pause(10);
    proxy.heal();
    proxy.drop();
    return { kind: 'cut', mended: Date.now() };
  }
  proxy.deafen();
  await pause(random() * 2_000);
  proxy.heal();
  return { kind: 'deaf', mended: Date.now() };
}

async function run({ count, ...context }: Context): Promise<Result> {
  const { random } = context;
  const pairs = Math.min(PAIRS, Math.max(1, Math.floor(count / 4)));
  const isShort = count < 100;
  const names = Array.from({ length: pairs }, (_, index) => [`a${index}`, `b${index}`] as const);
  const server = await startProsody({
    accounts: names.flat(),
    contacts: names,
    config: 'smacks_hibernation_time = 600',
  });
  const tally: Tally = { done: 0, resumed: 0, resync: [], waited: [], kinds: {} };
  const faults: string[] = [];
  let begun = 0;
  try {
    const talk = async ([one, other]: readonly [string, string], index: number): Promise<Device[]> => {
      const options = { server, context: { ...context, count } };
      const devices = [
        await Device.start({ ...options, name: one, label: one }),
        await Device.start({ ...options, name: other, label: other }),
      ] as const;
      const encryption = index % 2 === 0 ? 'omemo' : 'none';
      await devices[0].open(devices[1].address, encryption);
      await devices[1].open(devices[0].address, encryption);
      const flapping = async (device: Device, peer: Device): Promise<void> => {
        while (begun < count) {
          begun += 1;
          const span = isShort ? 1_000 : LONGEST_UP;
          const up = SHORTEST_UP * (span / SHORTEST_UP) ** random();
          if (random() < 0.2) device.proxy.slow(20 + random() * 180);
          if (random() < 0.2) device.proxy.shred(1 + Math.floor(random() * 700));
          // What is said in this round, at any time of it: half before the flap, half around it.
          const speaking = (async (): Promise<void> => {
            for (let said = 0; said < MESSAGES_PER_FLAP; said += 1) {
              await pause((random() * 2.4 * up) / MESSAGES_PER_FLAP);
              await device.say(peer.address);
            }
          })();
          await pause(up);
          const since = Date.now();
          const { kind, mended } = await flap(device, random);
          const waited = waitedForProcessor();
          context.note('flap', { device: device.options.label, kind });
          try {
            const entry = await device.entered(since);
            await device.online();
            tally.done += 1;
            tally.kinds[kind] = (tally.kinds[kind] ?? 0) + 1;
            if (entry.isResumed) tally.resumed += 1;
            const resync = Math.max(0, Date.now() - mended);
            tally.resync.push(resync);
            tally.waited.push(Math.min(resync, waitedForProcessor() - waited));
          } catch (error) {
            faults.push(`${device.options.label} after ${kind}: ${String(error)}`);
          }
          await speaking;
        }
      };
      await Promise.all([flapping(devices[0], devices[1]), flapping(devices[1], devices[0])]);
      return [...devices];
    };
    // While anybody talks, the server may keep its archive locked.
    for (const devices of await Promise.all(names.map(talk))) {
      faults.push(...(await conclude(server, devices, { ...context, count })));
    }
  } finally {
    await server.stop();
  }
  const share = tally.resumed / tally.done;
  if (tally.done >= 100 && share < 0.99) faults.push(`only ${(share * 100).toFixed(1)} % of outages resumed`);
  const p95 = Math.round(percentile95(tally.resync.map((time, index) => time - (tally.waited[index] ?? 0))));
  if (!isShort && p95 > 1_500) faults.push(`p95 of resync is ${p95} ms, more than 1,500`);
  return {
    tried: tally.done,
    failures: faults,
    figures: {
      messages: begun * MESSAGES_PER_FLAP,
      resumed: `${tally.resumed} of ${tally.done}`,
      'resync p95': `${p95} ms, and ${Math.round(percentile95(tally.resync))} with what others had the processor for`,
      'waited for the processor, p95': `${Math.round(percentile95(tally.waited))} ms`,
      kinds: JSON.stringify(tally.kinds),
    },
  };
}

export const flaps: Row = { name: 'R3', title: 'network flaps', full: 1_000, short: 5, run };
