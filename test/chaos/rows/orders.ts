/**
 * D3: three devices of one account come and go in every order: from every combination of those that are there to every
 * one that differs by one device. Somebody talks with them meanwhile, through a server with an archive: in the end all
 * three hold all of it, readable.
 */
import { startProsody } from '../../support/prosody.ts';
import { conclude, Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';
import { untilAllKnown } from './devices.ts';

const DEVICES = 3;

/** Walks every edge of the cube of combinations in each direction once and ends where it began (Hierholzer). */
export function walk(dimensions: number): number[] {
  const left = new Map<number, number[]>();
  for (let place = 0; place < 2 ** dimensions; place += 1) {
    const steps = Array.from({ length: dimensions }, (_, bit) => place ^ (1 << bit));
    left.set(place, steps);
  }
  const [path, way] = [[2 ** dimensions - 1], [] as number[]];
  for (;;) {
    const here = path.at(-1);
    if (here === undefined) return way.reverse();
    const next = left.get(here)?.pop();
    if (next === undefined) way.push(path.pop() ?? 0);
    else path.push(next);
  }
}

async function run(context: Context): Promise<Result> {
  const { count, random } = context;
  const server = await startProsody({
    accounts: ['alice', 'bob'],
    contacts: [['alice', 'bob']],
    config: 'smacks_hibernation_time = 1', // who was away catches up
  });
  try {
    const place = { server, context };
    const alices: Device[] = [];
    for (let number = 1; number <= DEVICES; number += 1) {
      alices.push(await Device.start({ ...place, name: 'alice', label: `alice${number}` }));
    }
    const bob = await Device.start({ ...place, name: 'bob', label: 'bob' });
    const address = alices[0]?.address ?? '';
    for (const device of alices) await device.open(bob.address, 'omemo');
    await bob.open(address, 'omemo');
    for (const device of [bob, ...alices]) await untilAllKnown(device, alices);

    const states = walk(DEVICES);
    const seen = new Set<string>();
    let before = 2 ** DEVICES - 1;
    let said = 0;
    for (const [index, state] of states.entries()) {
      for (const [bit, device] of alices.entries()) {
        const shouldRun = (state & (1 << bit)) !== 0;
        if (shouldRun === device.isRunning) continue;
        if (shouldRun) {
          await device.boot();
          // Now and then it speaks before it has read what it missed.
          if (random() < 0.5) await device.online();
        } else await device.stop();
      }
      seen.add(`${before}>${state}`);
      before = state;
      for (const due = Math.ceil((count * (index + 1)) / states.length); said < due; said += 1) {
        const speakers = alices.filter((device) => device.isRunning);
        const speaker = random() < 0.5 ? bob : (speakers[Math.floor(random() * speakers.length)] ?? bob);
        await speaker.say(speaker === bob ? address : bob.address);
      }
      context.note('state', { state, said });
    }
    return {
      tried: said,
      failures: await conclude(server, [...alices, bob], context),
      figures: { 'changes of who is there': seen.size - 1 },
    };
  } finally {
    await server.stop();
  }
}

export const orders: Row = { name: 'D3', title: 'three devices in every order', full: 500, short: 30, run };
