import { describe, expect, it } from 'vitest';
import type { Input, Output } from '../../shared/contract.ts';
import { dayOf, dayStart, nextDay, readDate } from '../../renderer/lib/dates.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { questionOf } from '../../renderer/state/question.ts';
import { Search } from '../../renderer/state/search.svelte.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { must } from './must.ts';
import { createWorld } from './world.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

async function started(): Promise<{ app: App; port: ScriptedPort }> {
  const port = new ScriptedPort(createWorld(NOW));
  const app = new App(port);
  app.start();
  await settled();
  return { app, port };
}

type Asked = Input<'search.messages'>;

/** A search whose answers the test gives, one after the other. */
function underTest(): {
  search: Search;
  asked: Asked[];
  answer: (output: Output<'search.messages'>) => Promise<void>;
} {
  const asked: Asked[] = [];
  let give: (output: Output<'search.messages'>) => void = () => undefined;
  const search = new Search(((_name: string, input: Asked) => {
    asked.push(input);
    return new Promise((resolve) => (give = resolve));
  }) as unknown as ConstructorParameters<typeof Search>[0]);
  return {
    search,
    asked,
    async answer(output) {
      give(output);
      await settled();
    },
  };
}

const hit = (message: number): Output<'search.messages'>['hits'][number] => ({
  message,
  account: 1,
  chat: 1,
  isOutgoing: false,
  sender: 'juliet@capulet.example',
  at: message / 1_000,
  snippet: 'night',
  ranges: [[0, 5]],
});

describe('a search that is typed', () => {
  it('has one question under way, and only the last one waits', async () => {
    const { search, asked, answer } = underTest();
    for (const text of ['n', 'ni', 'nig', 'nigh', 'night']) search.ask({ text });
    expect(asked.map(({ text }) => text)).toEqual(['n']);
    await answer({ hits: [hit(9)], next: 5 });
    // What was found for something else is not shown.
    expect(search.hits).toEqual([]);
    expect(asked.map(({ text }) => text)).toEqual(['n', 'night']);
    await answer({ hits: [hit(8)] });
    expect(search.hits.map(({ message }) => message)).toEqual([8]);
    expect([search.isComplete, search.isRunning]).toEqual([true, false]);
    search.ask(undefined);
    expect([search.hits, search.isAsked]).toEqual([[], false]);
  });

  it('goes on through short slices until a page is full, and for more when asked', async () => {
    const { search, asked, answer } = underTest();
    search.ask({ text: 'rare' });
    await answer({ hits: [hit(90)], next: 80 });
    await answer({ hits: [], next: 70 });
    expect(asked.map(({ before }) => before)).toEqual([undefined, 80, 70]);
    await answer({ hits: Array.from({ length: 50 }, (_, index) => hit(60 - index)), next: 10 });
    expect([search.hits.length, search.isComplete, search.isRunning]).toEqual([51, false, false]);
    search.more();
    await answer({ hits: [hit(3)] });
    expect([search.hits.length, search.isComplete]).toEqual([52, true]);
    search.more();
    expect(asked).toHaveLength(4);
  });

  it('says why nothing came, and tries again with the next letter', async () => {
    const port = new ScriptedPort(createWorld(NOW));
    port.answers['search.messages'] = () => {
      throw new TypeError('scripted');
    };
    const app = new App(port);
    const search = new Search(app.call);
    search.ask({ text: 'a' });
    await settled();
    expect([search.failure !== undefined, search.isRunning]).toEqual([true, false]);
    delete port.answers['search.messages'];
    search.ask({ text: 'night' });
    await settled();
    expect([search.failure, search.hits.length > 0]).toEqual([undefined, true]);
  });
});

