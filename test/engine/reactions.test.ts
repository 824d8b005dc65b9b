/** What people feel about messages, heard by any road: whose word counts, which is the newest, and what is not believed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { interpret, type Content } from '../../electron/engine/facts.ts';
import { withLastReactions } from '../../electron/engine/reactions.ts';
import { readMessage } from '../../electron/xmpp/message.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { jid, must } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ALICE = jid('alice@a.test');
const BOB = jid('bob@b.test');
const MALLORY = 'mallory@evil.example';

let server: ScriptedServer;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;
let now: () => number;
const notices: string[] = [];

beforeEach(async () => {
  folder = await temporaryProfile('reactions');
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  notices.length = 0;
  now = () => Date.now();
  await start();
  await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

async function start(): Promise<void> {
  const host = createTestHost({ profile: folder.path, now: () => now() });
  engine = createEngine({ ...host, connect: server.connect, notify: ({ body }) => notices.push(body) });
  alice = new Mirror(engine);
  await engine.start();
}

const message = (content: string, from: string = BOB, id = ''): string =>
  `<message xmlns="jabber:client" from="${from}/r" to="${ALICE}/d1" type="chat" id="${id}">${content}</message>`;
const feels = (target: string, ...emojis: string[]): string =>
  `<reactions xmlns="urn:xmpp:reactions:0" id="${target}">${emojis.map((each) => `<reaction>${each}</reaction>`).join('')}</reactions>`;
const stamped = (second: number): string =>
  `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="2026-01-01T12:00:${String(second).padStart(2, '0')}Z"/>`;
const carbon = (content: string): string =>
  `<message xmlns="jabber:client" from="${ALICE}" to="${ALICE}/d1"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ALICE}/phone" to="${BOB}" type="chat">${content}</message></forwarded></sent></message>`;

const row = (text: string): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].find((each) => each.text === text), `the row of ${text}`);

/** What is felt about a message as a window that opens now is told, once all that was delivered is in. */
async function felt({ id, chat }: MessageRow): Promise<Record<string, readonly string[]>> {
  const last = `until here ${server.delivered}`;
  server.deliver(message(`<body>${last}</body>`));
  await row(last);
  const page = await alice.call('messages.page', { chat, limit: 50 });
  const found = page.reactions?.find((each) => each.message === id)?.reactions ?? [];
  return Object.fromEntries(found.map(({ sender, emojis }) => [sender, emojis]));
}

/** A message of Bob's. */
async function hear(id: string): Promise<MessageRow> {
  server.deliver(message(`<body>text of ${id}</body>`, BOB, id));
  return row(`text of ${id}`);
}

/** A message of ours that arrived, and its id. */
async function say(text: string): Promise<{ said: MessageRow; id: string }> {
  const { chat } = await alice.call('chats.open', { account: alice.account().id, address: BOB });
  await alice.call('messages.send', { chat, text });
  await expect.poll(() => server.sent.some((each) => readMessage(each)?.body === text)).toBe(true);
  server.acknowledge(server.sent.length);
  const said = await row(text);
  await alice.until(() => alice.messages.get(said.id)?.delivery === 'sent', 'sent');
  const id = must(server.sent.find((each) => readMessage(each)?.body === text)).attrs['id'];
  return { said, id: must(id) };
}

it('are the newest set of each person, of both sides and all our devices', async () => {
  const said = await hear('b1');
  server.deliver(message(stamped(10) + feels('b1', '👍', '❤')));
  server.deliver(carbon(stamped(11) + feels('b1', '🎉')));
  expect(await felt(said)).toEqual({ [BOB]: ['👍', '❤️'], [ALICE]: ['🎉'] });
  server.deliver(message(stamped(20) + feels('b1', '😮')));
  server.deliver(message(stamped(15) + feels('b1', '🐢'))); // from before
  expect(await felt(said)).toEqual({ [BOB]: ['😮'], [ALICE]: ['🎉'] });
  server.deliver(message(stamped(30) + feels('b1')));
  server.deliver(message(stamped(20) + feels('b1', '😮'))); // a copy does not bring it back
  server.deliver(carbon(stamped(31) + feels('b1')));
  expect(await felt(said)).toEqual({});
});

it('wait for the message that they are about, and outlive a restart', async () => {
  await hear('b1');
  server.deliver(message(stamped(12) + feels('b2', '👍')));
  server.deliver(message(stamped(11) + feels('b2', '👎')));
  server.deliver(carbon(stamped(13) + feels('b2', '🎉')));
  await engine.stop();
  await start();
  await alice.until(() => alice.account().state === 'online', 'online');
  const said = await hear('b2');
  expect(await felt(said)).toEqual({ [BOB]: ['👍'], [ALICE]: ['🎉'] });
});

