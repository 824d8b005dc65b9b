/** A talk between two ends over a bad road: any order, losses, repetitions, sessions begun from both sides, by a seed. */
import { expect } from 'vitest';
import type { Bundle } from '../../../electron/xmpp/xep/xep0384.ts';
import type { Sealed } from './ends.ts';

/** One end of a talk. */
export interface Speaker {
  readonly record: unknown;
  readonly bundle: Bundle | Promise<Bundle>;
  begin(other: Speaker, random: () => number): Promise<void>;
  seal(plaintext: Uint8Array): Promise<Sealed>;
  open(sealed: Sealed): Promise<Uint8Array>;
}

export interface Road {
  /** How many messages are written. */
  readonly messages: number;
  /** Chances of each message, from 0 to 1. */
  readonly loss: number;
  readonly repetition: number;
  /** How many may be under way at once, to each side. */
  readonly underWay: number | readonly [number, number];
  /** Chance before each message that its writer begins a new session. */
  readonly restart: number;
}

/** What happened, for a test that wants to know that it tested something. */
export interface Told {
  opened: number;
  repeated: number;
  lost: number;
  restarted: number;
}

interface Letter {
  readonly sealed: Sealed;
  readonly text: Uint8Array;
}

/** Runs a talk, and expects that each message that arrives is read once, and is called a duplicate afterwards. */
export async function talk(
  ends: readonly [Speaker, Speaker],
  random: () => number,
  road: Road,
): Promise<Told> {
  const told: Told = { opened: 0, repeated: 0, lost: 0, restarted: 0 };
  const chance = (probability: number): boolean => random() < probability;
  const ways: [Letter[], Letter[]] = [[], []];
  const lately: [Letter[], Letter[]] = [[], []];

  const deliver = async (to: 0 | 1, index: number): Promise<void> => {
    const [letter] = ways[to].splice(index, 1);
    if (letter === undefined) return;
    if (chance(road.loss)) {
      told.lost += 1;
      return;
    }
    expect(await ends[to].open(letter.sealed)).toEqual(letter.text);
    told.opened += 1;
    lately[to] = [...lately[to].slice(-3), letter];
    if (!chance(road.repetition)) return;
    const before = ends[to].record;
    const again = lately[to][Math.floor(random() * lately[to].length)] ?? letter;
    await expect(async () => ends[to].open(again.sealed)).rejects.toMatchObject({ reason: 'duplicate' });
    expect(ends[to].record).toBe(before);
    told.repeated += 1;
  };

  for (let count = 0; count < road.messages; count += 1) {
    const from = chance(0.5) ? 0 : 1;
    const to = from === 0 ? 1 : 0;
    if (ends[from].record === undefined || chance(road.restart)) {
      await ends[from].begin(ends[to], random);
      told.restarted += 1;
    }
    const text = Uint8Array.from({ length: 32 + Math.floor(random() * 17) }, () => random() * 256);
    ways[to].push({ sealed: await ends[from].seal(text), text });
    const most = typeof road.underWay === 'number' ? road.underWay : road.underWay[to];
    while (ways[to].length > most || (ways[to].length > 0 && chance(0.5))) {
      await deliver(to, Math.floor(random() * ways[to].length));
    }
  }
  for (const to of [0, 1] as const) while (ways[to].length > 0) await deliver(to, 0);
  return told;
}
