/** A new version takes the place of the old one, whole or not at all, and only if it is still what was checked. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UpdateReady } from '../../electron/engine/update-source.ts';
import { replaceFolder, replaceImage } from '../../electron/shell/installing.ts';
import { temporaryFolder } from '../support/folder.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => (place = temporaryFolder('installing')));
afterEach(() => place.remove());
const at = (...path: string[]): string => join(place.path, ...path);
const readyOf = (path: string): UpdateReady => {
  const bytes = readFileSync(path);
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  return { version: '2.0.0', path, size: bytes.length, sha512 };
};

// Windows and macOS bring installers of their own.
const isLinux = process.platform === 'linux';

test.runIf(isLinux)('an AppImage is replaced from one moment to the next, and can be started', async () => {
  writeFileSync(at('Waxwing.AppImage'), 'old', { mode: 0o755 });
  writeFileSync(at('fetched'), 'new');
  await replaceImage(readyOf(at('fetched')), at('Waxwing.AppImage'));
  expect(readFileSync(at('Waxwing.AppImage'), 'utf8')).toBe('new');
  expect(statSync(at('Waxwing.AppImage')).mode & 0o777).toBe(0o755);
  expect(readdirSync(place.path).sort()).toEqual(['Waxwing.AppImage', 'fetched']);
});

test.runIf(isLinux)('a file that changed since it was checked is not installed', async () => {
  writeFileSync(at('Waxwing.AppImage'), 'old');
  writeFileSync(at('fetched'), 'new');
  const ready = readyOf(at('fetched'));
  writeFileSync(at('fetched'), 'bad');
  await expect(replaceImage(ready, at('Waxwing.AppImage'))).rejects.toThrow();
  appendFileSync(at('fetched'), 'and longer');
  await expect(replaceImage(ready, at('Waxwing.AppImage'))).rejects.toThrow();
  expect(readFileSync(at('Waxwing.AppImage'), 'utf8')).toBe('old');
  expect(readdirSync(place.path).sort()).toEqual(['Waxwing.AppImage', 'fetched']);
});

describe.runIf(isLinux)('a folder', () => {
  const lay = (name: string, files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(at(name), path, '..'), { recursive: true });
      writeFileSync(join(at(name), path), text);
    }
  };
  const pack = (name: string): UpdateReady => {
    execFileSync('tar', ['-czf', at('fetched'), '-C', place.path, name]);
    return readyOf(at('fetched'));
  };
  beforeEach(() => {
    lay('here', { waxwing: 'old', 'resources/app.asar': 'old' });
    lay('waxwing-2.0.0', { waxwing: 'new', 'resources/app.asar': 'new', 'further.pak': 'new' });
  });

  test('changes places with what the archive holds', async () => {
    await replaceFolder(pack('waxwing-2.0.0'), at('here'));
    expect(readdirSync(at('here')).sort()).toEqual(['further.pak', 'resources', 'waxwing']);
    expect(readFileSync(at('here', 'resources', 'app.asar'), 'utf8')).toBe('new');
    expect(readdirSync(place.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each<[string, () => UpdateReady, RegExp]>([
    [
      'that holds something of the person’s',
      () => {
        lay('here', { 'my notes.txt': 'mine' });
        return pack('waxwing-2.0.0');
      },
      /not ours: my notes\.txt/u,
    ],
    [
      'whose new version is no archive',
      () => {
        writeFileSync(at('fetched'), 'no archive');
        return readyOf(at('fetched'));
      },
      /tar ended/u,
    ],
  ])('%s stays as it is', async (_what, prepare, problem) => {
    await expect(replaceFolder(prepare(), at('here'))).rejects.toThrow(problem);
    expect(readFileSync(at('here', 'waxwing'), 'utf8')).toBe('old');
    expect(existsSync(at('here', 'resources', 'app.asar'))).toBe(true);
    expect(readdirSync(place.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
