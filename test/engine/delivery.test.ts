import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveries } from '../../shared/contract.ts';
import { advance, type Happening } from '../../electron/engine/delivery.ts';

const happenings: Happening[] = ['acknowledged', 'delivered', 'displayed', 'refused'];

describe('the life of an outgoing message', () => {
  it.each([
    ['queued', 'acknowledged', 'sent'],
    ['queued', 'delivered', 'delivered'], // the receipt overtook the acknowledgement
    ['sent', 'displayed', 'displayed'],
    ['delivered', 'acknowledged', 'delivered'],
    ['displayed', 'delivered', 'displayed'],
    ['sent', 'refused', 'failed'],
    ['delivered', 'refused', 'delivered'], // one of several devices refused what another received
    ['failed', 'delivered', 'delivered'],
    ['failed', 'acknowledged', 'failed'],
    ['failed', 'retried', 'queued'],
    ['sent', 'retried', 'sent'],
    ['received', 'delivered', 'received'], // somebody "acknowledges" what they wrote themselves
  ] as const)('%s, then %s: %s', (current, happening, next) => {
    expect(advance(current, happening)).toBe(next);
  });

  it('ends the same in any order and with any repetition', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...deliveries),
        fc.array(fc.constantFrom(...happenings), { maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (start, events, random) => {
          const shuffled = [...events, ...events]
            .map((event) => ({ event, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event);
          expect(shuffled.reduce(advance, start)).toBe(events.reduce(advance, start));
        },
      ),
    );
  });
});
