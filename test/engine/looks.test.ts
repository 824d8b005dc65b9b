/** How a message wants to be shown (XEP-0393, XEP-0382), from the wire to the rows and through an export. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: ReturnType<typeof temporaryFolder>;
let notices: string[];

beforeEach(async () => {
  folder = temporaryFolder('looks');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  notices = [];
  engine = createEngine({
    ...createTestHost({ profile: folder.path }),
    connect: server.connect,
    notify: ({ body }) => notices.push(body),
  });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const says = (body: string, extra: string): string =>
  `<message from="${FRIEND}/r" to="${ME}/d1" type="chat"><body>${body}</body>${extra}</message>`;

test('a message says how it is to be shown, and so does the list of chats', async () => {
  server.deliver(says('&gt; _ &lt;', '<unstyled xmlns="urn:xmpp:styling:0"/>'));
  server.deliver(says('they die', '<spoiler xmlns="urn:xmpp:spoiler:0"> the end </spoiler>'));
  server.deliver(says('plain', '<unstyled xmlns="urn:other"/><spoiler xmlns="urn:other"/>'));
  server.deliver(says('more', '<spoiler xmlns="urn:xmpp:spoiler:0"/>'));
  await alice.until(() => alice.messages.size === 4, 'four messages');
  const rows = await alice.history(FRIEND);
  expect(rows.map(({ text, isUnstyled, spoiler }) => ({ text, isUnstyled, spoiler }))).toEqual([
    { text: '> _ <', isUnstyled: true, spoiler: undefined },
    { text: 'they die', isUnstyled: undefined, spoiler: 'the end' },
    { text: 'plain', isUnstyled: undefined, spoiler: undefined },
    { text: 'more', isUnstyled: undefined, spoiler: '' },
  ]);
  expect(alice.chatWith(FRIEND)?.last).toMatchObject({ text: 'more', spoiler: '' });
});

test('a notification has words without marks, what somebody does, and nothing that is covered', async () => {
  server.deliver(says('*strong* and `code`', ''));
  server.deliver(says('/me _laughs_', ''));
  server.deliver(says('*as written*', '<unstyled xmlns="urn:xmpp:styling:0"/>'));
  server.deliver(says('they die', '<spoiler xmlns="urn:xmpp:spoiler:0">the end</spoiler>'));
  await alice.until(() => alice.messages.size === 4, 'four messages');
  await expect.poll(() => notices).toHaveLength(4);
  expect(notices).toEqual(['strong and code', '* Bob laughs', '*as written*', 'the end ▒▒▒▒▒']);
});
