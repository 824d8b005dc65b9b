/**
 * R17: a clock that is wrong by a day or by ten years, or is set while the program runs. Two people take turns, so that
 * the order of everything is known; the one whose clock is wrong is away now and then, and hears the rest from the archive.
 */
import { startProsody } from '../../support/prosody.ts';
import { conclude, Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

const DAY = 86_400_000;
const SHIFTS = {
  'a day ahead': DAY,
  'a day behind': -DAY,
  'ten years ahead': 3_652 * DAY,
  'ten years behind': -3_652 * DAY,
};
/** Turns of each side before and after the clock is set. */
const TURNS = 4;

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const server = await startProsody({
    accounts: ['lost', 'sound'],
    contacts: [['lost', 'sound']],
    modules: ['time'],
  });
  const kinds: Record<string, number> = {};
  const faults: string[] = [];
  let shift = 0;
  try {
    const now = (): number => Date.now() + shift;
    const lost = await Device.start({ server, context, name: 'lost', label: 'lost', now });
    const second = await Device.start({ server, context, name: 'lost', label: 'second' });
    const sound = await Device.start({ server, context, name: 'sound', label: 'sound' });
    for (const device of [lost, second]) await device.open(sound.address, 'omemo');
    await sound.open(lost.address, 'omemo');
    const all: string[] = [];
    const hears = async (device: Device, peer: string, text: string): Promise<void> => {
      await device.mirror.until(
        () => device.mirror.chatWith(peer)?.last?.text === text,
        `${device.options.label} hears ${text}`,
      );
    };
    const say = async (from: Device, to: Device, isHeard = true): Promise<void> => {
      const text = await from.say(to.address);
      all.push(text);
      await hears(second, sound.address, text);
      if (isHeard) await hears(to, from.address, text);
    };
    const takeTurns = async (): Promise<void> => {
      for (let turn = 0; turn < TURNS; turn += 1) {
        await say(sound, lost);
        await say(lost, sound);
      }
    };
    const choose = (): [string, number] =>
      Object.entries(SHIFTS)[Math.floor(random() * Object.keys(SHIFTS).length)] ?? ['', 0];
    for (let round = 0; round < count; round += 1) {
      const [name, ahead] = choose();
      const isSetWhileItRuns = random() < 0.5;
      const kind = `${name}, ${isSetWhileItRuns ? 'set while it runs' : 'from the start'}`;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      context.note('clock', { kind });
      if (isSetWhileItRuns) {
        await takeTurns();
        shift = ahead;
        await takeTurns();
      }
      await lost.stop();
      shift = ahead;
      for (let turn = 0; turn < TURNS; turn += 1) await say(sound, lost, false);
      await lost.boot();
      await lost.online();
      await takeTurns();
      if (random() < 0.5) shift = 0; // somebody put it right
      await takeTurns();
    }
    for (const device of [lost, second]) {
      const texts = (await device.heard(sound.address)).map(({ text }) => text);
      const wrong = all.findIndex((text, index) => texts[index] !== text);
      if (wrong >= 0 || texts.length !== all.length) {
        faults.push(
          `${device.options.label}: ${texts[wrong] ?? 'nothing'} where ${all[wrong] ?? 'nothing'} belongs`,
        );
      }
    }
    faults.push(...(await conclude(server, [lost, second, sound], context)));
    return {
      tried: count,
      failures: faults,
      figures: { messages: all.length, kinds: JSON.stringify(kinds) },
    };
  } finally {
    await server.stop();
  }
}

export const clocks: Row = { name: 'R17', title: 'a clock that is wrong', full: 60, short: 2, run };
