import { describe, expect, it } from 'vitest';
import { BoshRequests, type Post } from '../../../electron/xmpp/transport/bosh-requests.ts';
import type { BoshAnswer } from '../../../electron/xmpp/transport/bosh-body.ts';
import { limitsBeforeLogin } from '../../../electron/xmpp/transport/parser.ts';

interface Sent {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly answer: (answer: BoshAnswer) => void;
}

const answer = (mark: string, more: Partial<BoshAnswer> = {}): BoshAnswer => ({
  attrs: { mark },
  elements: [],
  ...more,
});

function requests(): { readonly under: BoshRequests; readonly sent: Sent[]; readonly got: string[] } {
  const sent: Sent[] = [];
  const got: string[] = [];
  const post: Post = (text, _limits, _patience, signal) =>
    new Promise((resolve) => sent.push({ text, signal, answer: resolve }));
  const under = new BoshRequests({
    post,
    host: 'h',
    rid: 10,
    limits: () => limitsBeforeLogin,
    patience: 1_000,
    answered: ({ attrs }) => got.push(attrs['mark'] ?? ''),
    failed: (error) => got.push(String(error)),
  });
  return { under, sent, got };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('answers', () => {
  it('are handed over in the order of their requests', async () => {
    const { under, sent, got } = requests();
    for (let count = 0; count < 3; count++) under.ask(String, false);
    expect(sent.map(({ text }) => text)).toEqual(['11', '12', '13']);
    sent[2]?.answer(answer('third'));
    sent[1]?.answer(answer('second'));
    await turn();
    expect(got).toEqual([]);
    expect(under.underWay).toBe(3);
    sent[0]?.answer(answer('first'));
    await turn();
    expect(got).toEqual(['first', 'second', 'third']);
    expect(under.underWay).toBe(0);
  });

  it('of attempts that were given up count no more', async () => {
    const { under, sent, got } = requests();
    under.ask(String, false);
    under.ask(String, false);
    // XEP-0124 #errorstatus-recover: the one that failed, and the one before it that has no answer.
    sent[1]?.answer(answer('', { type: 'error' }));
    await turn();
    await turn();
    expect(sent.map(({ text }) => text)).toEqual(['11', '12', '11', '12']);
    expect(sent[0]?.signal.aborted).toBe(true);
    sent[0]?.answer(answer('late'));
    sent[2]?.answer(answer('first'));
    sent[3]?.answer(answer('second'));
    await turn();
    expect(got).toEqual(['first', 'second']);
  });

  it('after the end are nobody’s', async () => {
    const { under, sent, got } = requests();
    under.ask(String, false);
    under.stop();
    sent[0]?.answer(answer('first'));
    await turn();
    expect(got).toEqual([]);
  });
});
