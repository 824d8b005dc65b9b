/**
 * What is missing, as a person meets it: a chat opened or scrolled up while the archive has more, without a connection,
 * with a server that fails or that keeps no more; and chats that were removed.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { MessageRow, Output } from '../../shared/contract.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { childText, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedArchive, type Asked } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const OTHER = 'carol@c.test';
const START = Date.UTC(2026, 0, 1, 12);

let server: ScriptedServer;
let archive: ScriptedArchive;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
const never = Promise.withResolvers<never>();
never.promise.catch(() => undefined);

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const online = async (): Promise<void> => {
  await alice.until(() => alice.account().state === 'online', 'online');
};
const signIn = async (): Promise<void> => {
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
};

beforeEach(async () => {
  folder = await temporaryProfile('gaps');
  server = new ScriptedServer([
    { jid: FRIEND, subscription: 'both' },
    { jid: OTHER, subscription: 'both' },
  ]);
  archive = new ScriptedArchive(server);
  archive.limit = 10;
  await boot();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const said = (text: string, from = FRIEND): string =>
  `<message xmlns="jabber:client" from="${from}/r" to="${ME}" type="chat" id="${text}"><body>${text}</body></message>`;
/** Puts numbered messages: the friend's, but every fifth is the other's. */
const put = (from: number, to: number): void => {
  for (let index = from; index < to; index += 1) {
    archive.put(`id-${index}`, said(`${index}`, index % 5 === 4 ? OTHER : FRIEND), START + index * 1_000);
  }
};
const ofFriend = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`).filter((_, at) => (from + at) % 5 !== 4);

const chatOf = (address: string): number => alice.chatWith(address)?.id ?? -1;
const page = (
  range: { before?: number; after?: number; around?: number } = {},
  address = FRIEND,
): Promise<Output<'messages.page'>> =>
  alice.call('messages.page', { chat: chatOf(address), limit: 100, ...range });
const texts = (rows: readonly MessageRow[]): string[] => rows.map(({ text }) => text);
const first = ({ messages }: { messages: readonly MessageRow[] }): number => messages[0]?.id ?? 0;

/** The archive gives its end and chats, and never the walk behind the end. */
const holdWalks = (
  answer: (asked: Asked) => ReturnType<typeof archive.answer> = (asked) => archive.honestAnswer(asked),
): void => {
  archive.answer = (asked) => {
    const isWalk = asked.with === undefined && asked.before !== '' && archive.asked.length > 1;
    return isWalk ? never.promise : answer(asked);
  };
};

/** We know the first 20, are away for 80 more, and come back: the newest page is here, a gap before it. */
const comeBack = async (): Promise<void> => {
  put(0, 20);
  archive.limit = 50;
  await signIn();
  await engine.stop();
  archive.limit = 10;
  put(20, 100);
  archive.extend();
  archive.asked.length = 0;
  holdWalks();
  await boot();
  await eventually(() => Promise.resolve(archive.asked.length >= 2), 'it walks');
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === '98', 'the newest page');
};

describe('while what was missed is still on its way', () => {
  it('the newest page is here first, and a page ends where something is missing', async () => {
    await comeBack();
    expect(alice.account().state).toBe('catching-up');
    expect(
      archive.asked.map(({ before, afterId, after, beforeId }) => [before, afterId, after, beforeId]),
    ).toEqual([
      ['', 'id-19', undefined, undefined],
      [undefined, undefined, 'id-19', 'id-90'],
    ]);
    const newest = await page();
    expect(texts(newest.messages)).toEqual(ofFriend(90, 100));
    expect(newest).toMatchObject({ hasMore: true, gaps: [] });
  });

  it('scrolling up asks for this chat, page by page, until it meets what we had', async () => {
    await comeBack();
    let above = await page();
    let seen = texts(above.messages);
    for (let count = 0; above.hasMore && count < 20; count += 1) {
      above = await page({ before: first(above) });
      seen = [...texts(above.messages), ...seen];
      expect(above.gaps).toEqual([]);
    }
    expect(seen).toEqual(ofFriend(0, 100));
    expect(archive.asked.slice(2).every((asked) => asked.with === FRIEND)).toBe(true);
    // The other chat still lacks what it lacks.
    const other = await page({}, OTHER);
    expect(texts(other.messages)).toEqual(['94', '99']);
    expect(other.hasMore).toBe(true);
  });

  it('everything is there once, in order, when the walk goes on after all, even after a crash', async () => {
    await comeBack();
    await page({ before: first(await page()) });
    await engine.stop();
    archive.answer = (asked) => archive.honestAnswer(asked);
    await boot();
    await online();
    expect(texts((await page()).messages)).toEqual(ofFriend(0, 100));
    expect(texts((await page({}, OTHER)).messages)).toHaveLength(20);
    expect(alice.closedGaps.size).toBe(1);
    expect(alice.chatWith(FRIEND)?.unread).toBe(80);
  });

  it('without a connection the page goes on behind the gap, and says so', async () => {
    await comeBack();
    await engine.stop();
    server.isReachable = false;
    await boot();
    const newest = await page();
    expect(texts(newest.messages)).toEqual(ofFriend(90, 100));
    const older = await page({ before: first(newest) });
    expect(texts(older.messages)).toEqual(ofFriend(0, 20));
    expect(older).toMatchObject({ hasMore: false, gaps: [{ above: first(newest), state: 'offline' }] });
    await expect(alice.call('messages.fill', { chat: chatOf(FRIEND), gap: 1 })).rejects.toMatchObject({
      code: 'offline',
    });
    // Going forward, and around, the same place shows.
    const forward = await page({ after: older.messages.at(-1)?.id ?? 0 });
    expect(forward.gaps).toMatchObject([{ above: first(newest), state: 'offline' }]);
    const around = await page({ around: first(newest) });
    expect(around.gaps).toMatchObject([{ above: first(newest) }]);
  });

  it('a server that fails is told, and asked again when somebody wants it', async () => {
    await comeBack();
    holdWalks(() => {
      throw new StanzaError('internal-server-error', 'wait');
    });
    const newest = await page();
    const older = await page({ before: first(newest) });
    expect(texts(older.messages)).toEqual(ofFriend(0, 20));
    expect(older.gaps).toMatchObject([{ above: first(newest), state: 'failed' }]);
    holdWalks();
    await alice.call('messages.fill', { chat: chatOf(FRIEND), gap: older.gaps?.[0]?.gap ?? 0 });
    const again = await page({ before: first(newest) });
    expect(texts(again.messages).at(-1)).toBe('88');
    expect(again.gaps).toEqual([]);
  });

  it('a chat whose end is missing opens at once, and hears of the rest', async () => {
    put(0, 20);
    archive.limit = 50;
    await signIn();
    const histories: number[] = [];
    await engine.stop();
    for (let index = 20; index < 60; index += 1) {
      archive.put(`id-${index}`, said(`${index}`, index < 30 ? OTHER : FRIEND), START + index * 1_000);
    }
    archive.limit = 10;
    archive.extend();
    archive.asked.length = 0;
    holdWalks();
    await boot();
    engine.onChange(({ changes }) => {
      for (const change of changes) if (change.put === 'history') histories.push(change.chat);
    });
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === '59', 'the newest page');
    const now = await page({}, OTHER);
    expect(texts(now.messages)).toEqual(['4', '9', '14', '19']);
    expect(now.gaps).toMatchObject([{ above: 0, state: 'loading' }]);
    await eventually(() => Promise.resolve(histories.includes(chatOf(OTHER))), 'it hears of them');
    const then = await page({}, OTHER);
    expect(texts(then.messages)).toEqual(Array.from({ length: 10 }, (_, index) => `${20 + index}`));
    expect(then).toMatchObject({ hasMore: true, gaps: [] });
  });

  it('a chat whose end cannot be had does not ask for it again and again', async () => {
    await comeBack();
    archive.put('far', said('far', OTHER), START + 500_000);
    await engine.stop();
    archive.asked.length = 0;
    holdWalks((asked) => {
      if (asked.with !== undefined) throw new StanzaError('internal-server-error', 'wait');
      return archive.honestAnswer(asked);
    });
    const stranger = 'dave@d.test';
    await boot();
    await eventually(() => Promise.resolve(archive.asked.length >= 2), 'it walks');
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: stranger });
    const open = (): Promise<Output<'messages.page'>> => alice.call('messages.page', { chat, limit: 10 });
    expect((await open()).gaps).toMatchObject([{ above: 0, state: 'loading' }]);
    await eventually(async () => (await open()).gaps?.[0]?.state === 'failed', 'it failed');
    const asked = archive.asked.length;
    await open();
    expect(archive.asked).toHaveLength(asked);
  });
});

describe('what the server keeps no more', () => {
  it('is shown as lost, and not asked for again', async () => {
    put(0, 20);
    archive.limit = 50;
    await signIn();
    await engine.stop();
    archive.stored.length = 0;
    put(50, 60);
    archive.asked.length = 0;
    await boot();
    await online();
    const newest = await page();
    expect(texts(newest.messages)).toEqual([...ofFriend(0, 20), ...ofFriend(50, 60)]);
    const above = newest.messages.find(({ text }) => text === '50')?.id;
    expect(newest).toMatchObject({ hasMore: false, gaps: [{ above, state: 'lost' }] });
    const asked = archive.asked.length;
    await page({ before: above ?? 0 });
    expect(archive.asked).toHaveLength(asked);
  });

  it('ends a gap that was known: the archive begins later now', async () => {
    await comeBack();
    await engine.stop();
    archive.stored.splice(0, 60);
    archive.answer = (asked) => archive.honestAnswer(asked);
    await boot();
    await online();
    const newest = await page();
    expect(texts(newest.messages)).toEqual([...ofFriend(0, 20), ...ofFriend(60, 100)]);
    expect(newest.gaps).toMatchObject([{ state: 'lost' }]);
  });

  it('of the past ends the chat', async () => {
    put(0, 60);
    holdWalks();
    await signIn();
    const newest = await page();
    expect(newest).toMatchObject({ hasMore: true });
    archive.stored.splice(0, 55);
    const older = await page({ before: first(newest) });
    expect(older).toMatchObject({ messages: [], hasMore: false, gaps: [] });
  });
});

describe('a removed chat', () => {
  const remove = async (): Promise<void> => {
    await alice.call('chats.remove', { chat: chatOf(FRIEND) });
  };

  it('does not come back with what the archive still has of it', async () => {
    await comeBack();
    await remove();
    await engine.stop();
    archive.answer = (asked) => archive.honestAnswer(asked);
    await boot();
    await online();
    expect(alice.chatWith(FRIEND)).toBeUndefined();
    expect(texts((await page({}, OTHER)).messages)).toHaveLength(20);
  });

  it('comes back with what is said after that, and with nothing else', async () => {
    await comeBack();
    await remove();
    await engine.stop();
    archive.put('new', said('new'), START + 1_000_000);
    archive.answer = (asked) => archive.honestAnswer(asked);
    await boot();
    await online();
    expect(texts((await page()).messages)).toEqual(['new']);
    server.deliver(said('live'));
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'live', 'live');
    expect(texts((await page()).messages)).toEqual(['new', 'live']);
  });
});

it('keeps the order of one second when its end came live before the newest page', async () => {
  for (let index = 0; index < 30; index += 1) archive.put(`id-${index}`, said(`${index}`), START);
  archive.put('old', said('old'), START - 60_000);
  archive.stored.unshift(...archive.stored.splice(-1));
  const all = archive.stored.splice(1);
  archive.limit = 50;
  await signIn();
  await engine.stop();
  archive.stored.push(...all);
  archive.limit = 25;
  archive.extend();
  archive.asked.length = 0;
  const stamp = new Date(START).toISOString();
  archive.answer = (asked) => {
    for (let index = 10; archive.asked.length === 1 && index < 30; index += 1) {
      const marks = `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="${stamp}"/><stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="id-${index}"/></message>`;
      server.deliver(said(`${index}`).replace('</message>', marks));
    }
    return archive.honestAnswer(asked);
  };
  await boot();
  await online();
  const expected = ['old', ...Array.from({ length: 30 }, (_, index) => `${index}`)];
  expect(texts((await page()).messages)).toEqual(expected);
});

it('keeps what others said in order when something of ours was written before and left after it', async () => {
  archive.put('old', said('old'), START);
  await signIn();
  await alice.call('chats.setEncryption', { chat: chatOf(FRIEND), mode: 'off' });
  const { message } = await alice.call('messages.send', { chat: chatOf(FRIEND), text: 'ours' });
  const isOurs = (each: Element): boolean => childText(each, 'body') === 'ours';
  await eventually(() => Promise.resolve(server.sent.some(isOurs)), 'it left');
  const id = server.sent.find(isOurs)?.attrs['id'] ?? '';
  await engine.stop();
  const later = Math.ceil(message / 1_000_000) * 1_000 + 5_000;
  for (let index = 0; index < 25; index += 1) archive.put(`id-${index}`, said(`${index}`), later);
  archive.put(
    'ours',
    `<message xmlns="jabber:client" from="${ME}/r" to="${FRIEND}" type="chat" id="${id}"><body>ours</body><origin-id xmlns="urn:xmpp:sid:0" id="${id}"/></message>`,
    later,
  );
  archive.extend();
  await boot();
  await online();
  const numbers = Array.from({ length: 25 }, (_, index) => `${index}`);
  expect(texts((await page()).messages)).toEqual(['old', 'ours', ...numbers]);
});

it('keeps the order of one who speaks when it was heard late, and the next comes with the second of the server', async () => {
  archive.put('old', said('old'), START);
  await signIn();
  const live = (text: string): void => {
    const id = `<stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="${text}"/></message>`;
    server.deliver(said(text).replace('</message>', id));
  };
  live('first');
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'first', 'heard');
  await engine.stop();
  // The server stamped both with the second before.
  const second = Math.floor(Date.now() / 1_000) * 1_000 - 1_000;
  archive.put('first', said('first'), second);
  for (let index = 0; index < 3; index += 1) archive.put(`id-${index}`, said(`${index}`), second);
  await boot();
  await online();
  expect(texts((await page()).messages)).toEqual(['old', 'first', '0', '1', '2']);
});
