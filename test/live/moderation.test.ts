/** Moderators take back what others say, on a server that can: one message, and all of one person. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { roomsComponent } from '../support/servers.ts';

let server: Prosody;
const names = ['alice', 'bob'];
const folders = names.map((name) => temporaryFolder(name));
const engines: TestEngine[] = [];

beforeAll(async () => {
  server = await startProsody({
    accounts: names,
    components: roomsComponent.replace('"muc_mam"', '"muc_mam"; "muc_moderation"'),
  });
  for (const [index, name] of names.entries()) {
    const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
    engines.push(engine);
    await signIn(engine, server, name);
  }
});

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  await server.stop();
  for (const folder of folders) folder.remove();
});

it('one message and then all that somebody said are gone for everybody', async () => {
  const [alice, bob] = engines as [TestEngine, TestEngine];
  const { chat } = await alice.call('rooms.create', {
    account: alice.account().id,
    name: 'Square',
    isPrivate: false,
    people: [],
  });
  await alice.until(() => alice.rooms.get(chat)?.hasModeration === true, 'it can be moderated');
  const { address } = alice.rooms.get(chat)!;
  const joined = await bob.call('rooms.join', { account: bob.account().id, address });
  await bob.until(() => bob.rooms.get(joined.chat)?.state === 'in', 'bob is in');
  for (const text of ['one', 'two', 'three']) await bob.call('messages.send', { chat: joined.chat, text });
  await alice.call('messages.send', { chat, text: 'mine' });
  const said = (who: TestEngine, where: number): MessageRow[] =>
    [...who.messages.values()].filter((row) => row.chat === where).sort((a, b) => a.id - b.id);
  const texts = (who: TestEngine, where: number): string[] =>
    said(who, where)
      .filter(({ retracted }) => retracted === undefined)
      .map(({ text }) => text)
      .sort();
  for (const [who, where] of [
    [alice, chat],
    [bob, joined.chat],
  ] as const)
    await who.until(
      () => said(who, where).length === 4 && said(who, where).every(({ delivery }) => delivery !== 'queued'),
      'all is said',
    );
  const one = said(alice, chat).find(({ text }) => text === 'one')!;
  await expect(
    bob.call('messages.retract', { message: said(bob, joined.chat).find(({ text }) => text === 'mine')!.id }),
  ).rejects.toMatchObject({ code: 'not-allowed' });
  await alice.call('messages.retract', { message: one.id, reason: 'Spam' });
  await bob.until(() => texts(bob, joined.chat).length === 3, 'it is gone for bob');
  const { count } = await alice.call('rooms.takeBackAll', { chat, occupant: one.occupant! });
  expect(count).toBe(2);
  await alice.until(() => texts(alice, chat).length === 1, 'all of bob is gone');
  await bob.until(() => texts(bob, joined.chat).length === 1, 'and for bob');
  expect(texts(alice, chat)).toEqual(['mine']);
  expect(texts(bob, joined.chat)).toEqual(['mine']);
});
