/** What releases are made from: the staged program, what electron-builder is told, and the files beside it. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FUSES, readFuses } from '../../build/package/fuses.ts';
import { APP_ID, configuration, HOMEPAGE_WORD, LANGUAGES, NAMING } from '../../build/package/options.ts';
import { findPublisher, NOBODY } from '../../build/package/publisher.ts';
import { binariesOf, stage } from '../../build/package/stage.ts';
import { root } from '../../build/places.ts';
import { readPublished } from '../../electron/shell/publisher.ts';
import { temporaryFolder } from '../support/folder.ts';

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const told = configuration({
  ...{ output: '/nowhere', electronVersion: '45.4.1', publisher: NOBODY, named: join(root, 'build/linux') },
});
const folder = temporaryFolder('fuses');
afterAll(folder.remove);

test('every fuse is set on purpose', () => {
  expect(FUSES).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
  expect(told.electronFuses).toMatchObject(FUSES);
});

describe('the reader of fuses', () => {
  const WIRE = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
  const fuses = (wire: string): Record<string, unknown> => {
    const file = join(folder.path, 'program');
    writeFileSync(file, Buffer.from(`before${wire}after`, 'latin1'));
    return readFuses(file);
  };

  test('names them in order, and numbers those it does not know', () => {
    expect(Object.entries(fuses(`${WIRE}\x01\x0901011r001`))).toEqual([
      ['runAsNode', false],
      ['enableCookieEncryption', true],
      ['enableNodeOptionsEnvironmentVariable', false],
      ['enableNodeCliInspectArguments', true],
      ['enableEmbeddedAsarIntegrityValidation', true],
      ['onlyLoadAppFromAsar', 'removed'],
      ['loadBrowserProcessSpecificV8Snapshot', false],
      ['grantFileProtocolExtraPrivileges', false],
      ['fuse 8', true],
    ]);
  });

  test('does not guess', () => {
    expect(() => fuses('nothing')).toThrow(/has no fuses/u);
    expect(() => fuses(`${WIRE}\x02\x0200`)).toThrow(/of version 2/u);
  });
});

test('each system gets its own binary of the addon, and these exist', () => {
  expect(binariesOf('linux', 'arm64')).toEqual(['linux-arm64.node']);
  expect(binariesOf('darwin', 'universal')).toEqual(['darwin-x64.node', 'darwin-arm64.node']);
  const all = [
    ...binariesOf('linux', 'x64'),
    ...binariesOf('win32', 'arm64'),
    ...binariesOf('darwin', 'universal'),
  ];
  for (const name of all) {
    expect(existsSync(join(root, 'node_modules/better-sqlite3/prebuilds', name)), name).toBe(true);
  }
});

test('the window speaks no language that Chromium does not bring', () => {
  const window = globSync('renderer/i18n/??.json', { cwd: root }).map((file) => file.slice(-7, -5));
  expect(LANGUAGES.map((language) => language.slice(0, 2)).sort()).toEqual(window.sort());
});

test('whatever is named exists', () => {
  const named = JSON.stringify(told);
  const paths = [...named.matchAll(/"([^"=]+)(?:=[^"]*)?"/gu)].flatMap(([, path = '']) =>
    path.startsWith(join(root, 'build')) ? [path] : [],
  );
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});

test('one name everywhere', () => {
  const { desktopName, version } = JSON.parse(read('package.json')) as Record<string, string>;
  const info = read('build/linux', `${APP_ID}.metainfo.xml`);
  expect(desktopName).toBe(`${APP_ID}.desktop`);
  expect(info).toContain(`<id>${APP_ID}</id>`);
  expect(info).toContain(`<launchable type="desktop-id">${String(desktopName)}</launchable>`);
  expect(info).toContain(`<url type="homepage">${HOMEPAGE_WORD}</url>`);
  expect(info).toContain(`<release version="${String(version)}"`);
  expect(read('electron/main.ts')).toContain(`setAppUserModelId('${APP_ID}')`);
});

test('calls may use microphone, camera and screen, each where that has to be declared', () => {
  const { mac, flatpak, snapcraft } = told;
  const info = mac?.extendInfo as Readonly<Record<string, string>>;
  for (const name of ['Microphone', 'Camera', 'ScreenCapture'])
    expect(info[`NS${name}UsageDescription`]).toMatch(/calls?\b/u);
  const entitlements = read('build/macos/entitlements.plist');
  expect([...entitlements.matchAll(/<key>([^<]+)<\/key>/gu)].map(([, key]) => key)).toEqual([
    'com.apple.security.cs.allow-jit',
    'com.apple.security.device.audio-input',
    'com.apple.security.device.camera',
  ]);
  expect(flatpak?.finishArgs).toEqual(expect.arrayContaining(['--socket=pulseaudio', '--device=all']));
  // Neither the home nor the buses as a whole.
  expect(flatpak?.finishArgs?.join(' ')).not.toMatch(
    /filesystem=(?:home|host)|socket=(?:system|session)-bus/u,
  );
  expect(snapcraft?.core24?.plugs).toEqual(
    expect.arrayContaining(['camera', 'audio-playback', 'audio-record']),
  );
});

test('nothing is published by the way, and no address of anybody else is in the configuration', () => {
  expect(told.publish).toBeNull();
  expect(JSON.stringify(told).match(/https?:[^"]*/gu)).toBeNull();
});

