/** Two engines, one real server of each make: signing in, adding each other, encrypted messages, receipts, restart. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  let alice: TestEngine;
  let bob: TestEngine;
  const folders = [temporaryFolder('alice'), temporaryFolder('bob')] as const;

  const start = (folder: { path: string }): Promise<TestEngine> =>
    startTestEngine({ profile: folder.path, authority: server.authority });

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'] });
    alice = await start(folders[0]);
    bob = await start(folders[1]);
  });

  afterAll(async () => {
    await alice.stop();
    await bob.stop();
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  describe('two people', () => {
    it('sign in, and learn when they mistyped', async () => {
      await expect(signIn(alice, server, 'alice', { password: 'wrong' })).rejects.toMatchObject({
        code: 'cannot-connect',
        problem: { code: 'credentials' },
      });
      expect(alice.accounts.size).toBe(0);
      await signIn(alice, server, 'alice');
      await signIn(bob, server, 'bob');
    });

    it('add each other', async () => {
      const account = alice.account().id;
      await alice.call('contacts.add', { account, address: 'bob@localhost', name: 'Bob' });
      await bob.until(() => bob.requests.get('alice@localhost'), 'the request');
      await bob.call('contacts.accept', { account: bob.account().id, address: 'alice@localhost' });
      for (const [who, other] of [
        [alice, 'bob@localhost'],
        [bob, 'alice@localhost'],
      ] as const) {
        await who.until(() => who.contacts.get(other)?.subscription === 'both', 'both see each other');
        await who.until(() => who.contacts.get(other)?.availability === 'online', 'both are online');
      }
      expect(bob.requests.size).toBe(0);
    });

    it('write, encrypted without asking for it, and see what arrived', async () => {
      const chat = await alice.until(() => alice.chatWith('bob@localhost'), 'the chat');
      await alice.until(() => alice.chats.get(chat.id)?.encryption === 'omemo', 'keys of the other side');
      const texts = ['Hello Bob 👋', 'مرحبا بالعالم', 'שלום', '日本語 😀 é', 'a\nb <b>&amp;</b>'];
      for (const text of texts) await alice.call('messages.send', { chat: chat.id, text });
      await alice.until(
        () =>
          [...alice.messages.values()].filter((message) => message.delivery === 'delivered').length ===
          texts.length,
        'all delivered',
      );
      const received = await bob.history('alice@localhost');
      expect(received.map((message) => message.text)).toEqual(texts);
      expect(received.every((message) => message.encryption === 'omemo' && message.trust === 'blind')).toBe(
        true,
      );
      expect(bob.chatWith('alice@localhost')).toMatchObject({ unread: texts.length, encryption: 'omemo' });
    });

    it('see each other typing', async () => {
      const chat = await bob.until(() => bob.chatWith('alice@localhost'), 'the chat');
      await bob.call('chats.setTyping', { chat: chat.id, isTyping: true });
      await alice.until(() => alice.chatWith('bob@localhost')?.isTyping === true, 'Bob types');
      await bob.call('messages.send', { chat: chat.id, text: 'back at you' });
      await alice.until(() => alice.chatWith('bob@localhost')?.last?.text === 'back at you', 'the answer');
      expect(alice.chatWith('bob@localhost')?.isTyping).toBe(false);
      await bob.until(() => bob.chatWith('alice@localhost')?.last?.delivery === 'delivered', 'the receipt');
    });

    it('find everything again after a restart, and go on', async () => {
      const before = await bob.history('alice@localhost');
      const unread = bob.chatWith('alice@localhost')?.unread;
      await bob.stop();
      const chat = await alice.until(() => alice.chatWith('bob@localhost'), 'the chat');
      await alice.call('messages.send', { chat: chat.id, text: 'while you were away' });
      bob = await start(folders[1]);
      await bob.until(
        () => bob.chatWith('alice@localhost')?.last?.text === 'while you were away',
        'the message',
      );
      const after = await bob.history('alice@localhost');
      expect(after.slice(0, -1)).toEqual(before);
      expect(after.at(-1)).toMatchObject({ text: 'while you were away', encryption: 'omemo' });
      expect(bob.chatWith('alice@localhost')?.unread).toBe((unread ?? 0) + 1);
    });

    it('never put readable text on the wire', () => {
      expect(server.readLog()).not.toContain('while you were away');
    });
  });
});
