/**
 * Catching up, rule by rule: a whole engine with a scripted server and its archive, started and ended as often as it
 * takes. What is asked for, in what order it is stored, when the cursor moves, and what leaves.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Notice } from '../../electron/engine/host.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { fin, ScriptedArchive } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const DEVICE = `${ME}/d1`;
const FRIEND = 'bob@b.test';
const START = Date.UTC(2026, 0, 1, 12);

let server: ScriptedServer;
let archive: ScriptedArchive;
let engine: Engine;
let alice: Mirror;
let notices: Notice[];
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
/** How far the engine's clock is ahead of ours, in milliseconds. */
let ahead = 0;

const boot = async (): Promise<void> => {
  notices = [];
  engine = createEngine({
    ...createTestHost({ profile: folder.path }),
    now: () => Date.now() + ahead,
    notify: (notice) => notices.push(notice),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
};

const online = async (): Promise<void> => {
  await alice.until(() => alice.account().state === 'online', 'online');
};

/** Ends the engine and starts it again on the same profile; the server forgets the session. */
const restart = async (): Promise<void> => {
  await engine.stop();
  archive.asked.length = 0;
  server.sent.length = 0;
  await boot();
};

const signIn = async (): Promise<void> => {
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
};

beforeEach(async () => {
  ahead = 0;
  folder = await temporaryProfile('history');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  archive = new ScriptedArchive(server);
  await boot();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

interface Said {
  readonly from?: string;
  readonly to?: string;
  readonly id?: string;
  readonly extra?: string;
}

const message = (text: string, { from = `${FRIEND}/r`, to = ME, id, extra = '' }: Said = {}): string =>
  `<message xmlns="jabber:client" from="${from}" to="${to}" type="chat"${id === undefined ? '' : ` id="${id}"`}>` +
  `<body>${text}</body>${extra}</message>`;
const stamp = (id: string): string => `<stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="${id}"/>`;
const origin = (id: string): string => `<origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>`;
const request = '<request xmlns="urn:xmpp:receipts"/>';

const put = (from: number, to: number): void => {
  for (let index = from; index < to; index += 1) {
    archive.put(`id-${index}`, message(`text ${index}`, { id: `m${index}` }), START + index * 1_000);
  }
};
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `text ${from + index}`);
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map((each) => each.text);
const sentMessages = (): Element[] => server.sent.filter((each) => each.name === 'message');

describe('the first look of a new device', () => {
  it('keeps what is said of messages until their chat is there, also when it comes live', async () => {
    const from = `from="${FRIEND}/r" to="${ME}" type="chat"`;
    archive.put(
      'a1',
      `<message xmlns="jabber:client" ${from}><received xmlns="urn:xmpp:receipts" id="m1"/></message>`,
      START,
    );
    archive.put(
      'a2',
      `<message xmlns="jabber:client" ${from}><reactions xmlns="urn:xmpp:reactions:0" id="m1"><reaction>👍</reaction></reactions></message>`,
      START + 1_000,
    );
    await signIn();
    server.deliver(
      `<message xmlns="jabber:client" from="${ME}" to="${DEVICE}"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${message('from my phone', { from: `${ME}/phone`, to: FRIEND, id: 'm1' })}</forwarded></sent></message>`,
    );
    const row = () => [...alice.messages.values()].find(({ text }) => text === 'from my phone');
    const { id } = await alice.until(() => row()?.delivery === 'delivered' && row(), 'it is confirmed');
    await alice.until(() => alice.reactions.get(id)?.[0]?.emojis[0] === '👍', 'what is felt about it');
  });

  it('takes the newest page, and the rest when nobody waits, and stores them in order', async () => {
    put(0, 320);
    await signIn();
    expect(alice.chatWith(FRIEND)).toMatchObject({ unread: 50, last: { text: 'text 319' } });
    await eventually(() => Promise.resolve(alice.closedGaps.size === 1), 'the past');
    expect(archive.asked.map(({ before }) => before)).toEqual([
      '',
      ...[270, 220, 170, 120, 70, 20].map((index) => `id-${index}`),
    ]);
    expect(await texts()).toEqual(numbered(0, 320));
    expect((await alice.history(FRIEND)).map((each) => each.at)).toEqual(
      numbered(0, 320).map((_, index) => START + index * 1_000),
    );
    // What is behind the newest page was read wherever it was said to.
    expect(alice.chatWith(FRIEND)?.unread).toBe(50);
  });

  it('goes on with the past after a crash', async () => {
    put(0, 180);
    const waiting = Promise.withResolvers<never>();
    waiting.promise.catch(() => undefined);
    archive.answer = (asked) => (archive.asked.length > 2 ? waiting.promise : archive.honestAnswer(asked));
    await signIn();
    await eventually(() => Promise.resolve(archive.asked.length === 3), 'the third page');
    archive.answer = (asked) => archive.honestAnswer(asked);
    await restart();
    await eventually(() => Promise.resolve(alice.closedGaps.size === 1), 'the past');
    expect(archive.asked.map(({ before, after }) => before ?? after)).toEqual(['id-179', 'id-80', 'id-30']);
    expect(await texts()).toEqual(numbered(0, 180));
    expect(notices).toEqual([]);
    waiting.reject(new Error('over'));
  });

  it('disturbs nobody about the past: no notice, no receipt, and what was answered is read', async () => {
    archive.put('a', message('question', { id: 'q', extra: request }), START);
    archive.put('b', message('answer', { from: DEVICE, to: FRIEND }), START + 1_000);
    archive.put('c', message('unanswered', { id: 'u', extra: request }), START + 2_000);
    await signIn();
    expect(notices).toEqual([]);
    expect(sentMessages()).toEqual([]);
    expect(alice.chatWith(FRIEND)).toMatchObject({ unread: 1, last: { text: 'unanswered' } });
  });

  it('shows nothing for what was encrypted before it existed, and says so afterwards', async () => {
    const sealed = (id: string): string =>
      message('filler', {
        extra:
          `${origin(id)}<encrypted xmlns="eu.siacs.conversations.axolotl"><header sid="7"><key rid="8">AAAA</key>` +
          '<iv>AAAAAAAAAAAAAAAA</iv></header><payload>AAAA</payload></encrypted>',
      });
    archive.put('old', sealed('old'), START);
    await signIn();
    expect(alice.chatWith(FRIEND)).toBeUndefined();
    archive.put('new', sealed('new'), START + 1_000);
    await restart();
    await online();
    expect(await alice.history(FRIEND)).toMatchObject([{ unreadable: 'not-for-this-device' }]);
  });

  it('of an empty archive makes everything after it news', async () => {
    await signIn();
    put(0, 60);
    await restart();
    await online();
    expect(await texts()).toEqual(numbered(0, 60));
    expect(notices).toHaveLength(1);
    expect(alice.chatWith(FRIEND)?.unread).toBe(60);
  });
});

describe('after a start', () => {
  beforeEach(async () => {
    put(0, 3);
    await signIn();
  });

  it('fetches what is missing, once, in order, and tells of each chat once', async () => {
    put(3, 123);
    archive.put('carol', message('hello', { from: 'carol@c.test/r' }), START + 500_000);
    await restart();
    await online();
    // What followed, the end, and what lies between.
    expect(archive.asked.map(({ after, before }) => after ?? before)).toEqual(['id-2', '', 'id-52']);
    expect(await texts()).toEqual(numbered(0, 123));
    expect(alice.chatWith(FRIEND)?.unread).toBe(123);
    expect(notices.map(({ title, body }) => [title, body])).toEqual([
      ['Bob', 'text 122'],
      ['carol@c.test', 'hello'],
    ]);
    await restart();
    await online();
    expect(archive.asked.map(({ after }) => after)).toEqual(['carol']);
    expect(notices).toEqual([]);
  });

  it('tells nothing of what was answered elsewhere, and confirms to contacts alone', async () => {
    archive.put('a', message('asks', { id: 'asks', extra: request }), START + 10_000);
    archive.put('b', message('done', { from: `${ME}/other`, to: FRIEND }), START + 11_000);
    archive.put(
      'c',
      message('spam', { from: 'mallory@evil.example/x', id: 'spam', extra: request }),
      START + 12_000,
    );
    await restart();
    await online();
    expect(notices.map(({ body }) => body)).toEqual(['spam']);
    await eventually(() => Promise.resolve(sentMessages().length > 0), 'the receipt');
    expect(sentMessages().map(({ attrs }) => attrs['to'])).toEqual([FRIEND]);
  });

  it('keeps the archive’s order when stamps repeat or run backwards', async () => {
    const at = [20_000, 20_000, 20_000, 19_000, 25_000, 21_000];
    at.forEach((offset, index) => {
      archive.put(`s${index}`, message(`s ${index}`, { id: `s${index}` }), START + offset);
    });
    await restart();
    await online();
    expect((await texts()).slice(3)).toEqual(at.map((_, index) => `s ${index}`));
  });

  it('finds the place before what came live and was said later in the same second', async () => {
    const at = START + 20_000;
    for (const index of [0, 1, 2, 3]) {
      archive.put(`s${index}`, message(`s ${index}`, { id: `s${index}` }), at);
    }
    await engine.stop();
    const { answer } = archive;
    let isFirst = true;
    archive.answer = (asked) => {
      const delay = `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="${new Date(at).toISOString()}"/>`;
      // The server delivers again what a broken connection did not acknowledge: the later part of it.
      for (const index of isFirst ? [2, 3] : []) {
        server.deliver(message(`s ${index}`, { id: `s${index}`, extra: stamp(`s${index}`) + delay }));
      }
      isFirst = false;
      return answer(asked);
    };
    await boot();
    await online();
    expect((await texts()).slice(3)).toEqual(['s 0', 's 1', 's 2', 's 3']);
  });

  it('finds that place also behind what we said on another device in that second', async () => {
    const at = START + 20_000;
    archive.put('ours', message('ours', { id: 'ours', from: `${ME}/phone`, to: FRIEND }), at);
    for (const index of [0, 1]) archive.put(`s${index}`, message(`s ${index}`, { id: `s${index}` }), at);
    await engine.stop();
    const { answer } = archive;
    let isFirst = true;
    archive.answer = (asked) => {
      const delay = `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="${new Date(at).toISOString()}"/>`;
      // What was said while nobody was there comes first, without what another device was there for.
      if (isFirst) server.deliver(message('s 1', { id: 's1', extra: stamp('s1') + delay }));
      isFirst = false;
      return answer(asked);
    };
    await boot();
    await online();
    expect((await texts()).slice(3).filter((text) => text !== 'ours')).toEqual(['s 0', 's 1']);
  });

  it('believes no stamp from the future', async () => {
    archive.put('f', message('from the future'), Date.UTC(2199, 0, 1));
    await restart();
    await online();
    expect((await alice.history(FRIEND)).at(-1)?.at).toBeLessThanOrEqual(Date.now());
  });

  it('is not told that anybody types', async () => {
    archive.put('t', message('x', { extra: '<composing xmlns="http://jabber.org/protocol/chatstates"/>' }));
    await restart();
    await online();
    expect(alice.chatWith(FRIEND)).toMatchObject({ isTyping: false, last: { text: 'x' } });
  });

  it('goes back to a time when the archive has dropped the message at the cursor', async () => {
    archive.stored.splice(0, 3);
    put(3, 6);
    await restart();
    await online();
    expect(archive.asked.map(({ after, start }) => after ?? start)).toEqual(['id-2', START + 2_000 - 60_000]);
    expect(await texts()).toEqual(numbered(0, 6));
  });

  it('is one row with what came live before the archive’s ids could be believed', async () => {
    server.features = server.features.filter((feature) => feature !== 'urn:xmpp:sid:0');
    await restart();
    await online();
    server.deliver(message('live', { id: 'live' }));
    server.deliver(message('live', { id: 'other' }));
    await eventually(async () => (await texts()).length === 5, 'both');
    server.features.push('urn:xmpp:sid:0');
    archive.put('a-live', message('live', { id: 'live' }));
    archive.put('a-more', message('more', { id: 'live' }));
    await restart();
    await online();
    expect((await texts()).slice(3)).toEqual(['live', 'live', 'more']);
  });
});

describe('the cursor', () => {
  beforeEach(async () => {
    put(0, 2);
    await signIn();
  });

  const live = async (id: string): Promise<void> => {
    archive.put(id, message(`live ${id}`, { extra: stamp(id) }));
    server.deliver(message(`live ${id}`, { extra: stamp(id) }));
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === `live ${id}`, id);
  };

  it('follows live messages when nothing before them is missing', async () => {
    await live('one');
    ahead += 10_000;
    await live('two');
    await restart();
    await online();
    expect(archive.asked.map(({ after }) => after)).toEqual(['one']);
    expect(await texts()).toEqual([...numbered(0, 2), 'live one', 'live two']);
  });

  it('does not follow at once: the message before it in the archive may still be on its way', async () => {
    // Of two senders, as a server that works in parallel was seen to do it.
    archive.put('earlier', message('stored earlier, not delivered yet', { from: 'carol@c.test/r' }));
    await live('later');
    await restart(); // the power fails in between, and the session is lost
    await online();
    expect(archive.asked[0]?.after).toBe('id-1');
    expect(alice.chatWith('carol@c.test')?.last?.text).toBe('stored earlier, not delivered yet');
    expect(await texts()).toEqual([...numbered(0, 2), 'live later']);
  });

  it('does not, as long as the gap is not filled', async () => {
    put(2, 4);
    await engine.stop();
    const waiting = Promise.withResolvers<never>();
    waiting.promise.catch(() => undefined);
    archive.answer = () => waiting.promise;
    await boot();
    await eventually(() => Promise.resolve(archive.asked.length > 1), 'it asks');
    await live('behind the gap');
    await eventually(() => Promise.resolve(alice.account().state === 'catching-up'), 'it still catches up');
    // The power fails here. Only then is the question answered, to nobody.
    archive.answer = (asked) => archive.honestAnswer(asked);
    await restart();
    await online();
    expect(archive.asked[0]?.after).toBe('id-1');
    expect((await texts()).toSorted()).toEqual([...numbered(0, 4), 'live behind the gap'].toSorted());
    waiting.reject(new Error('over'));
  });

  it('does not, when an archive stopped without being complete', async () => {
    put(2, 4);
    archive.answer = () => fin(false);
    await restart();
    await online();
    await live('behind the gap');
    archive.answer = (asked) => archive.honestAnswer(asked);
    await restart();
    await online();
    expect(archive.asked[0]?.after).toBe('id-1');
  });

  it('does not without carbons: our other devices say things that only the archive tells', async () => {
    server.features = server.features.filter((feature) => feature !== 'urn:xmpp:carbons:2');
    await restart();
    await online();
    archive.put('unseen', message('from my phone', { from: `${ME}/phone`, to: FRIEND }));
    await live('seen');
    await restart();
    await online();
    expect(archive.asked[0]?.after).toBe('id-1');
    expect((await texts()).toSorted()).toEqual([...numbered(0, 2), 'from my phone', 'live seen'].toSorted());
  });
});

describe('what waits to be sent', () => {
  const write = async (text: string): Promise<number> => {
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    await alice.call('chats.setEncryption', { chat, mode: 'off' });
    return (await alice.call('messages.send', { chat, text })).message;
  };
  const copyOf = (sent: Element | undefined, text: string): string =>
    message(text, {
      from: DEVICE,
      to: FRIEND,
      id: sent?.attrs['id'] ?? '',
      extra: origin(sent?.attrs['id'] ?? ''),
    });

  it('is not sent twice when it arrived and only the acknowledgement was lost', async () => {
    await signIn();
    const id = await write('arrived');
    await write('was lost');
    await eventually(() => Promise.resolve(sentMessages().length === 2), 'they left');
    archive.put('arrived', copyOf(sentMessages()[0], 'arrived'));
    await restart();
    await eventually(() => Promise.resolve(sentMessages().length > 0), 'what was lost leaves again');
    await online();
    expect(sentMessages()).toHaveLength(1);
    expect(JSON.stringify(sentMessages()[0])).toContain('was lost');
    expect((await alice.history(FRIEND)).map(({ text, delivery }) => [text, delivery])).toEqual([
      ['arrived', 'sent'],
      ['was lost', 'queued'],
    ]);
    expect(alice.messages.get(id)?.delivery).toBe('sent');
  });

  it('is not sent twice when the receipt came, and only the acknowledgement was lost', async () => {
    await signIn();
    const id = await write('delivered');
    await eventually(() => Promise.resolve(sentMessages().length === 1), 'it left');
    const [sent] = sentMessages();
    archive.put('delivered', copyOf(sent, 'delivered'));
    server.deliver(
      `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat">` +
        `<received xmlns="urn:xmpp:receipts" id="${sent?.attrs['id'] ?? ''}"/></message>`,
    );
    await alice.until(() => alice.messages.get(id)?.delivery === 'delivered', 'the receipt');
    await restart();
    await online();
    expect(sentMessages()).toEqual([]);
    expect((await alice.history(FRIEND)).at(-1)?.delivery).toBe('delivered');
  });

  it('is not sent twice by a device that was ended before its first look was over', async () => {
    const waiting = Promise.withResolvers<never>();
    waiting.promise.catch(() => undefined);
    archive.answer = () => waiting.promise;
    await alice.call('accounts.signIn', { address: ME, password: 'x' });
    await write('arrived');
    await eventually(() => Promise.resolve(sentMessages().length === 1), 'it left');
    archive.put('arrived', copyOf(sentMessages()[0], 'arrived'));
    archive.answer = (asked) => archive.honestAnswer(asked);
    await restart();
    await online();
    expect(sentMessages()).toEqual([]);
    waiting.reject(new Error('over'));
  });

  it('does not wait for a long history', async () => {
    await signIn();
    await write('first');
    await eventually(() => Promise.resolve(sentMessages().length === 1), 'it left');
    put(0, 1_000);
    let pages = 0;
    const waiting = Promise.withResolvers<never>();
    waiting.promise.catch(() => undefined);
    archive.answer = (asked) => {
      pages += 1;
      return pages > 6 ? waiting.promise : archive.honestAnswer(asked);
    };
    await restart();
    await eventually(() => Promise.resolve(sentMessages().length === 1), 'it leaves again');
    await eventually(() => Promise.resolve(alice.account().state === 'catching-up'), 'it still catches up');
    expect(pages).toBe(7); // the end, five from the front, and the one that is waited for
    waiting.reject(new Error('over'));
    await online();
  });
});

describe('what the server keeps', () => {
  const keeps = (otherwise: string | undefined): void => {
    const { answers } = server;
    let kept = otherwise;
    server.answers = (iq) => {
      if (iq.payload.name !== 'prefs') return answers(iq);
      if (kept === undefined) throw new StanzaError('feature-not-implemented', 'cancel');
      if (iq.type === 'set') kept = iq.payload.attrs['default'] ?? '';
      return stanza('iq', { type: 'result', id: 'x' }, xml('prefs', 'urn:xmpp:mam:2', { default: kept }));
    };
  };

  it.each([
    ['never', 'nothing'],
    ['roster', 'contacts'],
    ['always', 'everything'],
  ])('is told: %s', async (otherwise, archiving) => {
    keeps(otherwise);
    await signIn();
    await alice.until(() => alice.account().archiving === archiving, archiving);
    await alice.call('accounts.keepHistory', { account: alice.account().id });
    await alice.until(() => alice.account().archiving === 'everything', 'all of it');
  });

  it('is told when there is no archive at all', async () => {
    server.features = server.features.filter((feature) => feature !== 'urn:xmpp:mam:2');
    await signIn();
    await alice.until(() => alice.account().archiving === 'not-offered', 'none');
  });

  it('is not guessed when the server does not say', async () => {
    keeps(undefined);
    await signIn();
    expect(alice.account().archiving).toBeUndefined();
    await expect(alice.call('accounts.keepHistory', { account: alice.account().id })).rejects.toThrow();
  });
});
