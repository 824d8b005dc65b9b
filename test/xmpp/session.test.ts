import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamSession, readCounter, writeCounter } from '../../electron/xmpp/session.ts';

const MODULUS = 2 ** 32;

describe('counters on the wire', () => {
  it.each([
    ['0', 0],
    ['4294967295', MODULUS - 1],
    ['0005', 5],
  ])('%s is read', (text, value) => {
    expect(readCounter(text)).toBe(value);
  });

  it.each([undefined, '', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '1 ', '٣', '4294967296', 'abc'])(
    '%j is not',
    (text) => {
      expect(readCounter(text)).toBeUndefined();
    },
  );

  it('wrap', () => {
    expect([MODULUS - 1, MODULUS, MODULUS * 3 + 7].map(writeCounter)).toEqual([MODULUS - 1, 0, 7]);
  });
});

describe('a session', () => {
  it('acknowledges over the end of the counter', () => {
    const session = new StreamSession(0, MODULUS - 2);
    for (let count = 0; count < 5; count += 1) session.countSent();
    expect(session.acknowledge(String(MODULUS - 1))).toEqual({
      kind: 'accepted',
      position: MODULUS - 1,
      isNew: true,
    });
    expect(session.acknowledge('2')).toEqual({ kind: 'accepted', position: MODULUS + 2, isNew: true });
    expect(session.acknowledge('2')).toEqual({ kind: 'accepted', position: MODULUS + 2, isNew: false });
    expect(session.acknowledge('4')).toEqual({ kind: 'too-high', h: 4, sent: 3 });
    expect(session.acknowledge('1')).toEqual({ kind: 'too-high', h: 1, sent: 3 });
    expect(session.acknowledged).toBe(MODULUS + 2);
  });

  it('handles the contiguous prefix, in whatever order stanzas are done', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.nat(),
        fc.array(fc.integer({ min: -5, max: 60 })),
        (count, start, order) => {
          const session = new StreamSession(start);
          for (let index = 0; index < count; index += 1)
            expect(session.countReceived()).toBe(start + index + 1);
          const done = new Set<number>();
          for (const offset of order) {
            session.markHandled(start + offset);
            if (offset >= 1 && offset <= count) done.add(offset);
            let prefix = 0;
            while (done.has(prefix + 1)) prefix += 1;
            expect(session.handled).toBe(start + prefix);
          }
          session.markHandled(Number.NaN);
          session.markHandled(0.5);
        },
      ),
    );
  });

  it('never believes an acknowledgement of what was not sent', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat({ max: 100 }),
        fc.array(fc.nat({ max: MODULUS - 1 })),
        (start, count, claims) => {
          const session = new StreamSession(0, start);
          for (let index = 0; index < count; index += 1) session.countSent();
          let last = start;
          for (const claim of claims) {
            const outcome = session.acknowledge(String(claim));
            expect(session.acknowledged).toBeGreaterThanOrEqual(last);
            expect(session.acknowledged).toBeLessThanOrEqual(session.sent);
            if (outcome.kind === 'accepted') expect(writeCounter(outcome.position)).toBe(claim);
            else expect(session.acknowledged).toBe(last);
            last = session.acknowledged;
          }
        },
      ),
    );
  });
});
