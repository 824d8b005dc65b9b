/** Who is blocked on one device is blocked on all of them, over each make of server, and is heard again afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

const BOB = 'bob@localhost';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const folders = ['desk', 'laptop', 'bob'].map((name) => temporaryFolder(name));
  const engines: TestEngine[] = [];

  const start = async (index: number): Promise<TestEngine> => {
    const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
    engines[index] = engine;
    return engine;
  };

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  });

  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  const listOf = (who: TestEngine): readonly string[] | undefined =>
    who.blocked.get(who.account().id)?.addresses;
  const isHeard = (who: TestEngine, text: string): boolean => who.chatWith(BOB)?.last?.text === text;

  it('blocks a person and a server, and takes both back', async () => {
    const [desk, laptop, bob] = [await start(0), await start(1), await start(2)];
    const account = await signIn(desk, server, 'alice');
    await signIn(laptop, server, 'alice');
    await signIn(bob, server, 'bob');
    for (const who of [desk, laptop]) {
      await who.until(() => who.blocked.get(who.account().id)?.isOffered, 'the server can block');
      expect(listOf(who)).toEqual([]);
    }
    const chat = await openEncryptedChat(bob, 'alice@localhost');
    await bob.call('messages.send', { chat, text: 'before' });
    for (const who of [desk, laptop]) await who.until(() => isHeard(who, 'before'), 'before');

    await desk.call('blocking.block', { account, addresses: [BOB, 'spam.example'] });
    await laptop.until(() => listOf(laptop)?.length === 2, 'blocked on the other device, too');
    expect(listOf(laptop)).toEqual([BOB, 'spam.example']);
    const { message } = await bob.call('messages.send', { chat, text: 'into the void' });
    await bob.until(() => bob.messages.get(message)?.delivery === 'failed', 'it came back');
    const mine = await desk.call('messages.send', { chat: desk.chatWith(BOB)!.id, text: 'neither' });
    await desk.until(() => desk.messages.get(mine.message)?.failure?.code === 'blocked', 'nothing leaves');

    // A device that starts now learns it from the server.
    await laptop.stop();
    const again = await start(1);
    await again.until(() => again.account().state === 'online', 'online again');
    expect(listOf(again)).toEqual([BOB, 'spam.example']);

    const { account: sameAccount } = desk.chatWith(BOB)!;
    await desk.call('blocking.unblock', { account: sameAccount, addresses: [BOB] });
    await again.until(() => listOf(again)?.length === 1, 'heard again on the other device, too');
    await bob.call('messages.send', { chat, text: 'after' });
    for (const who of [desk, again]) await who.until(() => isHeard(who, 'after'), 'after');
    for (const who of [desk, again]) {
      const texts = (await who.history(BOB)).filter((row) => !row.isOutgoing).map(({ text }) => text);
      expect(texts).toEqual(['before', 'after']);
    }
  });
});
