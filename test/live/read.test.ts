/** What is read on one device is read on the others, and the other side sees it, over each make of server. */
import { describe, expect, it } from 'vitest';
import type { TestEngine } from '../support/engine.ts';
import { keepHouse } from '../support/household.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  const house = keepHouse(startServer);

  const withBob = (who: TestEngine) => who.chatWith('bob@localhost');

  it('at once when both devices are online, and after a start when one was not', async () => {
    const [desk, laptop, bob] = [
      await house.start('desk'),
      await house.start('laptop'),
      await house.start('bob'),
    ];
    await signIn(desk, house.server, 'alice');
    await signIn(laptop, house.server, 'alice');
    await signIn(bob, house.server, 'bob');
    const chat = await openEncryptedChat(bob, 'alice@localhost');
    await bob.until(() => bob.contacts.get('alice@localhost')?.availability === 'online', 'alice is there');
    const say = async (text: string): Promise<void> => {
      await bob.call('messages.send', { chat, text });
      for (const each of [house.device('desk'), house.device('laptop')]) {
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
    const again = await house.start('laptop');
    await again.until(() => withBob(again)?.last?.text === 'four', 'four arrives');
    await again.until(() => again.account().state === 'online', 'in step');
    expect(withBob(again)?.unread).toBe(0);
  });
});
