import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { ServerClock } from '../../electron/engine/server-clock.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { listSending, setUploaded } from '../../electron/store/attachments.ts';
import { closeDatabase, openDatabase, type Database } from '../../electron/store/database.ts';
import { enqueue } from '../../electron/store/outbox.ts';
import { setSetting } from '../../electron/store/settings.ts';
import { writeTime } from '../../electron/xmpp/xep/xep0202.ts';
import { stanza } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { sendFile } from '../support/hand-in.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);

/** A computer whose clock is wrong by so much, and a server whose clock is right. */
function machine(wrongBy: number, ahead = 0) {
  let passed = 0;
  let error = wrongBy;
  const clock = new ServerClock({ wall: () => NOW + passed + error, ahead, uptime: () => passed });
  return {
    clock,
    pass: (milliseconds: number) => (passed += milliseconds),
    setWrong: (by: number) => (error = by),
    /** The clock counting up stands still while the machine sleeps. */
    sleep: (milliseconds: number) => {
      error += milliseconds;
    },
    true: () => NOW + passed,
  };
}

test.each([0, DAY, -DAY, 3_650 * DAY, -3_650 * DAY])(
  'a clock that is wrong by %i does not matter',
  (wrong) => {
    const { clock, pass, true: right } = machine(wrong);
    expect(clock.learn(right(), 0)).toBe(wrong === 0 ? 0 : -wrong);
    expect(clock.now()).toBe(right());
    pass(5_000);
    expect(clock.now()).toBe(right());
  },
);

test('setting the clock while we run does not matter either', () => {
  const { clock, pass, setWrong, true: right } = machine(0);
  clock.learn(right(), 0);
  setWrong(-3_650 * DAY);
  pass(1_000);
  expect(clock.now()).toBe(right());
  setWrong(DAY);
  expect(clock.now()).toBe(right());
});

test('what the network takes is halved, and small differences are none', () => {
  const { clock, pass, true: right } = machine(0);
  const asked = right();
  pass(1_000);
  expect(clock.learn(asked + 500, 1_000)).toBe(0);
  expect(clock.learn(right() - 1_900, 0)).toBe(0);
  expect(clock.now()).toBe(right());
  expect(clock.learn(right() + 60_000, 0)).toBe(60_000);
});

test('until the server was heard, the difference of the last run counts', () => {
  const { clock, true: right } = machine(-DAY, DAY);
  expect(clock.now()).toBe(right());
});

test('after a sleep the clock on the wall counts, with the last difference, until the server was heard', () => {
  const { clock, sleep, true: right } = machine(-DAY);
  clock.learn(right(), 0);
  sleep(3_600_000);
  expect(clock.now()).toBe(right());
  clock.woke();
  expect(clock.now()).toBe(right() + 3_600_000);
});

describe.each([0, DAY, -DAY, 3_650 * DAY, -3_650 * DAY])('a computer that is wrong by %i ms', (wrong) => {
  let folder: Awaited<ReturnType<typeof temporaryProfile>>;
  let server: ScriptedServer;
  let engine: Engine;
  let alice: Mirror;
  const FRIEND = 'bob@b.test';

  const start = async (): Promise<void> => {
    const host = createTestHost({ profile: folder.path });
    engine = createEngine({ ...host, now: () => Date.now() + wrong, connect: server.connect });
    alice = new Mirror(engine);
    await engine.start();
  };
  const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');
  const send = async (text: string): Promise<void> => {
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    await alice.call('messages.send', { chat, text });
  };
  const hear = async (text: string, stamp?: string): Promise<void> => {
    const delay = stamp === undefined ? '' : `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="${stamp}"/>`;
    server.deliver(
      `<message from="${FRIEND}/r" to="alice@a.test/d" type="chat"><body>${text}</body>${delay}</message>`,
    );
    await alice.until(() => [...alice.messages.values()].some((row) => row.text === text), text);
  };
  /** The database of the profile, which is closed. */
  const inside = async (work: (database: Database) => void): Promise<void> => {
    const key = await openVault(folder.path, createTestHost({ profile: folder.path }).keyring);
    const database = openDatabase(join(folder.path, DATABASE_FILE), key);
    work(database);
    closeDatabase(database);
  };
  const said = () => [...alice.messages.values()].sort((a, b) => a.id - b.id);

  beforeEach(async () => {
    folder = await temporaryProfile('clock');
    server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
    server.answers = ({ payload }) =>
      payload.ns === 'urn:xmpp:time'
        ? stanza('iq', { type: 'result', id: 'x' }, writeTime({ at: Date.now(), offset: 0 }))
        : undefined;
    await start();
    await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
    await online();
  });

  afterEach(async () => {
    await engine.stop();
    folder.remove();
  });

  test('dates and orders messages as the server does', async () => {
    const before = Date.now();
    await hear('late', new Date(before - 60_000).toISOString());
    await send('mine');
    await hear('theirs');
    await send('mine again');
    expect(said().map(({ text }) => text)).toEqual(['late', 'mine', 'theirs', 'mine again']);
    for (const { at, text } of said()) {
      const expected = text === 'late' ? before - 60_000 : before;
      expect(Math.abs(at - expected)).toBeLessThan(10_000);
    }
  });

  test('dates anew what was written before the server could be asked', async () => {
    await hear('before');
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    await engine.stop();
    // Nothing is known of the server's clock, as if this were the first run.
    await inside((database) => setSetting(database, 'clock.1', undefined));
    await start();
    await send('offline one');
    await send('offline two');
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: true });
    await online();
    await hear('after');
    const { messages } = await alice.call('messages.page', { chat: alice.chatWith(FRIEND)!.id, limit: 50 });
    expect(messages.map(({ text }) => text)).toEqual(['before', 'offline one', 'offline two', 'after']);
    for (const { at } of messages) expect(Math.abs(at - Date.now())).toBeLessThan(20_000);
  });

  test('a file that was uploaded and has not been named yet stays with its message', async () => {
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    await engine.stop();
    await inside((database) => setSetting(database, 'clock.1', undefined));
    await start();
    const message = await sendFile(alice, chat, 'plan.txt', Buffer.from('the plan'));
    await engine.stop();
    await inside((database) => {
      const [file] = listSending(database, 1);
      setUploaded(database, file?.id ?? 0, 'https://files.a.test/plan.txt');
      enqueue(database, { account: 1, chat, message });
    });
    await start();
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: true });
    await online();
    await hear('after');
    const seen = async (): Promise<unknown> => {
      const { messages, files = [] } = await alice.call('messages.page', { chat, limit: 50 });
      const texts = messages.map(({ text, at }) => [text, at < Date.now() + 20_000]);
      return [texts, files.map(({ name, state, message: id }) => [name, state, id === messages[0]?.id])];
    };
    await expect.poll(seen).toEqual([
      [
        ['plan.txt', true],
        ['after', true],
      ],
      [['plan.txt', 'here', true]],
    ]);
  });
});
