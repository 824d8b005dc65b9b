/**
 * R1: killed while it talks, at a random moment or at a step of its unit of work. Half of what is said is encrypted; the
 * account has two more devices, which are never killed and have to hold the same.
 */
import { eventually } from '../../support/people.ts';
import { startProsody } from '../../support/prosody.ts';
import { conclude, Device } from '../cast.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

const STEPS = [
  ...['received', 'unwrapped', 'decrypted', 'before-commit', 'applied', 'after-commit', 'acknowledged'],
  ...['composed', 'before-send', 'sent'],
];
/** Messages around each kill: of each of the two who speak to it, and of its own to each. */
const MESSAGES = 25;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const isShort = count < 20;
  const server = await startProsody({
    accounts: ['victim', 'bob', 'carol'],
    contacts: [
      ['victim', 'bob'],
      ['victim', 'carol'],
    ],
  });
  const kinds: Record<string, number> = {};
  const ready: number[] = [];
  try {
    const place = { server, context };
    const victim = await Device.start({ ...place, name: 'victim', label: 'victim', isForked: true });
    const others = [];
    for (let number = 2; number <= (isShort ? 2 : 3); number += 1) {
      others.push(await Device.start({ ...place, name: 'victim', label: `victim${number}` }));
    }
    const bob = await Device.start({ ...place, name: 'bob', label: 'bob' });
    const carol = await Device.start({ ...place, name: 'carol', label: 'carol' });
    for (const device of [victim, ...others]) {
      await device.open(bob.address, 'omemo');
      await device.open(carol.address, 'none');
    }
    await bob.open(victim.address, 'omemo');
    await carol.open(victim.address, 'none');
    for (const device of [bob, victim]) {
      await eventually(async () => {
        const chat = [...device.mirror.chats.values()].find(({ encryption }) => encryption === 'omemo');
        const { devices = [] } =
          chat === undefined ? {} : await device.mirror.call('chats.devices', { chat: chat.id });
        return devices.filter(({ address }) => address === victim.address).length > others.length;
      }, `${device.options.label} knows all devices`);
    }
    for (let kill = 0; kill < count; kill += 1) {
      const step = random() < 0.5 ? STEPS[Math.floor(random() * STEPS.length)] : undefined;
      if (step !== undefined) victim.fork.killAt(`${step}:${1 + Math.floor(random() * 20)}`);
      const life = victim.fork;
      const talk = Promise.all([
        ...[bob, carol].map(async (speaker) => {
          for (let said = 0; said < MESSAGES; said += 1) await speaker.say(victim.address);
        }),
        ...[bob, carol].map(async (hearer) => {
          for (let said = 0; said < MESSAGES && !life.isGone(); said += 1) await victim.say(hearer.address);
        }),
      ]);
      await Promise.race([victim.fork.gone, pause(step === undefined ? random() * 600 : 4_000)]);
      const kind = step !== undefined && victim.fork.isGone() ? step : 'random moment';
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      await victim.stop();
      const start = Date.now();
      await victim.boot();
      await victim.online();
      ready.push(Date.now() - start);
      context.note('killed', { kind });
      await talk;
    }
    const p95 = percentile95(ready);
    const everybody = [victim, ...others, bob, carol];
    const figures = {
      messages: everybody.reduce((sum, device) => sum + device.said.length, 0),
      'ready again within, p95': `${p95} ms`,
      kinds: JSON.stringify(kinds),
    };
    const failures = await conclude(server, everybody, context);
    if (!isShort && p95 > 3_000) failures.push(`p95 until it was ready is ${p95} ms, more than 3,000`);
    return { tried: count, failures, figures };
  } finally {
    await server.stop();
  }
}

export const kills: Row = { name: 'R1', title: 'killed while talking', full: 200, short: 2, run };