it('are told when they are about something that we said', async () => {
  const { said, id } = await say('shall we meet?');
  server.deliver(message(feels(id, '👍')));
  expect(await felt(said)).toEqual({ [BOB]: ['👍'] });
  const about = (): string[] => notices.filter((body) => body.includes('shall we meet?'));
  expect(about()).toEqual(['👍  “shall we meet?”']);
  server.deliver(message(feels(id)));
  server.deliver(carbon(feels(id, '🎉')));
  expect(await felt(said)).toEqual({ [ALICE]: ['🎉'] });
  expect(about()).toHaveLength(1);
});

describe('hostile', () => {
  it('H26 nobody else reacts in a chat, and nobody to a message of another chat', async () => {
    const said = await hear('b1');
    server.deliver(message('<body>I am Bob</body>', MALLORY, 'm1'));
    const other = await row('I am Bob');
    server.deliver(message(feels('b1', '💩'), MALLORY));
    server.deliver(message(feels('m1', '💩')));
    server.deliver(message(feels('b1', '💩'), `${MALLORY}/${BOB}`));
    expect([await felt(said), await felt(other)]).toEqual([{}, {}]);
    server.deliver(message(`<body>text of b1, too</body>`, MALLORY, 'b1'));
    const twin = await row('text of b1, too');
    expect([await felt(said), await felt(twin)]).toEqual([{}, { [MALLORY]: ['💩'] }]);
  });

  it('words beside them are shown, unless they only stand in for them', async () => {
    const said = await hear('b1');
    const standIn = '<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reactions:0"/>';
    server.deliver(message(`<body>shown</body>${feels('b1', '👍')}`));
    server.deliver(message(`<body>not shown</body>${standIn}${feels('b1', '👍', '🎉')}`));
    server.deliver(message(`<body>shown as well</body>${standIn}`));
    expect(await felt(said)).toEqual({ [BOB]: ['👍', '🎉'] });
    const texts = [...alice.messages.values()].map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(['shown', 'shown as well']));
    expect(texts).not.toContain('not shown');
  });

  it('of two within one millisecond the second counts', async () => {
    const moment = Date.now();
    now = () => moment;
    const said = await hear('b1');
    server.deliver(message(feels('b1', '👍')));
    server.deliver(message(feels('b1', '🎉')));
    expect(await felt(said)).toEqual({ [BOB]: ['🎉'] });
  });

  it('a flood of them changes one row, and opens no chat', async () => {
    const said = await hear('b1');
    for (let index = 0; index < 300; index += 1) server.deliver(message(feels('b1', `${index % 10}️⃣`)));
    server.deliver(message(feels('b1', ...Array.from({ length: 60 }, (_, index) => `w${index}`))));
    server.deliver(message(feels('x1', '👍'), 'stranger@evil.example'));
    expect((await felt(said))[BOB]).toHaveLength(16);
    expect(alice.chatWith('stranger@evil.example')).toBeUndefined();
  });

  const meant = (content: Content, encrypted: object): unknown => {
    const read = must(readMessage(must(parseStanza(message(feels('b1', '👍'))))));
    const envelope = {
      message: { ...read, encrypted },
      road: 'live',
      isOutgoing: false,
      sender: BOB,
    } as const;
    const facts = interpret({ ...envelope, peer: BOB, at: 1 }, content);
    return facts.flatMap((fact) => (fact.kind === 'reactions' ? [fact.encryption] : []));
  };
  const decrypted = { kind: 'decrypted', text: 'x', device: 1, trust: 'blind' } as const;
  const inside = { ...decrypted, elements: [must(parseStanza(message('')))], isWhole: true } as const;

  it.each([
    ['H36 outside of XEP-0420 they are nothing', { ...decrypted, elements: [] }, { omemo2: {} }, []],
    ['H36 not even beside a key', { kind: 'nothing' }, { omemo2: {} }, []],
    ['inside of it they are encrypted', inside, { omemo2: {} }, ['omemo']],
    ['beside the older protocol they are in clear', { ...decrypted, elements: [] }, { legacy: {} }, ['none']],
    [
      'beside what cannot be read they are nothing',
      { kind: 'unreadable', reason: 'forged' },
      { legacy: {} },
      [],
    ],
    [
      'from a device that is not trusted they are nothing',
      { ...inside, trust: 'distrusted' },
      { omemo2: {} },
      [],
    ],
  ] as const)('%s', (_name, content, encrypted, expected) => {
    expect(meant(content, encrypted)).toEqual(expected);
  });
});

it('of several in a page of the archive the last counts', () => {
  const fact = (target: string, emoji: string) =>
    ({
      kind: 'reactions',
      sender: BOB,
      target,
      emojis: [emoji],
      at: 1,
      encryption: 'none',
      road: 'past',
    }) as const;
  const page = [
    { peer: BOB, facts: [fact('b1', '👍')] },
    { row: 1 },
    { peer: BOB, facts: [fact('b2', '👍')] },
    { peer: BOB, facts: [fact('b1', '🎉')] },
    { peer: ALICE, facts: [fact('b1', '🐢')] },
  ];
  expect(withLastReactions(page)).toEqual([{ peer: BOB, facts: [] }, ...page.slice(1)]);
});
