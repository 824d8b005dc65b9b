/** Files from client to client, where the server takes none: the same on the other side, and of no use to anybody else. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import type { TestEngine } from '../support/engine.ts';
import { contentsOf, sendFile } from '../support/hand-in.ts';
import { keepHouse } from '../support/household.ts';
import { eventually, online, openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { roomsComponent } from '../support/servers.ts';
import { behind, portOfWay } from '../support/way.ts';

const house = keepHouse(({ accounts, contacts = [] }) =>
  startProsody({
    accounts: [...accounts, 'mallory'],
    contacts: [...contacts, ['alice', 'mallory']],
    // Services there are, but none that takes files.
    components: roomsComponent,
    logStanzas: true,
  }),
);
let proxy: Proxy;
let alice: TestEngine;
let bob: TestEngine;
let chat: number;

beforeAll(async () => {
  const { server } = house;
  proxy = await startProxy(portOfWay(server), { keepsBytes: false });
  alice = await house.start('alice');
  bob = await house.start('bob');
  await signIn(alice, server, 'alice');
  await signIn(bob, behind(server, proxy.port), 'bob');
  chat = await openEncryptedChat(alice, 'bob@localhost');
  const limit = (): Promise<{ service: string }> =>
    alice.call('files.limit', { account: alice.account().id, chat });
  await eventually(async () => (await limit()).service === 'offered', "what Bob's client can do");
});

afterAll(() => proxy.stop());

const received = (name: string, state: FileRow['state']): Promise<FileRow> =>
  bob.until(
    () => [...bob.files.values()].find((file) => file.name === name && file.state === state),
    `${name} ${state}`,
  );

it('goes encrypted, and is the same there', async () => {
  const contents = randomBytes(300_000);
  await sendFile(alice, chat, 'secret plan.pdf', contents);
  const offered = await received('secret plan.pdf', 'offered');
  expect(offered).toMatchObject({ size: contents.length, kind: 'file' });
  await bob.call('files.fetch', { file: offered.id });
  expect((await contentsOf(bob, await received('secret plan.pdf', 'here'))).equals(contents)).toBe(true);
  expect(house.server.readLog()).not.toContain('secret plan');
  // The first bytes of a block in clear would stand there in Base64.
  expect(house.server.readLog()).not.toContain(contents.subarray(0, 96).toString('base64'));
});

it('goes on where the connection was cut', async () => {
  const contents = randomBytes(1_200_000);
  await sendFile(alice, chat, 'film.bin', contents);
  const offered = await received('film.bin', 'offered');
  proxy.cutAfter('toClient', 800_000);
  await bob.call('files.fetch', { file: offered.id });
  expect(await received('film.bin', 'failed')).toMatchObject({ failure: 'unreachable' });
  await bob.until(() => bob.account().state === 'online', 'online again');
  await bob.call('files.fetch', { file: offered.id });
  expect((await contentsOf(bob, await received('film.bin', 'here'))).equals(contents)).toBe(true);
  const offsets = [...house.server.readLog().matchAll(/<range offset='(\d+)'/g)].map(([, offset]) =>
    Number(offset),
  );
  expect(Math.max(...offsets)).toBeGreaterThan(250_000);
});

it('goes in clear where the chat is, and after a restart of the one who has it', async () => {
  await alice.call('chats.setEncryption', { chat, mode: 'off' });
  await sendFile(alice, chat, 'note.txt', Buffer.from('forty euros'));
  const offered = await received('note.txt', 'offered');
  expect(bob.messages.get(offered.message)).toMatchObject({ text: 'note.txt' });
  await alice.stop();
  alice = await house.start('alice');
  await online(alice, alice.account().id);
  await bob.call('files.fetch', { file: offered.id });
  expect((await contentsOf(bob, await received('note.txt', 'here'))).toString()).toBe('forty euros');
});

it('is nowhere for anybody else', async () => {
  const other = await alice.call('chats.open', { account: alice.account().id, address: 'mallory@localhost' });
  expect(await alice.call('files.limit', { account: alice.account().id, chat: other.chat })).toEqual({
    service: 'missing',
  });
  await expect(alice.call('files.begin', { chat: other.chat, name: 'x', size: 1 })).rejects.toMatchObject({
    code: 'not-allowed',
  });
});
