/** Running a room on each make of server: asking people in, and what owners and moderators do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  let chat: number;
  let address: string;

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

  it('a private group is made with its people, who come in when they want to', async () => {
    const [alice, bob, carol] = engines as [TestEngine, TestEngine, TestEngine];
    const made = await alice.call('rooms.create', {
      account: alice.account().id,
      name: 'Family',
      isPrivate: true,
      people: ['bob@localhost'],
    });
    chat = made.chat;
    address = alice.rooms.get(chat)!.address;
    await bob.until(() => bob.roomInvites.get(address), 'bob is asked');
    expect(bob.roomInvites.get(address)).toMatchObject({ from: 'alice@localhost' });
    expect(bob.rooms.size).toBe(0);
    const withBob = await bob.call('rooms.acceptInvite', { account: bob.account().id, address });
    await bob.until(() => bob.rooms.get(withBob.chat)?.state === 'in', 'bob is in');
    expect(bob.rooms.get(withBob.chat)).toMatchObject({ affiliation: 'member', isMembersOnly: true });

    await alice.call('rooms.invite', { chat, people: ['carol@localhost', 'bob@localhost'], reason: 'Tea' });
    await carol.until(() => carol.roomInvites.get(address), 'carol is asked');
    expect(carol.roomInvites.get(address)).toMatchObject({ reason: 'Tea' });
    await carol.call('rooms.declineInvite', { account: carol.account().id, address });
    await carol.until(() => carol.roomInvites.size === 0, 'it is answered');
    expect(bob.roomInvites.size).toBe(0); // who is in is not asked
  });
});
