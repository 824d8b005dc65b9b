/** What real servers say of themselves and to each other's clients, and what is made of it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import type { ServerInfo } from '../../shared/contract.ts';
import { openKeyring, startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';
import { transportOfWay, way } from '../support/way.ts';

const stateOf = ({ features }: ServerInfo): Readonly<Record<string, string>> =>
  Object.fromEntries(features.map(({ feature, state }) => [feature, state]));

describe.each(makes)('%s', (name, startServer) => {
  let server: XmppServer;
  let alice: TestEngine;
  let bob: TestEngine;
  const folders = [temporaryFolder('alice'), temporaryFolder('bob')] as const;

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
    [alice, bob] = await Promise.all([
      startTestEngine({ profile: folders[0].path, authority: server.authority }),
      startTestEngine({ profile: folders[1].path, authority: server.authority }),
    ]);
    await signIn(alice, server, 'alice');
    await signIn(bob, server, 'bob');
  });

  afterAll(async () => {
    await Promise.all([alice.stop(), bob.stop()]);
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('is described with what it offers and how we are connected', async () => {
    const info = await alice.call('server.describe', { account: alice.account().id });
    expect(info.domain).toBe(server.domain);
    expect(stateOf(info)).toMatchObject({
      archive: 'offered',
      carbons: 'offered',
      'personal-data': 'offered',
      blocking: 'offered',
      resumption: 'offered',
      'client-state': 'offered',
      'stable-ids': 'offered',
      upload: name === 'ejabberd' ? 'offered' : 'missing',
      'call-relay': 'missing',
    });
    expect(info.connection).toMatchObject({
      transport: transportOfWay,
      tlsVersion: 'TLSv1.3',
      mechanism: expect.stringMatching(/^SCRAM-SHA-/) as unknown,
      isResumed: false,
      isResumable: way !== 'bosh',
    });
  });

  it('brings the capabilities of contacts, verified by their hashes', async () => {
    const count = async (folder: string): Promise<number> => {
      const key = await openVault(folder, openKeyring);
      const database = openDatabase(join(folder, DATABASE_FILE), key);
      try {
        return (database.prepare('SELECT count(*) AS count FROM capabilities').get() as { count: number })
          .count;
      } finally {
        closeDatabase(database);
      }
    };
    await alice.until(() => alice.contacts.get('bob@localhost')?.availability === 'online', 'Bob is here');
    // Two Waxwings have the same capabilities: one row, however many clients.
    await eventually(async () => {
      await alice.stop();
      const kept = await count(folders[0].path);
      alice = await startTestEngine({ profile: folders[0].path, authority: server.authority });
      await alice.until(() => alice.contacts.get('bob@localhost')?.availability === 'online', 'Bob is here');
      return kept === 1;
    }, 'a verified row');
  });

  it('goes on as before while nobody looks', async () => {
    bob.engine.setActive(false);
    const { chat } = await alice.call('chats.open', {
      account: alice.account().id,
      address: 'bob@localhost',
    });
    await alice.call('messages.send', { chat, text: 'are you there?' });
    await bob.until(
      () => [...bob.messages.values()].some(({ text }) => text === 'are you there?'),
      'a message comes all the same',
    );
    bob.engine.setActive(true);
    await alice.call('chats.setTyping', { chat, isTyping: true });
    await bob.until(() => bob.chatWith('alice@localhost')?.isTyping === true, 'and typing when he is back');
  });
});

describe('a Prosody that tells more', () => {
  it('names its software, its services and its operators', async () => {
    const folder = temporaryFolder('disco');
    const prosody = await startProsody({
      accounts: ['alice'],
      modules: ['server_contact_info', 'version', 'user_account_management'],
      config: `contact_info = { abuse = { "mailto:abuse@localhost", "xmpp:abuse@localhost" }; support = { "https://localhost/help" } }`,
      components: `Component "rooms.localhost" "muc"`,
    });
    const alice = await startTestEngine({ profile: folder.path, authority: prosody.authority });
    try {
      await signIn(alice, prosody, 'alice');
      const account = alice.account().id;
      await eventually(
        async () => stateOf(await alice.call('server.describe', { account }))['rooms'] === 'offered',
        'the rooms are found by items',
      );
      const info = await alice.call('server.describe', { account });
      expect(info.software?.name).toBe('Prosody');
      expect(info.contacts).toEqual([
        { purpose: 'support', addresses: ['https://localhost/help'] },
        { purpose: 'abuse', addresses: ['mailto:abuse@localhost', 'xmpp:abuse@localhost'] },
      ]);
      // Known after the connection is gone, but for what only a connection tells.
      await prosody.kill();
      await alice.until(() => alice.account().state !== 'online', 'offline');
      const offline = await alice.call('server.describe', { account });
      expect(offline.connection).toBeUndefined();
      expect(stateOf(offline)).toMatchObject({ carbons: 'offered', rooms: 'offered', resumption: 'unknown' });
    } finally {
      await alice.stop();
      await prosody.stop();
      folder.remove();
    }
  });
});
