/** Other words for a message that nobody has: in its place, sent once, and never the earlier ones. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map(({ text }) => text);
const chat = (): number => alice.chatWith(FRIEND)?.id ?? -1;
const send = async (text: string): Promise<number> =>
  (await alice.call('messages.send', { chat: chat(), text })).message;
const edit = (message: number, text: string): Promise<unknown> =>
  alice.call('messages.edit', { message, text }).then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );
const bodyOf = (element: Element): string | undefined => /<body>(.*?)<\/body>/u.exec(serialize(element))?.[1];
/** What left, and under which ids. */
const left = (): (string | undefined)[] => server.sent.map(bodyOf).filter((body) => body !== undefined);
const idOf = (body: string): string =>
  String(server.sent.find((element) => bodyOf(element) === body)?.attrs['id']);
const gone = (count: number): Promise<unknown> =>
  eventually(() => Promise.resolve(left().length >= count), 'gone');
const bounce = (body: string): void =>
  server.deliver(
    `<message xmlns="jabber:client" from="${FRIEND}" to="${ME}/x" type="error" id="${idOf(body)}"><error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
  );
const is = (message: number, delivery: string): Promise<unknown> =>
  alice.until(() => alice.messages.get(message)?.delivery === delivery, delivery);

beforeEach(async () => {
  folder = await temporaryProfile('editing');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
  await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

/** Signed out, so that what is written waits. */
const leave = (): Promise<unknown> =>
  alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
const come = (): Promise<unknown> =>
  alice.call('accounts.setEnabled', { account: alice.account().id, enabled: true });

it('a message that waits is changed where it stands, and leaves in its turn, once', async () => {
  await leave();
  const [, second] = [await send('one'), await send('two'), await send('three')];
  expect(await edit(second, 'other words')).toBe('done');
  expect(await texts()).toEqual(['one', 'other words', 'three']);
  await come();
  await gone(3);
  expect(left()).toEqual(['one', 'other words', 'three']);
  const found = await alice.call('search.messages', { text: '"two"', limit: 5 });
  expect(found.hits).toEqual([]);
});

it('it still waits with its new words after a restart', async () => {
  await leave();
  const first = await send('one');
  await edit(first, 'other words');
  await engine.stop();
  await boot();
  expect(await texts()).toEqual(['other words']);
  await come();
  await gone(1);
  expect(left()).toEqual(['other words']);
});

it('a message that failed is sent again with other words and another id, in its place', async () => {
  const first = await send('one');
  await gone(1);
  await send('two');
  await gone(2);
  bounce('one');
  await is(first, 'failed');
  expect(await edit(first, 'other words')).toBe('done');
  await gone(3);
  expect(left()).toEqual(['one', 'two', 'other words']);
  expect(idOf('other words')).not.toBe(idOf('one'));
  expect(await texts()).toEqual(['other words', 'two']);
  expect(alice.messages.get(first)?.failure).toBeUndefined();
  server.acknowledge(server.sent.length);
  await is(first, 'sent');
});

it('the archive does not bring the earlier words back', async () => {
  const first = await send('one');
  await gone(1);
  const id = idOf('one');
  bounce('one');
  await is(first, 'failed');
  await edit(first, 'other words');
  await gone(2);
  server.acknowledge(server.sent.length);
  await is(first, 'sent');
  await engine.stop();
  const archive = new ScriptedArchive(server);
  const copy = `<message xmlns="jabber:client" from="${ME}/x" to="${FRIEND}" type="chat" id="${id}"><body>one</body><origin-id xmlns="urn:xmpp:sid:0" id="${id}"/></message>`;
  const at = Math.floor(first / 1_000);
  archive.put('id-1', copy, at);
  archive.put(
    'id-2',
    `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat" id="n"><body>news</body></message>`,
    at + 5_000,
  );
  await boot();
  await online();
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'news', 'news');
  expect(await texts()).toEqual(['other words', 'news']);
});

it('what has left, or may have, stays as it is', async () => {
  const first = await send('one');
  await gone(1);
  expect(await edit(first, 'too late')).toBe('too-late'); // on its way
  await leave();
  expect(await edit(first, 'too late')).toBe('too-late'); // nobody said that it arrived
  await come();
  await gone(2);
  expect(left()).toEqual(['one', 'one']);
  server.acknowledge(server.sent.length);
  await is(first, 'sent');
  expect(await edit(first, 'too late')).toBe('too-late');
  server.deliver(
    `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat" id="m"><body>theirs</body></message>`,
  );
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'theirs', 'theirs');
  expect(await edit(alice.chatWith(FRIEND)?.last?.message ?? 0, 'mine')).toBe('too-late');
  expect(await edit(4711, 'x')).toBe('not-found');
  expect(await edit(first, '  \n ')).toBe('invalid');
  expect(await texts()).toEqual(['one', 'theirs']);
});

it('words that are changed or taken back while keys are looked up do not leave', async () => {
  const CAROL = 'carol@c.test';
  await leave();
  const asked = Promise.withResolvers<undefined>();
  const answer = Promise.withResolvers<Element>();
  server.answers = (iq) => {
    if (iq.to !== CAROL) return undefined;
    asked.resolve(undefined);
    return answer.promise;
  };
  const { chat: carol } = await alice.call('chats.open', { account: alice.account().id, address: CAROL });
  const { message: waiting } = await alice.call('messages.send', { chat: carol, text: 'first words' });
  const { message: taken } = await alice.call('messages.send', { chat: carol, text: 'taken back' });
  await come();
  await asked.promise;
  expect(await edit(waiting, 'second words')).toBe('done');
  await alice.call('messages.discard', { message: taken });
  answer.reject(new StanzaError('item-not-found', 'cancel'));
  await is(waiting, 'queued');
  await gone(1);
  expect(left()).toEqual(['second words']);
});
