/** One turn of writing, whatever carries it: all of it together, safe before it leaves, and everybody is told. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Turn } from '../../../electron/xmpp/transport/turn.ts';

let done: string[];
let isFull: boolean;
let turn: Turn;

/** Written while the turn ends, as questions about what leaves are. */
let along: string | undefined;

beforeEach(() => {
  [done, isFull, along] = [[], false, undefined];
  turn = new Turn(
    {
      flushing: () => {
        done.push('flushing');
        if (along !== undefined) turn.ask(along);
      },
      leaving: () => {
        done.push('leaving');
        if (isFull) throw new Error('the disk is full');
      },
    },
    (pieces) => {
      done.push(`sent ${pieces.map(({ text }) => text).join(' ')}`);
      for (const { done: written } of pieces) written?.();
    },
    (error) => done.push(String(error)),
  );
});

const written = (error?: Error | null): void => {
  done.push(error == null ? 'written' : error.message);
};
const turnOver = (): Promise<void> => new Promise(setImmediate);

describe('a turn', () => {
  it('leaves together, after what it stands for is safe', async () => {
    along = 'r';
    turn.say('a', written);
    turn.ask('b');
    turn.say('c');
    expect(done).toEqual([]);
    await turnOver();
    expect(done).toEqual(['flushing', 'leaving', 'sent a b c r', 'written']);
  });

  it('of questions alone waits for no disk', async () => {
    [isFull, along] = [true, 'r'];
    turn.ask('a');
    await turnOver();
    expect(done).toEqual(['flushing', 'sent a r']);
  });

  it('is forgotten by the next one', async () => {
    turn.say('a');
    await turnOver();
    done = [];
    turn.ask('b');
    await turnOver();
    expect(done).toEqual(['flushing', 'sent b']);
  });

  it('that is not safe never leaves, questions with it included, and everybody hears why', async () => {
    isFull = true;
    turn.ask('a');
    turn.say('b', written);
    await turnOver();
    expect(done).toEqual(['flushing', 'leaving', 'Error: the disk is full', 'the disk is full']);
  });

  it('at the end brings nothing along, and leaves though nothing is left to say', async () => {
    along = 'r';
    turn.end();
    await turnOver();
    expect(done).toEqual(['sent ']);
  });
});
