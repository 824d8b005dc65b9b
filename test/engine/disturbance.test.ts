/** What may disturb: every reason against it counts alone, in the pure rule and in the engine. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mayDisturb, type Occasion } from '../../electron/engine/disturbance.ts';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Notice } from '../../electron/engine/host.ts';
import type { NotificationsRow } from '../../shared/contract.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

const NOW = 1_000_000;
const occasion: Occasion = {
  account: 1,
  isBlocked: false,
  isRoom: false,
  isMention: false,
  mutedUntil: undefined,
};
const row: NotificationsRow = {
  preview: 'all',
  quiet: { isOn: true, days: [1], from: 600, to: 660 },
  rules: [],
};
const wall = { day: 1, minute: 0 };

it.each<[string, Partial<Occasion>, Partial<NotificationsRow>, number, boolean]>([
  ['a message', {}, {}, 0, true],
  ['of somebody blocked', { isBlocked: true }, {}, 0, false],
  ['in a muted chat', { mutedUntil: NOW + 1 }, {}, 0, false],
  ['in a chat that was muted', { mutedUntil: NOW }, {}, 0, true],
  ['in silence', {}, { mutedUntil: NOW + 1 }, 0, false],
  ['after silence', {}, { mutedUntil: NOW }, 0, true],
  ['in quiet hours', {}, {}, 600, false],
  ['in quiet hours that are off', {}, { quiet: { ...row.quiet, isOn: false } }, 600, true],
  ['of an account that says nothing', {}, { rules: [{ account: 1, rule: 'none' }] }, 0, false],
  ['of another account', {}, { rules: [{ account: 2, rule: 'none' }] }, 0, true],
  ['between two, where mentions count', {}, { rules: [{ account: 1, rule: 'mentions' }] }, 0, true],
  [
    'in a room, where mentions count',
    { isRoom: true },
    { rules: [{ account: 1, rule: 'mentions' }] },
    0,
    false,
  ],
  [
    'that names us in a room',
    { isRoom: true, isMention: true },
    { rules: [{ account: 1, rule: 'mentions' }] },
    0,
    true,
  ],
])('%s', (_, said, wanted, minute, expected) => {
  expect(mayDisturb({ ...occasion, ...said }, { ...row, ...wanted }, NOW, { ...wall, minute })).toBe(
    expected,
  );
});

it('no second reason against it ever speaks for it', () => {
  const any = fc.record({ isBlocked: fc.boolean(), isRoom: fc.boolean(), isMention: fc.boolean() });
  fc.assert(
    fc.property(any, fc.boolean(), fc.integer({ min: 0, max: 1_439 }), (said, isSilent, minute) => {
      const now = { ...row, ...(isSilent && { mutedUntil: NOW + 1 }) };
      const before = mayDisturb({ ...occasion, ...said }, row, NOW, { ...wall, minute });
      const after = mayDisturb({ ...occasion, ...said }, now, NOW, { ...wall, minute });
      expect(after && !before).toBe(false);
    }),
  );
});

const ME = 'alice@a.test';
const BOB = 'bob@b.test';
let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let notices: Notice[];
let clock: number;
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(async () => {
  folder = temporaryFolder('disturbance');
  notices = [];
  clock = Date.UTC(2026, 10, 21, 12);
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  engine = createEngine({
    ...createTestHost({ profile: folder.path, now: () => clock }),
    notify: (notice) => notices.push(notice),
    connect: server.connect,
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

async function hear(text: string): Promise<void> {
  server.deliver(`<message from="${BOB}/r" to="${ME}" type="chat"><body>${text}</body></message>`);
  await alice.until(() => alice.chatWith(BOB)?.last?.text === text, text);
}

it('the engine is silent when it should be, and shows as much as it may', async () => {
  await hear('one');
  await alice.call('notifications.mute', { span: 'hour' });
  await hear('two');
  clock += 3_600_001;
  await alice.call('notifications.set', { preview: 'name' });
  await hear('three');
  await alice.call('notifications.set', { preview: 'nothing' });
  await hear('four');
  await alice.call('notifications.set', { preview: 'all' });
  const [minute, days] = [0, [0, 1, 2, 3, 4, 5, 6]];
  await alice.call('notifications.set', { quiet: { isOn: true, days, from: minute, to: minute } });
  await hear('five');
  await alice.call('notifications.set', { quiet: { isOn: false, days, from: minute, to: minute } });
  await alice.call('notifications.setRule', { account: alice.account().id, rule: 'none' });
  await hear('six');
  await alice.call('notifications.setRule', { account: alice.account().id, rule: 'mentions' });
  await hear('seven');
  expect(notices.map(({ title, body }) => [title, body])).toEqual([
    ['Bob', 'one'],
    ['Bob', ''],
    ['', ''],
    ['Bob', 'seven'],
  ]);
});

it('an account that comes after one that is gone has no rule of it', async () => {
  await alice.call('notifications.setRule', { account: alice.account().id, rule: 'none' });
  await alice.call('accounts.remove', { account: alice.account().id });
  const { changes } = await alice.call('app.snapshot', {});
  expect(changes.find(({ put }) => put === 'notifications')).toMatchObject({ row: { rules: [] } });
});
