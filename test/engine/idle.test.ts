/** Who is told that nobody is at the computer: as the person wants it, once for each change, and nobody from the future. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { OwnIdleness, showAfter } from '../../electron/engine/idle.ts';
import { readPresence } from '../../electron/xmpp/xep/presence.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

it.each([
  [299, 5, undefined],
  [300, 5, 'away'],
  [3_599, 5, 'away'],
  [3_600, 5, 'xa'],
  [3_600, 90, undefined],
  [5_400, 90, 'xa'],
  [1_000_000, 0, undefined],
] as const)('after %i seconds, away after %i minutes: %s', (idle, awayAfter, shown) => {
  expect(showAfter(idle, awayAfter)).toBe(shown);
});

it('the first measure stays until somebody is back', () => {
  const idleness = new OwnIdleness();
  expect(idleness.see(300, 5, 1_000_000)).toBe(true);
  expect(idleness.see(316, 5, 1_015_000)).toBe(false);
  expect(idleness.see(3_600, 5, 4_301_000)).toBe(true);
  expect(idleness.shown).toEqual({ availability: 'xa', idleSince: 700_000 });
  expect(idleness.see(0, 5, 4_302_000)).toBe(true);
  expect(idleness.shown).toBeUndefined();
  idleness.see(300, 5, 5_000_000);
  expect(idleness.shown?.idleSince).toBe(4_700_000);
});

const ME = 'alice@a.test';
const BOB = 'bob@b.test';
const NOW = Date.UTC(2026, 10, 21, 12);
let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(async () => {
  folder = temporaryFolder('idle');
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  engine = createEngine({
    ...createTestHost({ profile: folder.path, now: () => NOW }),
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

const told = (): unknown[] =>
  server.sent.flatMap((element) => {
    const presence = readPresence(element);
    return presence?.type === 'available' && presence.to === undefined
      ? [[presence.availability, presence.idleSince]]
      : [];
  });

it('tells it as long as the person wants that', async () => {
  expect(told()).toEqual([['online', undefined]]);
  for (const seconds of [60, 299, 300, 315, 3_700, 2, 60]) engine.setIdle(seconds);
  expect(told().slice(1)).toEqual([
    ['away', NOW - 300_000],
    ['xa', NOW - 300_000],
    ['online', undefined],
  ]);
  await alice.call('desktop.set', { awayAfter: 0 });
  engine.setIdle(10_000);
  expect(told()).toHaveLength(4);
});

it('shows since when a contact is away, unless they claim to be so since tomorrow', async () => {
  const say = (since: number): void =>
    server.deliver(
      `<presence from="${BOB}/r"><show>away</show><idle xmlns="urn:xmpp:idle:1" since="${new Date(since).toISOString()}"/></presence>`,
    );
  say(NOW - 60_000);
  await alice.until(() => alice.contacts.get(BOB)?.idleSince === NOW - 60_000, 'idle');
  say(NOW + 60_000);
  await alice.until(() => alice.contacts.get(BOB)?.idleSince === undefined, 'not idle');
  expect(alice.contacts.get(BOB)?.availability).toBe('away');
});
