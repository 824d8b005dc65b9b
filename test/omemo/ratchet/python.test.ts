/**
 * The ratchet of our own against python-oldmemo and python-twomemo, which share no line with it or with libsignal:
 * sessions begun from either side, losses, repetitions, messages in any order.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionFault } from '../../../electron/omemo/fault.ts';
import type { Bundle } from '../../../electron/xmpp/xep/xep0384.ts';
import { hasPythonOmemo, PythonDevice, type PythonProtocol } from '../../support/python-omemo.ts';
import { seededRandom } from '../../support/random.ts';
import { must } from '../people.ts';
import { End, OURS, OURS_2, type Engine, type Sealed } from './ends.ts';
import { talk, type Road, type Speaker } from './talk.ts';

const seed = Number(process.env['RATCHET_SEED'] ?? randomInt(2 ** 32));
console.log(`ratchet: seed ${seed} (RATCHET_SEED)`);

/** A Python device as one end of a talk. It holds one session only. */
class PythonEnd implements Speaker {
  record: 'session' | undefined;
  readonly #device: PythonDevice;
  readonly #isPeerNegative: boolean;
  readonly #read = new Set<string>();
  #begin: { bundle: Bundle; index: number } | undefined;

  constructor(device: PythonDevice, { identity }: End) {
    this.#device = device;
    this.#isPeerNegative = (must(identity.edwardsKey[31]) & 0x80) !== 0;
  }

  get bundle(): Promise<Bundle> {
    return this.#device.bundle();
  }

  async begin(other: Speaker, random: () => number): Promise<void> {
    const bundle = await other.bundle;
    this.#begin = { bundle, index: Math.floor(random() * bundle.preKeys.length) };
    this.record = 'session';
  }

  async seal(plaintext: Uint8Array): Promise<Sealed> {
    if (this.#begin === undefined) return this.#device.seal(plaintext);
    const { bundle, index } = this.#begin;
    this.#begin = undefined;
    return this.#device.begin(bundle, must(bundle.preKeys[index]), plaintext);
  }

  async open(sealed: Sealed): Promise<Uint8Array> {
    this.record = 'session';
    const name = Buffer.from(sealed.body).toString('base64');
    try {
      const text = await this.#device.open(sealed, this.#isPeerNegative);
      this.#read.add(name);
      return text;
    } catch (error) {
      // It forgets past chains, and calls a repeated message of one forged.
      throw this.#read.has(name) ? new SessionFault('duplicate', String(error)) : error;
    }
  }
}

const oracles: readonly { protocol: PythonProtocol; engine: Engine; underWay: Road['underWay'] }[] = [
  // It takes the counter of the last message, which libsignal sends, for the number of messages, and cannot read the
  // last one of a chain that comes after the first of the next: nothing may overtake on the way to it.
  { protocol: 'oldmemo', engine: OURS, underWay: [6, 0] },
  { protocol: 'twomemo', engine: OURS_2, underWay: 6 },
];

for (const { protocol, engine, underWay } of oracles) {
  const isThere = hasPythonOmemo(protocol);
  describe.skipIf(!isThere)(
    `${engine.name} with python-${protocol}${isThere ? '' : ' (not installed)'}`,
    () => {
      let device: PythonDevice;
      beforeAll(() => {
        device = new PythonDevice(protocol); // one for all: it takes a second to start
      });
      afterAll(() => device.stop());

      it.each(['ours', 'theirs'] as const)('in a session of %s', async (whose) => {
        const ours = new End(engine, 1);
        const theirs = new PythonEnd(device, ours);
        const first = whose === 'ours' ? [ours, theirs] : [theirs, ours];
        await must(first[0]).begin(must(first[1]), seededRandom(seed));
        // One answer each, in order, before the road gets bad: Python keeps no second session.
        for (const [from, to] of [first, first.toReversed()]) {
          const text = Uint8Array.from({ length: 48 }, (_, index) => index);
          expect(await must(to).open(await must(from).seal(text))).toEqual(text);
        }
        expect(ours.partner?.length).toBe(33);
        const road = { messages: 70, loss: 0.1, repetition: 0, underWay, restart: 0 };
        const told = await talk([ours, theirs], seededRandom(seed), road);
        expect(told.opened + told.lost).toBe(road.messages);
        const repeated = { ...road, messages: 20, repetition: 0.3, underWay: 0 };
        expect((await talk([ours, theirs], seededRandom(seed), repeated)).opened).toBeGreaterThan(10);
      });
    },
  );
}
