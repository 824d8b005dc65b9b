/** What is read on one device is read on the others, and the other side sees it, over each make of server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

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

  const withBob = (who: TestEngine) => who.chatWith('bob@localhost');

  it('at once when both devices are online, and after a start when one was not', async () => {
    const [desk, laptop, bob] = [await start(0), await start(1), await start(2)];
    await signIn(desk, server, 'alice');
    await signIn(laptop, server, 'alice');
    await signIn(bob, server, 'bob');
    const chat = await openEncryptedChat(bob, 'alice@localhost');
    await bob.until(() => bob.contacts.get('alice@localhost')?.availability === 'online', 'alice is there');
    const say = async (text: string): Promise<void> => {
      await bob.call('messages.send', { chat, text });
      for (const each of engines.slice(0, 2)) {
        if (each.account().state === 'online')
          await each.until(() => withBob(each)?.last?.text === text, text);
      }
    };
    for (const text of ['one', 'two', 'three']) await say(text);
    for (const each of [desk, laptop]) await each.until(() => withBob(each)?.unread === 3, 'three unread');

    await desk.call('chats.markRead', { chat: withBob(desk)!.id, message: withBob(desk)!.last!.message });
    await laptop.until(() => withBob(laptop)?.unread === 0, 'read on the other device, too');
    await bob.until(
      () => [...bob.messages.values()].filter(({ delivery }) => delivery === 'displayed').length === 3,
      'the other side sees it',
    );

    await laptop.stop();
    await say('four');
    await desk.call('chats.markRead', { chat: withBob(desk)!.id, message: withBob(desk)!.last!.message });
    await bob.until(
      () => [...bob.messages.values()].every(({ delivery }) => delivery === 'displayed'),
      'the other side sees it',
    );
    const again = await start(1);
    await again.until(() => withBob(again)?.last?.text === 'four', 'four arrives');
    await again.until(() => again.account().state === 'online', 'in step');
    expect(withBob(again)?.unread).toBe(0);
  });
});
