/** The manifest of a release: of the files that updates are made of, and such that an installation takes it. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeFiles, signManifest } from '../../build/package/manifest.ts';
import { isFileOf } from '../../electron/engine/update-fetch.ts';
import { judgeUpdate, type Manifest } from '../../electron/engine/update-manifest.ts';
import { temporaryFolder } from '../support/folder.ts';

const folder = temporaryFolder('release');
afterAll(folder.remove);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

test('describes what our own channel brings, and an installation takes it', async () => {
  const names = [
    'Waxwing-1.0.0-x64.AppImage',
    'Waxwing-Setup-1.0.0-arm64.exe',
    'Waxwing-1.0.0-universal.zip',
  ];
  for (const name of [
    ...names,
    'waxwing_1.0.0_amd64.deb',
    'Waxwing-1.0.0-x64.zip',
    'Waxwing-1.0.0-universal.dmg',
    'stable.json',
  ]) {
    writeFileSync(join(folder.path, name), `bytes of ${name}`);
  }
  const files = await describeFiles(folder.path);
  expect(files.map(({ kind, arch, name }) => [kind, arch, name])).toEqual([
    ['mac', 'x64', names[2]],
    ['mac', 'arm64', names[2]],
    ['appimage', 'x64', names[0]],
    ['nsis', 'arm64', names[1]],
  ]);
  const manifest: Manifest = {
    ...{ product: 'waxwing', channel: 'stable', version: '1.0.0', issued: 1_000, expires: 2_000 },
    ...{ share: 100, notes: '', files },
  };
  const verdict = judgeUpdate(signManifest(manifest, pem), {
    keys: [publicKey.export({ format: 'der', type: 'spki' }).toString('base64')],
    ...{
      channel: 'stable',
      version: '0.9.0',
      kind: 'appimage',
      arch: 'x64',
      now: 1_500,
      newest: 0,
      lot: 'x',
    },
  });
  expect(verdict.isOffered && (await isFileOf(verdict.file, join(folder.path, String(names[0]))))).toBe(true);
  expect(() => signManifest({ ...manifest, files: [...files, ...files] }, pem)).toThrow(/refused on/u);
  expect(() => signManifest({ ...manifest, version: '1.0' }, pem)).toThrow(/malformed/u);
});
