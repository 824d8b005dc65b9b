/**
 * R5: the server received a message, and its acknowledgement was lost. However often that happens, the receiver's
 * archive has the message once, and so has the sender: on streams that resume, and on streams that cannot.
 */
import { startProsody } from '../../support/prosody.ts';
import { eventually } from '../../support/people.ts';
import { conclude, Device, settle } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

/** Seconds for which a stream can be resumed; with none, the server has forgotten it after FORGETTING milliseconds. */
const RESUMABLE = [600, 0];
const FORGETTING = 1_600;
const PAIRS_OF_EACH = 3;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const faults: string[] = [];
  const figures: Record<string, number> = {};
  let tried = 0;
  const town = async (resumable: number): Promise<void> => {
    const pairs = context.count < 20 ? 1 : PAIRS_OF_EACH;
    const names = Array.from({ length: pairs }, (_, index) => [`a${index}`, `b${index}`] as const);
    const config = `smacks_hibernation_time = ${resumable}`;
    const server = await startProsody({ accounts: names.flat(), contacts: names, config });
    const talk = async ([one, other]: readonly [string, string], index: number): Promise<void> => {
      const place = { server, context };
      const speaker = await Device.start({ ...place, name: one, label: `${one}.${resumable}` });
      const hearer = await Device.start({ ...place, name: other, label: `${other}.${resumable}` });
      const encryption = index % 2 === 0 ? 'omemo' : 'none';
      await speaker.open(hearer.address, encryption);
      await hearer.open(speaker.address, encryption);
      // The keys have to be there before the first answer is lost.
      await speaker.say(hearer.address);
      await hearer.say(speaker.address);
      await settle([speaker, hearer]);
      const cycles = Math.ceil(context.count / RESUMABLE.length / pairs);
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        speaker.proxy.deafen();
        const texts: string[] = [];
        for (let left = 1 + Math.floor(context.random() * 3); left > 0; left -= 1) {
          texts.push(await speaker.say(hearer.address));
        }
        const last = texts.at(-1);
        await eventually(
          () => Promise.resolve(hearer.mirror.chatWith(speaker.address)?.last?.text === last),
          `the server received ${last ?? ''}`,
        );
        const since = Date.now();
        speaker.proxy.refuse();
        speaker.proxy.drop();
        await speaker.mirror.until(() => speaker.mirror.account().state !== 'online', 'closed');
        if (resumable === 0) await pause(FORGETTING);
        speaker.proxy.heal();
        speaker.nudge();
        const { isResumed } = await speaker.entered(since);
        await speaker.online();
        if (isResumed !== resumable > 0) faults.push(`${one}: isResumed is ${isResumed} with ${resumable} s`);
        tried += 1;
        const kind = isResumed ? 'resumed' : 'bound anew';
        figures[kind] = (figures[kind] ?? 0) + 1;
      }
      faults.push(...(await conclude(server, [speaker, hearer], context)));
    };
    try {
      await Promise.all(names.map(talk));
    } finally {
      await server.stop();
    }
  };
  await Promise.all(RESUMABLE.map(town));
  return { tried, failures: faults, figures };
}

export const acknowledgements: Row = {
  name: 'R5',
  title: 'lost acknowledgements',
  full: 500,
  short: 6,
  run,
};
