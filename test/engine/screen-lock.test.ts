/**
 * The screen lock at the engine: what is answered while it is locked, what goes on all the same, and what a guess costs.
 * Its passphrase is stretched little here; the usual would be a third of a second for each try.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Notice } from '../../electron/engine/host.ts';
import { SCREEN_LOCK, waitAfter } from '../../electron/engine/screen-lock.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { sealWithPassphrase } from '../../electron/engine/wrapping.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { setSetting } from '../../electron/store/settings.ts';
import { calls, type Change } from '../../shared/contract.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { noKeyring } from '../support/ready-profile.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@example.org';
const BOB = 'bob@example.org';
const WRONG = { ok: false, code: 'wrong-secret', message: 'wrong-secret' };
/** What the lock screen needs, what only asks for something to be shown once it is open, and the end of a call. */
const ANSWERED = new Set(
  'app.snapshot app.openUri app.showChat calls.end desktop.speak lock.now profile.unlock'.split(' '),
);

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let notices: Notice[];
let told: Change[];
let clock: number;
let folder: ReturnType<typeof temporaryFolder>;

async function start(): Promise<void> {
  engine = createEngine({
    ...createTestHost({ profile: folder.path, now: () => clock }),
    notify: (notice) => notices.push(notice),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  engine.onChange(({ changes }) => told.push(...changes));
  await engine.start();
}

/** Switches it on as somebody has done who chose `rook`, on a faster computer. */
async function plantLock(): Promise<void> {
  const own = await sealWithPassphrase(new Uint8Array(32), 'rook', { N: 2 ** 14, r: 8, p: 1 });
  const key = await openVault(folder.path, openKeyring);
  const database = openDatabase(join(folder.path, DATABASE_FILE), key);
  const kept = { isOn: true, after: 5, withSystem: true, failures: 0, failedAt: 0, own };
  setSetting(database, SCREEN_LOCK, kept);
  closeDatabase(database);
}

beforeEach(async () => {
  [notices, told, clock] = [[], [], Date.UTC(2026, 10, 21, 12)];
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  folder = await temporaryProfile('screen-lock');
  await plantLock();
  await start();
});
afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const stateNow = (): string => alice.profile.state;
const ask = (secret: string): ReturnType<Engine['call']> => engine.call('profile.unlock', { secret });

async function signIn(): Promise<void> {
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
}

async function hear(text: string): Promise<void> {
  server.deliver(`<message from="${BOB}/r" to="${ME}" type="chat"><body>${text}</body></message>`);
  await alice.until(() => alice.chatWith(BOB)?.last?.text === text, text);
}

it('the waits grow, and never shrink', () => {
  const waits = Array.from({ length: 20 }, (_, failures) => waitAfter(failures));
  expect(waits.slice(0, 10)).toEqual([0, 0, 0, 0, 30e3, 60e3, 300e3, 900e3, 3600e3, 3600e3]);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
});

it('locked, nothing is answered but what the lock screen needs, and everything goes on behind it', async () => {
  await ask('rook');
  await signIn();
  await hear('one');
  const { code } = await alice.call('profile.recoveryCode', {});
  expect(await engine.call('lock.on', { passphrase: 'pawn' })).toMatchObject({ code: 'already-there' });

  const chat = alice.chatWith(BOB)!.id;
  // What was asked before and is answered after it is not answered.
  const asked = engine.call('messages.page', { chat, limit: 10 });
  await alice.call('lock.now', {});
  const refusal = { ok: false, code: 'profile-locked', message: 'the screen is locked' };
  expect(await asked).toEqual(refusal);
  for (const name of Object.keys(calls)) {
    if (!ANSWERED.has(name)) expect([name, await engine.call(name, {})]).toEqual([name, refusal]);
  }
  expect(await engine.readFile(1, 0, 10)).toBeUndefined();
  const { changes } = await alice.call('app.snapshot', {});
  expect(changes).toEqual([
    { put: 'profile', row: { state: 'screen-locked', protection: 'keyring', keyring: 'test' } },
  ]);

  // A link from outside waits behind the lock.
  await alice.call('app.openUri', { uri: 'xmpp:mallory@evil.example?message' });
  expect((await alice.call('app.snapshot', {})).changes).toHaveLength(1);
  await hear('two');
  expect(notices.map(({ title, body }) => [title, body])).toEqual([
    ['Bob', 'one'],
    ['', ''],
  ]);
  // Somebody calls: it rings, and does not say who.
  const description = '<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/>';
  const propose = `<propose xmlns="urn:xmpp:jingle-message:0" id="a-call">${description}</propose>`;
  server.deliver(
    `<message from="${BOB}/r" to="${ME}" type="chat">${propose}<store xmlns="urn:xmpp:hints"/></message>`,
  );
  await expect.poll(() => notices.at(-1)).toEqual({ chat, title: '', body: '', call: 'incoming' });
  expect(await ask('king')).toEqual(WRONG);
  expect(await ask(code.toLowerCase())).toMatchObject({ ok: true });
  expect(stateNow()).toBe('open');
  const page = await alice.call('messages.page', { chat, limit: 10 });
  expect(page.messages.map(({ text }) => text)).toEqual(['one', 'two']);
  expect((await alice.call('app.snapshot', {})).changes).toContainEqual({
    put: 'intent',
    uri: 'xmpp:mallory@evil.example?message',
  });
});

it('wrong tries cost more and more time, over restarts and whatever the clock says', async () => {
  await ask('rook');
  for (const guess of ['a', 'b', 'c']) {
    expect(await engine.call('lock.off', { secret: guess })).toEqual(WRONG);
  }
  await alice.call('lock.now', {});
  const both = await Promise.all([ask('d'), ask('e')]);
  expect(both).toEqual([WRONG, expect.objectContaining({ code: 'busy' })]);
  expect(alice.profile.nextTry).toBe(clock + 30_000);
  expect(await ask('rook')).toMatchObject({ code: 'too-soon' });

  await engine.stop();
  await start();
  expect(alice.profile).toMatchObject({ state: 'screen-locked', nextTry: clock + 30_000 });
  // All of this was told to the shell; the window is told of the lock alone.
  expect(told.some(({ put }) => put === 'desktop')).toBe(true);
  clock -= 86_400_000;
  expect(await ask('rook')).toMatchObject({ code: 'too-soon' });
  expect((await alice.call('app.snapshot', {})).changes).toMatchObject([
    { row: { nextTry: clock + 30_000 } },
  ]);
  clock += 86_400_000 + 30_000;
  expect(await ask('rook')).toMatchObject({ ok: true });
  expect(stateNow()).toBe('open');
});

it('is switched off by who can open it, and on with a passphrase of its own', async () => {
  expect(stateNow()).toBe('screen-locked');
  await ask('rook');
  await alice.call('lock.off', { secret: 'rook' });
  expect(await engine.call('lock.off', { secret: 'rook' })).toMatchObject({ code: 'not-allowed' });
  expect(await engine.call('lock.now', {})).toMatchObject({ code: 'not-allowed' });
  expect(await engine.call('lock.on', {})).toMatchObject({ code: 'not-allowed' });
  engine.setIdle(86_400);
  await alice.call('lock.now', { isSystem: true });
  await engine.stop();
  await start();
  expect(stateNow()).toBe('open');
  await alice.call('lock.on', { passphrase: 'pawn' });
  await alice.call('lock.now', {});
  expect(await ask('rook')).toEqual(WRONG);
  expect(await ask('pawn')).toMatchObject({ ok: true });
});

it('locks by itself after the time that was chosen, and with the system if that is wanted', async () => {
  await ask('rook');
  await alice.call('lock.set', { after: 10 });
  engine.setIdle(599);
  expect(stateNow()).toBe('open');
  engine.setIdle(600);
  expect(stateNow()).toBe('screen-locked');
  await ask('rook');
  await alice.call('lock.set', { after: 0, withSystem: false });
  engine.setIdle(86_400);
  await alice.call('lock.now', { isSystem: true });
  expect(stateNow()).toBe('open');
  await alice.call('lock.set', { withSystem: true });
  await alice.call('lock.now', { isSystem: true });
  expect(stateNow()).toBe('screen-locked');
});

it('the passphrase of the profile opens the screen too, and who has just typed it need not do so again', async () => {
  const { path, remove } = temporaryFolder('screen-lock-passphrase');
  const host = { ...createTestHost({ profile: path }), keyring: noKeyring };
  const first = new Mirror(createEngine(host));
  await (first.port as Engine).start();
  await first.call('profile.protect', { passphrase: 'nine rowan trees' });
  await first.call('lock.on', { passphrase: 'ignored' });
  await first.call('lock.now', {});
  expect(await first.port.call('profile.unlock', { secret: 'ignored' })).toEqual(WRONG);
  await first.call('profile.unlock', { secret: 'nine rowan trees' });
  await (first.port as Engine).stop();

  const second = new Mirror(createEngine(host));
  await (second.port as Engine).start();
  expect(second.profile.state).toBe('locked');
  await second.call('profile.unlock', { secret: 'nine rowan trees' });
  expect(second.profile.state).toBe('open');
  await (second.port as Engine).stop();
  remove();
});
