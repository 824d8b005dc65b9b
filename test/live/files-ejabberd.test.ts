/** A file by way of ejabberd's upload service, whose slots and answers are its own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEjabberd } from '../support/ejabberd.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sendFile } from '../support/hand-in.ts';
import { signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';

let server: XmppServer;
let alice: TestEngine;
let bob: TestEngine;
const folders = [temporaryFolder('alice'), temporaryFolder('bob')] as const;

beforeAll(async () => {
  server = await startEjabberd({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  const start = (folder: { path: string }): Promise<TestEngine> =>
    startTestEngine({ profile: folder.path, authority: server.authority });
  alice = await start(folders[0]);
  bob = await start(folders[1]);
  await signIn(alice, server, 'alice');
  await signIn(bob, server, 'bob');
});

afterAll(async () => {
  await alice.stop();
  await bob.stop();
  await server.stop();
  for (const folder of folders) folder.remove();
});

it('takes a file, says how large one may be, and gives it back', async () => {
  const account = alice.account().id;
  const { chat } = await alice.call('chats.open', { account, address: 'bob@localhost' });
  await alice.call('chats.setEncryption', { chat, mode: 'off' });
  const contents = Buffer.from('some words '.repeat(20_000));
  const message = await sendFile(alice, chat, 'words \u00e9.txt', contents);
  await alice.until(
    () =>
      alice.messages.get(message)?.delivery === 'sent' ||
      alice.messages.get(message)?.delivery === 'delivered',
    'sent',
  );
  expect(await alice.call('files.limit', { account })).toEqual({
    service: 'offered',
    limit: 10_485_760 - 16,
  });
  const offered = await bob.until(
    () => [...bob.files.values()].find(({ state }) => state === 'offered'),
    'the offer',
  );
  expect(offered).toMatchObject({ name: 'words \u00e9.txt', size: contents.length });
  await bob.call('files.fetch', { file: offered.id });
  await bob.until(() => bob.files.get(offered.id)?.state === 'here', 'the file');
  const piece = await bob.engine.readFile(offered.id, 0, contents.length);
  expect(Buffer.from(piece?.bytes ?? []).equals(contents)).toBe(true);
});
