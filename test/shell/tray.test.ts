/** The tray's picture, words and commands; and whether there is anybody to show it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { root } from '../../build/places.ts';
import { isOnBus, openBus, TRAY } from '../../electron/shell/session-bus.ts';
import { Speech } from '../../electron/shell/speech.ts';
import { trayMenu, trayPicture, trayTip, type TrayState } from '../../electron/shell/tray-menu.ts';
import { startSession, type Session } from '../support/keyring.ts';

const { say } = new Speech();
const labels = (state: TrayState): string[] =>
  trayMenu(state, say).flatMap((group) => group.map(({ label }) => label));

it('has every picture, in both scales', () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const) {
    for (const isDark of [false, true]) {
      for (const isUnread of [false, true]) {
        const name = trayPicture(platform, isDark, isUnread);
        for (const scale of ['', '@2x']) {
          const file = join(root, 'build', 'icons', 'tray', `${name}${scale}.png`);
          expect([file, existsSync(file)]).toEqual([file, true]);
        }
      }
    }
  }
});

it.each([
  [[], 'No account'],
  [['online'], 'Connected'],
  [['online', 'catching-up', 'offline'], '1 of 3 accounts connected'],
  [['offline', 'connecting'], 'Connecting…'],
  [['offline', 'offline'], 'Not connected'],
] as const)('of %j it says %s', (states, words) => {
  const accounts = states.map((state) => ({ state }));
  expect(labels({ unread: 0, accounts })).toEqual([words, 'Open Waxwing', 'Quit Waxwing']);
});

it('offers silence, or its end, while the profile is open', () => {
  const state = { unread: 0, accounts: [] };
  expect(labels({ ...state, isSilent: false })).toEqual([
    'No account',
    'Open Waxwing',
    'Mute everything for 1 hour',
    'Mute everything until morning',
    'Quit Waxwing',
  ]);
  expect(labels({ ...state, isSilent: true })).toContain('Stop muting');
});

it('locks the screen and opens it, where there is a lock', () => {
  const state = { unread: 0, accounts: [] };
  expect(labels({ ...state, lock: 'open' })).toEqual([
    'No account',
    'Open Waxwing',
    'Lock Waxwing',
    'Quit Waxwing',
  ]);
  expect(labels({ ...state, lock: 'closed' })).toEqual(['No account', 'Unlock Waxwing…', 'Quit Waxwing']);
});

it('tells how many wait and nothing else', () => {
  expect(trayTip({ unread: 0, accounts: [] }, say)).toBe('Waxwing');
  expect(trayTip({ unread: 12, accounts: [] }, say)).toBe('Waxwing – 12 unread');
});

describe.runIf(process.platform === 'linux')('on a bus', () => {
  let session: Session | undefined;
  afterEach(async () => {
    await session?.stop();
    session = undefined;
  });

  it('somebody is there who has the name, as long as they have it', async () => {
    session = await startSession();
    expect(await isOnBus('org.freedesktop.DBus', session.env)).toBe(true);
    expect(await isOnBus(TRAY, session.env)).toBe(false);
    const panel = await openBus(session.env, 10_000);
    expect(await panel.ask('RequestName', TRAY, 4)).toBe(1);
    expect(await isOnBus(TRAY, session.env)).toBe(true);
    panel.close();
    await expect.poll(() => isOnBus(TRAY, session?.env ?? {}), { timeout: 10_000 }).toBe(false);
  });

  it.each([
    [{}],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=127.0.0.1,port=1;nonsense;unix:abstract=%zz' }],
    [{ XDG_RUNTIME_DIR: '/nowhere' }],
  ])('nobody is there without one: %j', async (env) => {
    expect(await isOnBus(TRAY, env)).toBe(false);
  });
});
