/**
 * R2: what a person said and saw in the window is never lost: the engine is killed within 200 milliseconds after it
 * showed a message, and has it when it starts again, and so has who it was said to, once and in order. Most of the time
 * the server can be reached; sometimes it cannot, and the message waits.
 */
import { startProsody } from '../../support/prosody.ts';
import { compare, conclude, Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

/** How many are said before each kill, at the most. */
const BURST = 20;
/** Within so many milliseconds after the last one was shown it dies. */
const LATEST = 200;
const OFFLINE = 0.15;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const faults: string[] = [];
  const figures = { kills: 0, 'killed while offline': 0, 'died while it was told': 0 };
  const server = await startProsody({
    accounts: ['speaker', 'bob', 'carol'],
    contacts: [
      ['speaker', 'bob'],
      ['speaker', 'carol'],
    ],
  });
  let shown = 0;
  try {
    const place = { server, context };
    const speaker = await Device.start({ ...place, name: 'speaker', label: 'speaker', isForked: true });
    const bob = await Device.start({ ...place, name: 'bob', label: 'bob' });
    const carol = await Device.start({ ...place, name: 'carol', label: 'carol' });
    await bob.open(speaker.address, 'omemo');
    await carol.open(speaker.address, 'none');
    await speaker.open(bob.address, 'omemo');
    await speaker.open(carol.address, 'none');
    while (shown < count) {
      const isOffline = random() < OFFLINE;
      if (isOffline) {
        speaker.proxy.refuse();
        speaker.proxy.drop();
      }
      const before = speaker.said.length;
      const burst = Math.min(1 + Math.floor(random() * BURST), count - shown);
      // One after the other, or all at once, as fingers and programs do.
      const isRush = random() < 0.5;
      for (let said = 0; said < burst; said += 1) {
        const saying = speaker.say((random() < 0.5 ? bob : carol).address);
        if (!isRush || said === burst - 1) await saying;
      }
      await pause(random() * LATEST);
      await speaker.stop();
      figures.kills += 1;
      if (isOffline) figures['killed while offline'] += 1;
      context.note('killed', { burst, isOffline });
      await speaker.boot();
      for (const peer of [bob, carol]) {
        const sure = speaker.said.filter(({ isSure, to }) => isSure && to === peer.address);
        const maybe = speaker.said.filter(({ isSure, to }) => !isSure && to === peer.address);
        const held = (await speaker.heard(peer.address)).map(({ text }) => text);
        const unsure = new Set(maybe.map(({ text }) => text));
        faults.push(
          ...compare(
            `after kill ${figures.kills}, with ${peer.options.label}`,
            sure.map(({ text }) => text),
            held.filter((text) => !unsure.has(text)),
          ),
        );
      }
      const latest = speaker.said.slice(before);
      shown += latest.filter(({ isSure }) => isSure).length;
      figures['died while it was told'] += latest.filter(({ isSure }) => !isSure).length;
      if (isOffline) {
        speaker.proxy.heal();
        speaker.nudge();
      }
      if (random() < 0.5) await speaker.online();
    }
    faults.push(...(await conclude(server, [speaker, bob, carol], context)));
  } finally {
    await server.stop();
  }
  return { tried: shown, failures: faults, figures };
}

export const outgoing: Row = { name: 'R2', title: 'killed after it was shown', full: 2_000, short: 16, run };
