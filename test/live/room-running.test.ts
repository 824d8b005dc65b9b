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

  it('who is what in it is changed, and everybody sees that at once', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine, TestEngine];
    const withBob = bob.chatWith(address)!.id;
    const people = async (affiliation: 'member' | 'outcast'): Promise<string[]> =>
      (await alice.call('rooms.affiliations', { chat, affiliation })).people.map((each) => each.address);
    expect((await people('member')).sort()).toEqual(['bob@localhost', 'carol@localhost']);

    await alice.call('rooms.setRole', { chat, nick: 'bob', role: 'visitor' });
    await bob.until(() => bob.rooms.get(withBob)?.role === 'visitor', 'bob may only listen');
    await alice.call('rooms.setAffiliation', { chat, address: 'bob@localhost', affiliation: 'admin' });
    await bob.until(() => bob.rooms.get(withBob)?.affiliation === 'admin', 'bob is an admin');
    await alice.call('rooms.setAffiliation', { chat, address: 'bob@localhost', affiliation: 'member' });
    await bob.until(() => bob.rooms.get(withBob)?.affiliation === 'member', 'bob is a member');
    await expect(
      bob.call('rooms.setAffiliation', { chat: withBob, address: 'alice@localhost', affiliation: 'none' }),
    ).rejects.toMatchObject({ code: 'refused' });

    await alice.call('rooms.setRole', { chat, nick: 'bob', role: 'none', reason: 'Bed time' });
    await bob.until(() => bob.rooms.get(withBob)?.problem?.code === 'kicked', 'bob is put out');
    expect(bob.rooms.get(withBob)?.problem).toMatchObject({ detail: 'Bed time' });
    await bob.call('rooms.retry', { chat: withBob });
    await bob.until(() => bob.rooms.get(withBob)?.state === 'in', 'bob comes back');
    await alice.call('rooms.setAffiliation', { chat, address: 'bob@localhost', affiliation: 'outcast' });
    await bob.until(() => bob.rooms.get(withBob)?.problem?.code === 'banned', 'bob is banned');
    expect(await people('outcast')).toEqual(['bob@localhost']);
    await alice.call('rooms.setAffiliation', { chat, address: 'bob@localhost', affiliation: 'member' });
    await bob.call('rooms.retry', { chat: withBob });
    await bob.until(() => bob.rooms.get(withBob)?.state === 'in', 'bob is let in again');
  });

  it('its owner configures it, the others learn that, and its end says where to go', async () => {
    const [alice, bob] = engines as [TestEngine, TestEngine, TestEngine];
    const withBob = bob.chatWith(address)!.id;
    const { form } = await alice.call('rooms.configuration', { chat });
    expect(form.fields.find(({ name }) => name === 'muc#roomconfig_roomname')).toMatchObject({
      type: 'text-single',
      values: ['Family'],
    });
    await alice.call('rooms.configure', {
      chat,
      answers: [{ name: 'muc#roomconfig_roomname', values: ['Clan'] }],
    });
    await alice.until(() => alice.rooms.get(chat)?.name === 'Clan', 'the new name');
    await bob.until(() => bob.rooms.get(withBob)?.name === 'Clan', 'the others know it, too');
    expect(bob.rooms.get(withBob)?.isMembersOnly).toBe(true); // the rest stayed
    await expect(
      alice.call('rooms.configure', {
        chat,
        answers: [{ name: 'muc#roomconfig_persistentroom', values: ['perhaps'] }],
      }),
    ).rejects.toMatchObject({ code: 'invalid' });
    await expect(bob.call('rooms.configuration', { chat: withBob })).rejects.toMatchObject({
      code: 'refused',
    });

    await alice.call('rooms.destroy', { chat, reason: 'Over', alternate: 'elsewhere@rooms.localhost' });
    await bob.until(() => bob.rooms.get(withBob)?.problem?.code === 'destroyed', 'it is gone');
    expect(bob.rooms.get(withBob)?.problem).toEqual({
      code: 'destroyed',
      detail: 'Over',
      alternate: 'elsewhere@rooms.localhost',
    });
    await alice.until(() => alice.rooms.get(chat)?.state === 'out', 'and nobody wants to be in it');
  });

  it('public rooms are found at the service, private ones are not', async () => {
    const [, bob, carol] = engines as [TestEngine, TestEngine, TestEngine];
    for (const [name, isPrivate] of [
      ['Gardening', false],
      ['Garden plot', true],
    ] as const) {
      await bob.call('rooms.create', { account: bob.account().id, name, isPrivate, people: [] });
    }
    const find = async (at: string | undefined, search: string): Promise<unknown> => {
      const { rooms, service } = await carol.call('rooms.find', {
        account: carol.account().id,
        search,
        ...(at !== undefined && { at }),
      });
      return { service, names: rooms.map(({ name }) => name.replace(/ \(\d+\)$/u, '')) };
    };
    const expected = { service: 'rooms.localhost', names: ['Gardening'] };
    expect(await find(undefined, 'GARDEN')).toEqual(expected);
    expect(await find('rooms.localhost', 'garden')).toEqual(expected);
    expect(await find('localhost', 'garden')).toEqual(expected);
    expect(await find(undefined, 'no such thing')).toEqual({ service: 'rooms.localhost', names: [] });
    await expect(find('bob@localhost', '')).rejects.toMatchObject({ code: 'not-an-address' });
  });
});