test('removing a package leaves every home alone, and an upgrade leaves the command', () => {
  const script = read('build/linux/after-remove.sh');
  expect(script).not.toMatch(/\$HOME|\/home|~|rm -r/u);
  expect(script.indexOf('upgrade|')).toBeLessThan(script.indexOf('rm -f'));
  // Windows: only on request, and never when an update replaces the program.
  expect(read('build/windows/installer.nsh')).toMatch(/isUpdated[\s\S]*MB_DEFBUTTON2[\s\S]*RMDir \/r/u);
});

describe('who releases', () => {
  const said = (change: object): string =>
    JSON.stringify({ homepage: 'https://example.org/waxwing', maintainer: 'R <r@example.org>', ...change });
  const updates = { feed: 'https://example.org/', keys: ['a key'], channel: 'stable' };

  test('is to be said before anything is made for others', () => {
    expect(() => findPublisher(said({ homepage: null }))).toThrow(/home page is to be set by who releases/u);
    expect(() => findPublisher(said({ maintainer: 'the makers' }))).toThrow(/maintainer/u);
    expect(() => findPublisher(said({ updates: { ...updates, feed: 'http://example.org/' } }))).toThrow(
      /updates/u,
    );
    expect(findPublisher(said({ updates: null })).updates).toBeUndefined();
    expect(findPublisher(said({ updates }))).toMatchObject({ updates });
  });

  test('is named in one place, and nowhere else', () => {
    for (const name of NAMING) expect(read('build/linux', name)).toContain(HOMEPAGE_WORD);
    const files = globSync(
      ['{build,electron,renderer,shared,docs}/**/*.{ts,json,xml,md,svelte}', '*.{json,md}'],
      {
        cwd: root,
      },
    );
    const invented = /https?:\/\/(?:[\w-]+\.)*waxwing\.im\b|@waxwing\.im\b/u;
    expect(files.filter((file) => invented.test(read(file)))).toEqual([]);
  });

  test('only a build for trying says that it is one, and with it lets tests in', async () => {
    const [place, dist] = [join(folder.path, 'staged'), join(folder.path, 'dist')];
    mkdirSync(dist);
    const marks: unknown[] = [];
    for (const isTrial of [true, false]) {
      await stage({
        platform: 'linux',
        arch: 'x64',
        folder: place,
        publisher: NOBODY,
        isTrial,
        dist,
      });
      const text = readFileSync(join(place, 'package.json'), 'utf8');
      marks.push((JSON.parse(text) as { waxwing: unknown }).waxwing, readPublished(text));
    }
    expect(marks).toEqual([{ isTrial: true }, { isTrial: true }, { isTrial: false }, { isTrial: false }]);
  });
});