describe('a question', () => {
  it('is made of words, typed filters and chosen ones', async () => {
    const { app } = await started();
    const juliet = must(app.chats.all.find((chat) => chat.address === 'juliet@capulet.example'));
    expect(questionOf(app, '')).toBeUndefined();
    expect(questionOf(app, ' ?! ')).toBeUndefined();
    expect(questionOf(app, 'night')).toEqual({ text: 'night' });
    expect(questionOf(app, 'from:me night')).toEqual({ text: 'from:me night', isOutgoing: true });
    expect(questionOf(app, 'from:jul in:juliet has:link has:gold')).toMatchObject({
      sender: 'juliet@capulet.example',
      isOutgoing: false,
      chat: juliet.id,
      has: ['link'],
    });
    expect(questionOf(app, 'after:2026 before:2026-06-02')).toMatchObject({
      from: new Date(2026, 0, 1).getTime(),
      until: new Date(2026, 5, 2).getTime(),
    });
    expect(questionOf(app, 'x from:nobody-of-that-name after:yesterday in:zzz')).toEqual({
      text: 'x from:nobody-of-that-name after:yesterday in:zzz',
    });
    app.navigation.accountFilter = 2;
    expect(
      questionOf(app, '', { person: 'me', chat: 3, from: '2026-05-01', to: '2026-05-01', has: ['link'] }),
    ).toEqual({
      text: '',
      isOutgoing: true,
      chat: 3,
      from: new Date(2026, 4, 1).getTime(),
      until: new Date(2026, 4, 2).getTime(),
      has: ['link'],
      account: 2,
    });
  });

  it('knows days, months and years in the time of this place', () => {
    expect(dayOf(dayStart('2026-03-29'))).toBe('2026-03-29');
    expect(dayOf(nextDay('2026-12-31'))).toBe('2027-01-01');
    expect(readDate('2026-2')?.map(dayOf)).toEqual(['2026-02-01', '2026-03-01']);
    expect(readDate('2026-02-28')?.map(dayOf)).toEqual(['2026-02-28', '2026-03-01']);
    for (const nonsense of ['', '26', '2026-13', '2026-00-01', '2026-01-32', 'x', '1969']) {
      expect(readDate(nonsense)).toBeUndefined();
    }
  });
});

describe('the search in a chat', () => {
  it('goes from hit to hit, newest first, and stays at both ends', async () => {
    const { app } = await started();
    const juliet = must(app.chats.all.find((chat) => chat.address === 'juliet@capulet.example'));
    app.startFinding();
    expect(app.finding).toBeUndefined();
    app.open(juliet.id);
    await settled();
    app.startFinding('night');
    await settled();
    const finding = must(app.finding);
    const timeline = must(app.timeline);
    const hits = finding.search.hits.map(({ message }) => message);
    expect(hits).toHaveLength(3);
    expect(timeline.marks).toEqual([{ words: ['night'], isPrefix: true }]);
    const went: number[] = [];
    for (const by of [1, 1, 1, 1, -1, -1, -1] as const) {
      finding.step(by);
      went.push(must(timeline.wanted).message);
      expect(hits[finding.index]).toBe(went.at(-1));
    }
    expect(went).toEqual([0, 1, 2, 2, 1, 0, 0].map((index) => hits[index]));
    expect(await timeline.bring(must(hits[2]))).toBe(hits[2]);
    expect(timeline.found).toBe(hits[2]);
    app.stopFinding();
    expect([app.finding, timeline.found, timeline.marks]).toEqual([undefined, undefined, []]);
  });

  it('opens a chat in the middle, with more on both sides, and finds the way back to the newest', async () => {
    const { app, port } = await started();
    const long = must(
      app.chats.all.find((chat) => port.world.messages.filter((row) => row.chat === chat.id).length > 250),
    );
    const all = port.world.messages.filter((row) => row.chat === long.id).sort((a, b) => a.id - b.id);
    const middle = must(all[Math.floor(all.length / 2)]);
    app.openAt(long.id, middle.id);
    const timeline = must(app.timeline);
    expect(timeline.wanted).toEqual({ message: middle.id });
    expect(await timeline.bring(middle.id)).toBe(middle.id);
    expect([timeline.hasOlder, timeline.hasNewer]).toEqual([true, true]);
    await timeline.loadNewer();
    await timeline.loadOlder();
    const ids = timeline.messages.map((row) => row.id);
    expect(ids).toEqual(
      all.map((row) => row.id).filter((id) => id >= must(ids[0]) && id <= must(ids.at(-1))),
    );
    await timeline.jumpToNewest();
    expect(timeline.newest?.id).toBe(all.at(-1)?.id);
    // A moment between two messages leads to the next one, one after all to the last.
    expect(await timeline.bring(middle.id + 1)).toBe(all[all.indexOf(middle) + 1]?.id);
    expect(await timeline.bring(Number.MAX_SAFE_INTEGER)).toBe(all.at(-1)?.id);
  });
});
