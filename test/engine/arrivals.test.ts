/** The order of what a stream brings, between our clock and the server's stamps. */
import { describe, expect, it } from 'vitest';
import type { BareJid } from '../../shared/jid.ts';
import type { ChatRecord } from '../../electron/store/chats.ts';
import { Arrivals } from '../../electron/engine/arrivals.ts';
import type { Envelope } from '../../electron/engine/facts.ts';

const BOB = 'bob@b.test' as BareJid;
const ALICE = 'alice@a.test' as BareJid;
const NOON = Date.UTC(2026, 0, 1, 12);

const from = (sender: BareJid, at: number): Envelope => ({
  message: { type: 'chat', stanzaIds: [] } as unknown as Envelope['message'],
  road: 'live',
  isOutgoing: sender === ALICE,
  sender,
  peer: BOB,
  at,
});

describe('a message with a stamp', () => {
  it('does not go before the one of the same sender that arrived before it', () => {
    const arrivals = new Arrivals(() => undefined);
    // Said at 12:00:00.9 and 12:00:00.98; the first was handled at 12:00:01.02, the second came again with a stamp.
    arrivals.inOrder(from(BOB, NOON + 1_020), false);
    expect(arrivals.inOrder(from(BOB, NOON), true).at).toBe(NOON + 1_020);
    expect(arrivals.inOrder(from(BOB, NOON + 2_000), true).at).toBe(NOON + 2_000);
  });

  it('goes where its stamp says among what others said, what has stamps too, and what is long past', () => {
    const arrivals = new Arrivals(() => undefined);
    arrivals.inOrder(from(ALICE, NOON + 5_000), false);
    expect(arrivals.inOrder(from(BOB, NOON), true).at).toBe(NOON);
    expect(arrivals.inOrder(from(BOB, NOON + 3_000), true).at).toBe(NOON + 3_000);
    expect(arrivals.inOrder(from(BOB, NOON + 1_000), true).at).toBe(NOON + 1_000);
    arrivals.inOrder(from(BOB, NOON + 4_000), false);
    expect(arrivals.inOrder(from(BOB, NOON - 3_600_000), true).at).toBe(NOON - 3_600_000);
  });

  it('follows the one of the same sender that went behind our own words of that second, on any stream', () => {
    // Stamped by the second: two of Bob's, said around ours of half past, redelivered while we go on talking.
    const chatAt = (last: number): ChatRecord =>
      ({ address: BOB, last: { message: last * 1_000 } }) as unknown as ChatRecord;
    for (const isResumed of [true, false]) {
      const stored = { side: undefined as number | undefined };
      const arrivals = new Arrivals((_peer, isOutgoing) => (isOutgoing === false ? stored.side : undefined));
      arrivals.begin(isResumed);
      const first = arrivals.place(chatAt(NOON + 500), arrivals.inOrder(from(BOB, NOON), true));
      stored.side = first;
      const second = arrivals.place(chatAt(NOON + 1_400), arrivals.inOrder(from(BOB, NOON), true));
      expect([first, second]).toEqual([NOON + 500, NOON + 500]);
    }
  });

  it('without one, the clock decides, even when it was set back', () => {
    const arrivals = new Arrivals(() => undefined);
    arrivals.inOrder(from(BOB, NOON), false);
    expect(arrivals.inOrder(from(BOB, NOON - 60_000), false).at).toBe(NOON - 60_000);
  });

  it('does not go before what an earlier process stored, when the stream is the same', () => {
    const stored = (peer: BareJid, isOutgoing?: boolean): number | undefined =>
      peer === BOB && isOutgoing === false ? NOON + 1_020 : undefined;
    const arrivals = new Arrivals(stored);
    arrivals.begin(true);
    expect(arrivals.inOrder(from(BOB, NOON), true).at).toBe(NOON + 1_020);
    expect(arrivals.inOrder(from(ALICE, NOON), true).at).toBe(NOON);
    // On a new stream it may have waited at the server, and the archive's newest page may be here already.
    arrivals.begin(false);
    expect(arrivals.inOrder(from(BOB, NOON), true).at).toBe(NOON);
  });
});

describe('a message without a stamp', () => {
  const arrivals = new Arrivals(() => NOON);

  it('comes last, though the server’s clock turned out to be a little behind', () => {
    expect(arrivals.inOrder(from(BOB, NOON - 995), false).at).toBe(NOON);
    expect(arrivals.inOrder(from(BOB, NOON + 5), false).at).toBe(NOON + 5);
  });

  it('does not wait for the future that a wrong clock has promised', () => {
    expect(arrivals.inOrder(from(BOB, NOON - 60_000), false).at).toBe(NOON - 60_000);
  });
});
