/** Who is blocked on one device is blocked on all of them, over each make of server, and is heard again afterwards. */
import { describe, expect, it } from 'vitest';
import type { TestEngine } from '../support/engine.ts';
import { keepHouse } from '../support/household.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { makes } from '../support/servers.ts';

const BOB = 'bob@localhost';

describe.each(makes)('%s', (_name, startServer) => {
  const house = keepHouse(startServer);

  const listOf = (who: TestEngine): readonly string[] | undefined =>
    who.blocked.get(who.account().id)?.addresses;
  const isHeard = (who: TestEngine, text: string): boolean => who.chatWith(BOB)?.last?.text === text;

  it('blocks a person and a server, and takes both back', async () => {
    const [desk, laptop, bob] = [
      await house.start('desk'),
      await house.start('laptop'),
      await house.start('bob'),
    ];
    const account = await signIn(desk, house.server, 'alice');
    await signIn(laptop, house.server, 'alice');
    await signIn(bob, house.server, 'bob');
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
    const again = await house.start('laptop');
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
