/**
 * R14: the machine sleeps: the process stands still while the world goes on, and is told when it wakes up. The stream
 * lives on, was closed by the server, or leads nowhere; the others notice nothing of it in their contact lists.
 * WAXWING_SLEEP is the longest sleep in seconds, 30 when it is absent.
 */
import { startProsody } from '../../support/prosody.ts';
import { conclude, Device } from '../cast.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

const SLEEPERS = 5;
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const isShort = count < 20;
  /** Milliseconds. */
  const longestOf = Number(process.env['WAXWING_SLEEP'] ?? 30) * 1_000;
  const [shortest, longest] = isShort ? [500, 2_000] : [longestOf / 3, longestOf];
  const sleepers = isShort ? 2 : SLEEPERS;
  const names = Array.from({ length: sleepers }, (_, index) => [`s${index}`, `w${index}`] as const);
  // The server gives up on a silent client while that still sleeps, so that this is seen as well.
  const config = `smacks_hibernation_time = 600; smacks_max_ack_wait = 8`;
  const server = await startProsody({ accounts: names.flat(), contacts: names, config });
  const faults: string[] = [];
  const kinds: Record<string, number> = {};
  const back: number[] = [];
  let begun = 0;
  let flapped = 0;
  const live = async ([one, other]: readonly [string, string]): Promise<void> => {
    const sleeper = await Device.start({ server, context, name: one, label: one, isForked: true });
    const witness = await Device.start({ server, context, name: other, label: other });
    await sleeper.open(witness.address, 'omemo');
    await witness.open(sleeper.address, 'omemo');
    const isThere = (): boolean => witness.mirror.contacts.get(sleeper.address)?.availability === 'online';
    await witness.mirror.until(isThere, 'the sleeper is there');
    const unwatch = witness.mirror.port.onChange(() => {
      if (!isThere()) {
        flapped += 1;
        context.note('absent', { sleeper: one });
      }
    });
    const { pid } = sleeper.fork;
    while (begun < count) {
      begun += 1;
      const kind = ['lives', 'reset', 'nowhere'][Math.floor(random() * 3)] ?? '';
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      await sleeper.say(witness.address);
      await pause(random() * 500);
      process.kill(pid, 'SIGSTOP');
      await pause(200);
      if (kind === 'reset') sleeper.proxy.drop();
      if (kind === 'nowhere') sleeper.proxy.strand();
      const asleep = shortest + random() * (longest - shortest);
      const half = pause(asleep / 2);
      for (let said = 0; said < 3; said += 1) await witness.say(sleeper.address);
      await half;
      const last = await witness.say(sleeper.address);
      await pause(asleep / 2);
      context.note('wake', { sleeper: one, kind, asleep: Math.round(asleep) });
      const woke = Date.now();
      process.kill(pid, 'SIGCONT');
      sleeper.nudge('wake');
      await sleeper.mirror.until(
        () => sleeper.mirror.chatWith(witness.address)?.last?.text === last,
        `${one}, ${kind}: what was said meanwhile`,
        60_000,
      );
      back.push(Date.now() - woke);
      await sleeper.online();
    }
    unwatch();
    faults.push(...(await conclude(server, [sleeper, witness], context)));
  };
  try {
    await Promise.all(names.map(live));
  } finally {
    await server.stop();
  }
  const p95 = percentile95(back);
  if (flapped > 0) faults.push(`presence flapped ${flapped} times`);
  if (!isShort && p95 > 2_000) faults.push(`p95 of coming back is ${p95} ms, more than 2,000`);
  return {
    tried: back.length,
    failures: faults,
    figures: {
      'asleep for': `${shortest / 1_000}–${longest / 1_000} s`,
      'back within, p95': `${p95} ms`,
      'presence flapped': flapped,
      kinds: JSON.stringify(kinds),
    },
  };
}

export const sleep: Row = { name: 'R14', title: 'sleep and wake', full: 100, short: 2, run };
