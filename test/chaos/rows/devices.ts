/**
 * R6: four devices of one account, each seeing every message live, as a carbon or from the archive, and mostly by more
 * than one of these roads; one after the other is killed, at random or while its cursor moves. One row for each message.
 */
import { startProsody } from '../../support/prosody.ts';
import { eventually } from '../../support/people.ts';
import { conclude, Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

const DEVICES = 4;
/** Messages around each kill. */
const MESSAGES = 100;
const MESSAGES_SHORT = 12;
const CURSOR_STEPS = ['page-decrypted', 'page-applied', 'page-committed', 'applied', 'after-commit'];

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const isShort = count < 20;
  const server = await startProsody({
    accounts: ['alice', 'bob', 'carol'],
    contacts: [
      ['alice', 'bob'],
      ['alice', 'carol'],
    ],
    // Half of those who come back cannot resume, and catch up.
    config: 'smacks_hibernation_time = 1',
  });
  const steps: Record<string, number> = {};
  let done = 0;
  try {
    const place = { server, context };
    const alices: Device[] = [];
    for (let number = 1; number <= (isShort ? 3 : DEVICES); number += 1) {
      alices.push(await Device.start({ ...place, name: 'alice', label: `alice${number}`, isForked: true }));
    }
    const bob = await Device.start({ ...place, name: 'bob', label: 'bob' });
    const carol = await Device.start({ ...place, name: 'carol', label: 'carol' });
    // Bob and Alice encrypt, Carol and Alice do not: half of what is said.
    for (const device of alices) {
      await device.open(bob.address, 'omemo');
      await device.open(carol.address, 'none');
    }
    await bob.open(alices[0]?.address ?? '', 'omemo');
    await carol.open(alices[0]?.address ?? '', 'none');
    for (const device of [bob, ...alices]) await untilAllKnown(device, alices);

    const speak = async (): Promise<void> => {
      for (let said = 0; said < (isShort ? MESSAGES_SHORT : MESSAGES); said += 1) {
        const speaker = [bob, carol, ...alices][Math.floor(random() * (alices.length + 2))] ?? bob;
        const isOurs = alices.includes(speaker);
        if (!speaker.isRunning) continue;
        await speaker.say(isOurs ? (random() < 0.5 ? bob : carol).address : (alices[0]?.address ?? ''));
        await pause(random() * 20);
      }
    };
    for (; done < count; done += 1) {
      const victim = alices[Math.floor(random() * alices.length)];
      if (victim === undefined) break;
      const speaking = speak();
      await pause(random() * 300);
      await victim.stop();
      await pause(random() * 2_500);
      if (random() < 0.5) {
        // It dies once more, while it is coming back.
        const step = CURSOR_STEPS[Math.floor(random() * CURSOR_STEPS.length)] ?? '';
        await victim.boot(`${step}:${1 + Math.floor(random() * 3)}`);
        await Promise.race([victim.fork.gone, pause(isShort ? 1_500 : 5_000)]);
        if (victim.fork.isGone()) steps[step] = (steps[step] ?? 0) + 1;
        await victim.stop();
      }
      await victim.boot();
      await speaking;
      await victim.online();
      context.note('killed', { device: victim.options.label });
    }
    const everybody = [...alices, bob, carol];
    const messages = everybody.reduce((sum, device) => sum + device.said.length, 0);
    const entries = alices.flatMap((device) => device.entries);
    return {
      tried: messages,
      failures: await conclude(server, everybody, context),
      figures: {
        kills: done,
        'killed again at': JSON.stringify(steps),
        'came back': `${entries.filter(({ isResumed }) => isResumed).length} resumed, ${entries.filter(({ isResumed }) => !isResumed).length} bound anew`,
      },
    };
  } finally {
    await server.stop();
  }
}

/** Until a device knows all devices of an account, so that what it encrypts is for all of them. */
export async function untilAllKnown(device: Device, others: readonly Device[]): Promise<void> {
  const isTheirs = others.includes(device);
  await eventually(
    async () => {
      const chat = [...device.mirror.chats.values()].find(({ encryption }) => encryption === 'omemo');
      if (chat === undefined) return false;
      const { devices } = await device.mirror.call('chats.devices', { chat: chat.id });
      const address = others[0]?.address;
      const known = devices.filter(
        (each) => each.address === address && (each.isActive || each.isThisDevice),
      );
      return known.length >= others.length;
    },
    `${device.options.label} knows the devices of ${isTheirs ? 'its own account' : 'the account'}`,
  );
}

export const devices: Row = { name: 'R6', title: 'four devices', full: 100, short: 1, run };
