/** A private group on each make of server: encrypted for who belongs to it, and for nobody else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const names = ['alice', 'bob', 'carol'];
  const folders = names.map((name) => temporaryFolder(name));
  const engines: TestEngine[] = [];

  beforeAll(async () => {
    server = await startServer({ accounts: names });
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

  it('three read what is said; who is put out cannot read what follows', async () => {
    const [alice, bob, carol] = engines as [TestEngine, TestEngine, TestEngine];
    const { chat } = await alice.call('rooms.create', {
      account: alice.account().id,
      name: 'Family',
      isPrivate: true,
      people: ['bob@localhost', 'carol@localhost'],
    });
    const { address } = alice.rooms.get(chat)!;
    const chats = new Map<TestEngine, number>([[alice, chat]]);
    for (const who of [bob, carol]) {
      await who.until(() => who.roomInvites.get(address), 'an invitation');
      const entered = await who.call('rooms.acceptInvite', { account: who.account().id, address });
      await who.until(() => who.rooms.get(entered.chat)?.state === 'in', 'in');
      chats.set(who, entered.chat);
    }
    const heard = (who: TestEngine, text: string): MessageRow | undefined =>
      [...who.messages.values()].find((row) => row.chat === chats.get(who) && row.text === text);

    for (const [index, who] of [alice, bob, carol].entries()) {
      const text = `hello from ${names[index]!}`;
      const { message } = await who.call('messages.send', { chat: chats.get(who)!, text });
      await who.until(() => who.messages.get(message)?.delivery === 'sent', `${text} is sent`);
      expect(who.messages.get(message)?.encryption).toBe('omemo');
      for (const other of [alice, bob, carol].filter((each) => each !== who)) {
        await other.until(() => heard(other, text), `${text} is read`);
        expect(heard(other, text)).toMatchObject({ encryption: 'omemo', isOutgoing: false, trust: 'blind' });
      }
    }
    // And what is said about it, encrypted, too.
    const said = heard(bob, 'hello from alice')!;
    await bob.call('messages.react', { message: said.id, emojis: ['🎉'] });
    const own = [...alice.messages.values()].find((row) => row.chat === chat && row.isOutgoing)!;
    await alice.until(() => alice.reactions.get(own.id)?.length === 1, 'alice sees what bob feels');
    expect(alice.reactions.get(own.id)).toMatchObject([
      { sender: `${address}/bob`, emojis: ['🎉'], encryption: 'omemo', isOwn: false },
    ]);
    await bob.until(() => bob.reactions.get(said.id)?.[0]?.state === undefined, 'the room has said it');
    const second = heard(bob, 'hello from bob')!;
    await bob.call('messages.correct', { message: second.id, text: 'hello from Bob' });
    await carol.until(() => heard(carol, 'hello from Bob')?.edited, 'carol reads it as it is now');
    await bob.until(() => heard(bob, 'hello from Bob')?.change === undefined, 'it is said');
    await bob.call('messages.retract', { message: second.id });
    await carol.until(
      () => [...carol.messages.values()].some(({ retracted }) => retracted !== undefined),
      'it is gone for carol',
    );
    expect([...bob.messages.values()].filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);

    const { readers } = await alice.call('messages.readers', {
      message: [...alice.messages.values()].find(({ isOutgoing }) => isOutgoing)!.id,
    });
    expect(readers).toEqual({ theirs: 2, ours: 0, skipped: [] });

    await alice.call('rooms.setAffiliation', { chat, address: 'carol@localhost', affiliation: 'none' });
    await carol.until(() => carol.rooms.get(chats.get(carol)!)?.state === 'failed', 'carol is put out');
    expect(carol.rooms.get(chats.get(carol)!)?.problem?.code).toMatch(/removed|members-only|kicked/u);
    const { message } = await alice.call('messages.send', { chat, text: 'without carol' });
    await bob.until(() => heard(bob, 'without carol'), 'bob reads it');
    expect((await alice.call('messages.readers', { message })).readers).toMatchObject({
      theirs: 1,
      skipped: [],
    });
    expect(heard(carol, 'without carol')).toBeUndefined();
  });
});
