/** What keeps somebody out of a room or silent in it, on each make of server, and what they do about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes, ROOMS } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const names = ['alice', 'bob'];
  const folders = names.map((name) => temporaryFolder(name));
  const engines: TestEngine[] = [];
  const address = `cave@${ROOMS}`;
  let chat: number;
  let withBob: number;

  const configure = async (name: string, ...values: string[]): Promise<void> => {
    await engines[0]!.call('rooms.configure', { chat, answers: [{ name, values }] });
  };
  const problem = (): string | undefined => engines[1]!.rooms.get(withBob)?.problem?.code;
  const bobIsIn = async (): Promise<void> => {
    const bob = engines[1]!;
    await bob.until(() => bob.rooms.get(withBob)?.state === 'in', 'bob is in');
  };

  beforeAll(async () => {
    server = await startServer({ accounts: names });
    for (const [index, name] of names.entries()) {
      const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
      engines.push(engine);
      await signIn(engine, server, name);
    }
    const [alice] = engines as [TestEngine];
    const made = { account: alice.account().id, name: 'Cave', isPrivate: false, address, people: [] };
    chat = (await alice.call('rooms.create', made)).chat;
  });

  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('a password is asked for, and a wrong one is no password', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine];
    await alice
      .call('rooms.configure', {
        chat,
        answers: [
          { name: 'muc#roomconfig_passwordprotectedroom', values: ['1'] },
          { name: 'muc#roomconfig_roomsecret', values: ['cauldronburn'] },
        ],
      })
      .catch(async () => {
        await configure('muc#roomconfig_roomsecret', 'cauldronburn');
      });
    withBob = (await bob.call('rooms.join', { account: bob.account().id, address })).chat;
    await bob.until(() => problem() === 'password', 'a password is wanted');
    await bob.call('rooms.retry', { chat: withBob, password: 'open sesame' });
    await bob.until(() => bob.rooms.get(withBob)?.state === 'joining', 'another try');
    await bob.until(() => problem() === 'password', 'it was the wrong one');
    await bob.call('rooms.retry', { chat: withBob, password: 'cauldronburn' });
    await bobIsIn();
  });

  it('a name that somebody has is nobody else’s', async () => {
    const [, bob] = engines as [TestEngine, TestEngine];
    await bob.call('rooms.leave', { chat: withBob });
    await bob.call('rooms.join', { account: bob.account().id, address, nick: 'alice' });
    await bob.until(() => problem() === 'nick-taken', 'the name is taken');
    await bob.call('rooms.retry', { chat: withBob, nick: 'hag' });
    await bobIsIn();
    expect(bob.rooms.get(withBob)?.nick).toBe('hag');
  });

  it('who is writing is seen, and what they correct is what they said', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine];
    const { message } = await bob.call('messages.send', { chat: withBob, text: 'Toil and truble' });
    await bob.until(() => bob.messages.get(message)?.delivery === 'sent', 'it is said');
    await bob.call('messages.correct', { message, text: 'Toil and trouble' });
    const heard = (): string[] =>
      [...alice.messages.values()].filter((row) => row.chat === chat).map(({ text }) => text);
    await alice.until(() => heard().includes('Toil and trouble'), 'other words');
    // Without an id of who is who, a name proves nothing, and other words stand beside the first ones.
    const isProven = alice.rooms.get(chat)?.hasIdentities === true;
    expect(heard()).toEqual([...(isProven ? [] : ['Toil and truble']), 'Toil and trouble']);
    await bob.call('chats.setTyping', { chat: withBob, isTyping: true });
    await alice.until(() => alice.rooms.get(chat)?.typing.includes('hag'), 'the hag is writing');
  });

  it('who has no voice is a visitor, until they get one', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine];
    await configure('muc#roomconfig_moderatedroom', '1');
    await alice.call('rooms.setRole', { chat, nick: 'hag', role: 'visitor' });
    await bob.until(() => bob.rooms.get(withBob)?.role === 'visitor', 'no voice');
    await alice.call('rooms.setRole', { chat, nick: 'hag', role: 'participant' });
    await bob.until(() => bob.rooms.get(withBob)?.role === 'participant', 'a voice');
  });
});
