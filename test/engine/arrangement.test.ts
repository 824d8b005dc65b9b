/** Pinned, archived, muted, marked as unread: the whole engine, a scripted server, and a clock that the test moves. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Notice } from '../../electron/engine/host.ts';
import type { CallName, ChatRow } from '../../shared/contract.ts';
import { FOREVER } from '../../shared/mute.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const BOB = 'bob@b.test';
const CAROL = 'carol@c.test';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let notices: Notice[];
let clock: number;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

async function start(): Promise<void> {
  engine = createEngine({
    ...createTestHost({ profile: folder.path, now: () => clock }),
    notify: (notice) => notices.push(notice),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
}

beforeEach(async () => {
  folder = await temporaryProfile('arrangement');
  notices = [];
  clock = Date.UTC(2026, 10, 21, 12);
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  await start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

let said = 0;
async function hear(from: string): Promise<ChatRow> {
  const text = `message ${String(++said)}`;
  server.deliver(`<message from="${from}/r" to="${ME}" type="chat"><body>${text}</body></message>`);
  return alice.until(() => {
    const chat = alice.chatWith(from);
    return chat?.last?.text === text ? chat : undefined;
  }, text);
}
const chatOf = (address: string): ChatRow => {
  const chat = alice.chatWith(address);
  if (chat === undefined) throw new Error(`no chat with ${address}`);
  return chat;
};

it('a pinned chat keeps its place, and what is archived is not pinned', async () => {
  const [bob, carol] = [await hear(BOB), await hear(CAROL)];
  await alice.call('chats.setPinned', { chat: carol.id, isPinned: true });
  await alice.call('chats.setPinned', { chat: bob.id, isPinned: true });
  await alice.call('chats.setPinned', { chat: carol.id, isPinned: true });
  expect([chatOf(CAROL).pinned, chatOf(BOB).pinned]).toEqual([1, 2]);
  await alice.call('chats.setArchived', { chat: carol.id, isArchived: true });
  expect(chatOf(CAROL)).toMatchObject({ isArchived: true });
  expect(chatOf(CAROL).pinned).toBeUndefined();
  await alice.call('chats.setPinned', { chat: carol.id, isPinned: true });
  expect(chatOf(CAROL)).toMatchObject({ pinned: 3 });
  expect(chatOf(CAROL).isArchived).toBeUndefined();
  await alice.call('chats.setPinned', { chat: bob.id, isPinned: false });
  expect(chatOf(BOB).pinned).toBeUndefined();
});

it('a new message brings an archived chat back, but not one that is muted', async () => {
  const bob = await hear(BOB);
  await alice.call('chats.setArchived', { chat: bob.id, isArchived: true });
  expect((await hear(BOB)).isArchived).toBeUndefined();

  await alice.call('chats.setArchived', { chat: bob.id, isArchived: true });
  await alice.call('chats.setMuted', { chat: bob.id, until: clock + 60_000 });
  expect((await hear(BOB)).isArchived).toBe(true);
  clock += 60_001;
  expect((await hear(BOB)).isArchived).toBeUndefined();

  await alice.call('chats.setArchived', { chat: bob.id, isArchived: true });
  await alice.call('messages.send', { chat: bob.id, text: 'I am back' });
  expect(chatOf(BOB).isArchived).toBeUndefined();
});

it('no notification comes while it is muted', async () => {
  const bob = await hear(BOB);
  expect(notices).toHaveLength(1);
  await alice.call('chats.setMuted', { chat: bob.id, until: clock + 60_000 });
  await hear(BOB);
  await hear(CAROL); // another chat is not muted with it
  expect(notices.map(({ title }) => title)).toEqual(['Bob', CAROL]);
  clock += 60_001;
  await hear(BOB);
  expect(notices).toHaveLength(3);
  await alice.call('chats.setMuted', { chat: bob.id, until: FOREVER });
  await hear(BOB);
  expect(notices).toHaveLength(3);
  await alice.call('chats.setMuted', { chat: bob.id, until: 0 });
  expect(chatOf(BOB).mutedUntil).toBeUndefined();
  await hear(BOB);
  expect(notices).toHaveLength(4);
});

it('marked as unread until it is read or answered', async () => {
  const bob = await hear(BOB);
  await alice.call('chats.markRead', { chat: bob.id, message: bob.last?.message ?? 0 });
  await alice.call('chats.setMarkedUnread', { chat: bob.id, isMarked: true });
  expect(chatOf(BOB)).toMatchObject({ unread: 0, isMarkedUnread: true });
  const { last } = await hear(BOB);
  expect(chatOf(BOB)).toMatchObject({ unread: 1, isMarkedUnread: true });
  await alice.call('chats.markRead', { chat: bob.id, message: last?.message ?? 0 });
  expect(chatOf(BOB).isMarkedUnread).toBeUndefined();
  await alice.call('chats.setMarkedUnread', { chat: bob.id, isMarked: true });
  await alice.call('messages.send', { chat: bob.id, text: 'yes' });
  expect(chatOf(BOB).isMarkedUnread).toBeUndefined();
});

it('all of it is there after a restart, and gone with the chat', async () => {
  const [bob, carol] = [await hear(BOB), await hear(CAROL)];
  await alice.call('chats.setPinned', { chat: bob.id, isPinned: true });
  await alice.call('chats.setMuted', { chat: bob.id, until: FOREVER });
  await alice.call('chats.setMarkedUnread', { chat: bob.id, isMarked: true });
  await alice.call('chats.setArchived', { chat: carol.id, isArchived: true });
  const before = [chatOf(BOB), chatOf(CAROL)];
  await engine.stop();
  await start();
  expect([chatOf(BOB), chatOf(CAROL)]).toEqual(before);
  await alice.call('chats.remove', { chat: bob.id });
  const again = await hear(BOB);
  expect([again.pinned, again.mutedUntil, again.isMarkedUnread]).toEqual([undefined, undefined, undefined]);
});

it('folders have names and an order, and chats are in several of them', async () => {
  const [bob, carol] = [await hear(BOB), await hear(CAROL)];
  const { folder: work } = await alice.call('folders.add', { name: ' Work ' });
  const { folder: birds } = await alice.call('folders.add', { name: 'Birds' });
  expect(alice.folders).toEqual([
    { id: work, name: 'Work' },
    { id: birds, name: 'Birds' },
  ]);
  await alice.call('folders.order', { folders: [birds, 4_711, birds] });
  await alice.call('folders.rename', { folder: work, name: 'Office' });
  await alice.call('chats.setFolder', { chat: bob.id, folder: work, isIn: true });
  await alice.call('chats.setFolder', { chat: bob.id, folder: birds, isIn: true });
  await alice.call('chats.setFolder', { chat: carol.id, folder: birds, isIn: true });
  await alice.call('chats.setFolder', { chat: carol.id, folder: birds, isIn: false });
  expect([chatOf(BOB).folders, chatOf(CAROL).folders]).toEqual([[work, birds], undefined]);

  await engine.stop();
  await start();
  expect(alice.folders.map(({ name }) => name)).toEqual(['Birds', 'Office']);
  expect(chatOf(BOB).folders).toEqual([work, birds]);

  // A folder goes without its chats, a chat goes out of its folders.
  await alice.call('folders.remove', { folder: work });
  expect([alice.folders.length, chatOf(BOB).folders]).toEqual([1, [birds]]);
  await alice.call('chats.remove', { chat: bob.id });
  expect((await hear(BOB)).folders).toBeUndefined();
});

it('refuses what is no folder', async () => {
  const bob = await hear(BOB);
  const { folder } = await alice.call('folders.add', { name: 'Work' });
  const refused = (name: CallName, input: unknown): Promise<unknown> =>
    engine.call(name, input).then((reply) => (reply.ok ? 'ok' : reply.code));
  expect(await refused('folders.add', { name: 'Work' })).toBe('already-there');
  expect(await refused('folders.add', { name: '  ' })).toBe('invalid');
  expect(await refused('folders.add', { name: 'x'.repeat(61) })).toBe('invalid');
  expect(await refused('folders.rename', { folder: 99, name: 'x' })).toBe('not-found');
  expect(await refused('chats.setFolder', { chat: bob.id, folder: 99, isIn: true })).toBe('not-found');
  expect(await refused('folders.rename', { folder, name: 'Work' })).toBe('ok');
  for (let count = 2; count <= 50; count += 1) await alice.call('folders.add', { name: String(count) });
  expect(await refused('folders.add', { name: 'one too many' })).toBe('too-large');
});
