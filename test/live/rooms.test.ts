/** Rooms on each make of server: coming in, being heard once, coming back, being put out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageRow, RoomRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes, ROOMS } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const names = ['alice', 'bob', 'carol'];
  const folders = names.map((name) => temporaryFolder(name));
  const engines: TestEngine[] = [];

  const start = async (index: number): Promise<TestEngine> => {
    const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
    engines[index] = engine;
    return engine;
  };
  const said = (who: TestEngine, chat: number): MessageRow[] =>
    [...who.messages.values()].filter((row) => row.chat === chat).sort((a, b) => a.id - b.id);
  const enter = async (who: TestEngine, address: string, nick: string): Promise<number> => {
    const { chat } = await who.call('rooms.join', { account: who.account().id, address, nick });
    await who.until(() => who.rooms.get(chat)?.state === 'in', `${nick} is in`);
    return chat;
  };

  beforeAll(async () => {
    server = await startServer({ accounts: names });
    for (const [index, name] of names.entries()) await signIn(await start(index), server, name);
  });

  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('a room that is not there is not made by going there', async () => {
    const [alice] = engines as [TestEngine];
    const address = `nowhere@${ROOMS}`;
    const { chat } = await alice.call('rooms.join', { account: alice.account().id, address });
    await alice.until(() => alice.rooms.get(chat)?.problem?.code === 'not-found', 'it is said');
    expect(alice.rooms.get(chat)).toMatchObject({ state: 'failed', nick: 'alice', occupants: 0 });
    await alice.call('chats.remove', { chat });
  });

  it('everybody in it hears everything once, and what one says is sent when the room has said it', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine];
    const { chat } = await alice.call('rooms.create', {
      account: alice.account().id,
      name: 'The Balcony',
      isPrivate: false,
      people: [],
    });
    const { address } = alice.rooms.get(chat)!;
    await alice.until(() => alice.rooms.get(chat)?.name === 'The Balcony', 'its name is known');
    expect(alice.rooms.get(chat)).toMatchObject({
      state: 'in',
      nick: 'alice',
      role: 'moderator',
      affiliation: 'owner',
    });
    const withBob = await enter(bob, address, 'Bob B.');
    await alice.until(() => alice.rooms.get(chat)?.occupants === 2, 'two are there');
    const { occupants } = await alice.call('rooms.occupants', { chat, limit: 50 });
    expect(occupants.map(({ nick, role, isOwn }) => [nick, role, isOwn])).toEqual([
      ['alice', 'moderator', true],
      ['Bob B.', 'participant', undefined],
    ]);

    await alice.call('messages.send', { chat, text: 'Who is there?' });
    await bob.until(() => said(bob, withBob).length === 1, 'it arrives');
    await bob.call('messages.send', { chat: withBob, text: 'It is me, Alice: your bob' });
    await alice.until(() => said(alice, chat).length === 2, 'the answer arrives');
    await alice.until(() => said(alice, chat)[0]?.delivery === 'sent', 'the room has it');
    await bob.until(() => said(bob, withBob)[1]?.delivery === 'sent', 'the room has the answer');
    expect(said(bob, withBob).map(({ sender, isOutgoing, text }) => [sender, isOutgoing, text])).toEqual([
      [`${address}/alice`, false, 'Who is there?'],
      ['bob@localhost', true, 'It is me, Alice: your bob'],
    ]);
    expect(said(alice, chat)[1]).toMatchObject({ sender: `${address}/Bob B.`, isMention: true });
    expect(alice.chats.get(chat)).toMatchObject({
      kind: 'room',
      unread: 1,
      mentions: 1,
      last: { nick: 'Bob B.' },
    });

    await alice.call('rooms.setSubject', { chat, subject: 'Names' });
    await bob.until(() => bob.rooms.get(withBob)?.subject === 'Names', 'the subject');
    await bob.call('rooms.setNick', { chat: withBob, nick: 'Robert' });
    await bob.until(() => bob.rooms.get(withBob)?.nick === 'Robert', 'another name');
  });

  it('what was said meanwhile is there after a start, and what was written meanwhile is said once', async () => {
    const [alice] = engines as [TestEngine];
    const chat = [...alice.rooms.values()].find(({ name }) => name === 'The Balcony')!.chat;
    const { address } = alice.rooms.get(chat)!;
    await engines[1]!.stop();
    await alice.until(() => alice.rooms.get(chat)?.occupants === 1, 'one is gone');
    for (const text of ['one', 'two', 'three']) await alice.call('messages.send', { chat, text });
    await alice.until(
      () => said(alice, chat).every(({ isOutgoing, delivery }) => !isOutgoing || delivery === 'sent'),
      'the room has them',
    );
    const bob = await start(1);
    const room = (): RoomRow | undefined => [...bob.rooms.values()].find((row) => row.address === address);
    await bob.until(() => room()?.state === 'in', 'back in it');
    const withBob = room()!.chat;
    await bob.until(() => bob.chats.get(withBob)?.last?.text === 'three', 'three arrives');
    const page = await bob.call('messages.page', { chat: withBob, limit: 50 });
    expect(page.messages.map(({ text }) => text).slice(-3)).toEqual(['one', 'two', 'three']);
    expect(page.messages.length).toBe(5);
    expect(bob.chats.get(withBob)?.unread).toBe(4); // nobody has marked the first one as read
    expect(room()).toMatchObject({ nick: 'Robert', subject: 'Names' });

    // ejabberd writes what it was told within two seconds: killed before that, it has never heard of the room.
    await server.restart();
    for (const [who, at] of [
      [alice, chat],
      [bob, withBob],
    ] as const) {
      await who.until(
        () => who.account().state === 'online' && who.rooms.get(at)?.state === 'in',
        'in again',
      );
    }
    await server.kill();
    await bob.until(() => bob.account().state === 'offline', 'the server is gone');
    for (const text of ['four', 'five']) await bob.call('messages.send', { chat: withBob, text });
    await server.restart();
    await bob.call('accounts.reconnect', { account: bob.account().id }).catch(() => undefined);
    await alice.call('accounts.reconnect', { account: alice.account().id }).catch(() => undefined);
    await bob.until(
      () => said(bob, withBob).filter(({ delivery }) => delivery === 'sent').length === 2,
      'both are said',
      60_000,
    );
    await alice.until(() => alice.chats.get(chat)?.last?.text === 'five', 'five arrives', 60_000);
    const heard = await alice.call('messages.page', { chat, limit: 50 });
    expect(heard.messages.map(({ text }) => text)).toEqual([
      'Who is there?',
      'It is me, Alice: your bob',
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
  });
});
