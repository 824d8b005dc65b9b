/** Our rooms on two devices of one account, on each make of server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  const folders = [temporaryFolder('one'), temporaryFolder('two')];
  const devices: TestEngine[] = [];
  const start = async (index: number): Promise<TestEngine> => {
    const engine = await startTestEngine({ profile: folders[index]!.path, authority: server.authority });
    devices[index] = engine;
    return engine;
  };

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice'] });
    for (const index of [0, 1]) await signIn(await start(index), server, 'alice');
  });

  afterAll(async () => {
    await Promise.all(devices.map((engine) => engine.stop()));
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('what one device does with a room, the other does, too', async () => {
    const [one, two] = devices as [TestEngine, TestEngine];
    const made = await one.call('rooms.create', {
      account: one.account().id,
      name: 'Study',
      isPrivate: true,
      people: [],
    });
    const { address } = one.rooms.get(made.chat)!;
    const other = await two.until(
      () => [...two.rooms.values()].find((row) => row.address === address && row.state === 'in'),
      'the other device goes in',
    );
    expect(other).toMatchObject({ nick: 'alice', affiliation: 'owner' });

    await one.call('rooms.rename', { chat: made.chat, name: 'Mine' });
    await two.until(() => two.rooms.get(other.chat)?.name === 'Mine', 'its name for us');
    // The device that stops may not have saved this yet. That it is to be in the room is none of it.
    await two.call('rooms.setNotify', { chat: other.chat, notify: 'none' });

    await devices[1]!.stop();
    await one.call('rooms.leave', { chat: made.chat });
    await one.until(() => one.rooms.get(made.chat)?.state === 'out', 'left');
    const again = await start(1);
    await again.until(() => again.account().state === 'online', 'online');
    await again.until(() => again.rooms.get(other.chat)?.state === 'out', 'left here, too');

    await again.call('rooms.join', { account: again.account().id, address });
    await one.until(() => one.rooms.get(made.chat)?.state === 'in', 'back in it');
    await one.until(() => one.rooms.get(made.chat)?.notify === 'none', 'what it tells us');
    expect(one.rooms.get(made.chat)).toMatchObject({ name: 'Mine' });
  });
});
