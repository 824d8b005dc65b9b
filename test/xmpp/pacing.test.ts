/** Acknowledging, asking and doubting, by a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pacing, usualPacing } from '../../electron/xmpp/pacing.ts';
import { RoundTrip } from '../../electron/xmpp/round-trip.ts';
import { StreamSession } from '../../electron/xmpp/session.ts';

let session: StreamSession;
let pacing: Pacing;
/** What was done, with the second at which it was, in hundredths: an alarm lets one round of the event loop pass. */
let done: string[];
let start: number;

const note = (what: string): void => {
  done.push(`${String(Math.floor((Date.now() - start) / 10) / 100)} ${what}`);
};
const receive = (count: number): void => {
  for (let index = 0; index < count; index += 1) session.countReceived();
};
const handle = (from: number, to: number): void => {
  for (let position = from; position <= to; position += 1) {
    session.markHandled(position);
    pacing.handled();
  }
};

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date', 'performance'],
  });
  start = Date.now();
  done = [];
  session = new StreamSession();
  pacing = pace();
});

/** On a network whose answers took so many milliseconds until now. */
function pace(...answers: number[]): Pacing {
  const roundTrip = new RoundTrip();
  for (const milliseconds of answers) roundTrip.note(milliseconds);
  return new Pacing(
    session,
    {
      acknowledge: () => {
        note(`a ${session.handled}`);
      },
      ask: () => {
        note('r');
      },
      giveUp: (why) => {
        note(why);
      },
    },
    usualPacing,
    roundTrip,
  );
}

afterEach(() => {
  pacing.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('acknowledging', () => {
  it('a single stanza within a second, ten at once', () => {
    receive(12);
    handle(1, 1);
    vi.advanceTimersByTime(999);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['1 a 1']);
    handle(2, 11);
    expect(done).toEqual(['1 a 1', '1 a 11']);
    handle(12, 12);
    vi.advanceTimersByTime(5_000);
    expect(done.slice(2)).toEqual(['2 a 12']);
  });

  it('a question at once when all is handled, and otherwise soon, with what is', () => {
    receive(3);
    handle(1, 1);
    pacing.asked();
    pacing.asked();
    vi.advanceTimersByTime(249);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['0.25 a 1']);
    handle(2, 3);
    pacing.asked();
    vi.advanceTimersByTime(0);
    expect(done.at(-1)).toBe('0.25 a 3');
  });

  it('while we fetch much only now and then, and as usual again afterwards', () => {
    pacing.fetching(true);
    receive(120);
    pacing.asked();
    handle(1, 99);
    vi.advanceTimersByTime(100);
    expect(done).toEqual([]);
    handle(100, 100);
    expect(done).toEqual(['0.1 a 100']);
    handle(101, 120);
    pacing.asked();
    vi.advanceTimersByTime(249);
    expect(done).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['0.1 a 100', '0.35 a 120']);
    pacing.fetching(false);
    receive(1);
    handle(121, 121);
    pacing.asked();
    vi.advanceTimersByTime(0);
    expect(done.at(-1)).toBe('0.35 a 121');
  });
});

describe('doubting', () => {
  it('asks after a minute of silence, and gives up half a minute later', () => {
    vi.advanceTimersByTime(59_000);
    pacing.heard();
    vi.advanceTimersByTime(59_999);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['119 r']);
    vi.advanceTimersByTime(29_999);
    expect(done).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(done).toEqual(['119 r', '149 silent']);
  });

  it('bytes excuse a late answer, but a trickle that never answers is as good as dead', () => {
    session.countSent();
    pacing.sent();
    pacing.flushing();
    expect(done).toEqual(['0 r']);
    for (let seconds = 0; seconds < 290; seconds += 10) {
      vi.advanceTimersByTime(10_000);
      pacing.heard();
    }
    expect(done).not.toContainEqual(expect.stringContaining('silent'));
    for (let seconds = 0; seconds < 60; seconds += 10) {
      vi.advanceTimersByTime(10_000);
      pacing.heard();
    }
    expect(done.at(-1)).toBe('320 silent');
  });

  it('a resumed stream has to show soon that it is heard, whatever arrives on it', () => {
    pacing.prove();
    expect(done).toEqual(['0 r']);
    for (let second = 0; second < 5; second += 1) {
      pacing.heard();
      vi.advanceTimersByTime(1_000);
    }
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['0 r', '5 deaf']);
  });

  it('and has shown it by one answer', () => {
    pacing.prove();
    vi.advanceTimersByTime(4_999);
    pacing.answered();
    vi.advanceTimersByTime(50_000);
    expect(done).toEqual(['0 r']);
  });

  it('asks once for a burst, and again only for what came after', () => {
    for (let index = 0; index < 5; index += 1) {
      session.countSent();
      pacing.sent();
    }
    pacing.flushing();
    session.countSent();
    pacing.sent();
    pacing.flushing();
    expect(done).toEqual(['0 r']);
    pacing.answered();
    expect(done).toEqual(['0 r', '0 r']);
    pacing.answered();
    expect(done).toHaveLength(2);
  });
});

describe('doubting, on networks that differ', () => {
  const onNetwork = (...answers: number[]): void => {
    pacing.stop();
    pacing = pace(...answers);
  };

  it.each([
    { network: 'unknown', answers: [], deaf: 5, silent: 30 },
    { network: 'local', answers: [2, 3, 2], deaf: 1, silent: 10 },
    { network: 'usual', answers: [300, 300, 300, 300], deaf: 2.76, silent: 16.59 },
    { network: 'slow', answers: [2_000, 4_000], deaf: 15, silent: 30 },
  ])('$network: takes no longer than it must', ({ answers, deaf, silent }) => {
    onNetwork(...answers);
    pacing.prove();
    vi.advanceTimersByTime(60_000);
    expect(done.slice(0, 3)).toEqual(['0 r', `${String(deaf)} deaf`, `${String(silent)} silent`]);
  });

  it('what the server repeats on a resumed stream may take longer than an answer', () => {
    onNetwork(2);
    pacing.prove();
    for (let tenth = 0; tenth < 100; tenth += 1) {
      vi.advanceTimersByTime(100);
      pacing.heard();
    }
    expect(done).toEqual(['0 r', '4.9 deaf']);
  });

  it('learns from every answer', () => {
    onNetwork(2);
    for (let round = 0; round < 20; round += 1) {
      pacing.ask();
      vi.advanceTimersByTime(900);
      pacing.answered();
    }
    done = [];
    pacing.ask();
    vi.advanceTimersByTime(26_999);
    expect(done).not.toContainEqual(expect.stringContaining('silent'));
  });

  it('hears first what arrived while the process stood still', () => {
    vi.useRealTimers();
    onNetwork(2);
    pacing.prove();
    const answer = setImmediate(() => {
      pacing.answered();
    });
    const end = performance.now() + 1_050;
    while (performance.now() < end); // as if it had been stopped
    return new Promise<void>((resolve) => {
      setTimeout(() => {
        clearImmediate(answer);
        expect(done).toHaveLength(1);
        resolve();
      }, 50);
    }).finally(() => vi.useFakeTimers());
  });
});
