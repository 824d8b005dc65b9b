/** What is asked before a release is made: an Electron in support, a key that installations know, one version everywhere. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOBODY } from '../../build/package/publisher.ts';
import { judgeElectron, judgeKey, judgeVersion } from '../../build/package/release.ts';
import { spki } from '../support/update-feed.ts';

const NOW = Date.UTC(2026, 10, 22);
const releases = [
  { version: '46.0.0-beta.2', date: '2026-11-20' },
  { version: '45.5.0', date: '2026-11-10' },
  { version: '45.4.1', date: '2026-10-01' },
  { version: '44.9.9', date: '2026-10-02' },
  { version: '43.10.0', date: '2026-09-30' },
  { version: '43.9.9', date: '2026-09-01' },
  { version: '42.0.0', date: '2026-05-01' },
];

test.each([
  ['the newest of a supported major version', '45.5.0', undefined],
  ['one that is behind by a few days', '45.4.1', undefined],
  ['the last of the oldest supported one', '43.10.0', undefined],
  ['one that misses a fix for long', '43.9.9', /43\.10\.0 has been out/u],
  ['one out of support', '42.0.0', /out of support: supported are 45, 44, 43/u],
  ['one that is not finished', '46.0.0-beta.2', /no release/u],
  ['one that nobody knows', '45.4.2', /no release/u],
])('Electron: %s', (_what, pinned, problem) => {
  const said = judgeElectron(pinned, releases, NOW);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

test('the key that signs is one that installations will know', () => {
  const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const publisher = {
    ...NOBODY,
    updates: { feed: 'https://example.org/', keys: [spki(ours.publicKey)], channel: 'stable' as const },
  };
  const pem = (key: typeof ours.privateKey): string =>
    key.export({ format: 'pem', type: 'pkcs8' }).toString();
  expect(judgeKey(publisher, pem(ours.privateKey))).toBeUndefined();
  expect(judgeKey(publisher, pem(other.privateKey))).toMatch(/none that installations/u);
  expect(judgeKey(NOBODY, pem(ours.privateKey))).toMatch(/nothing of updates/u);
});

test('one version everywhere, with a day', () => {
  const texts = {
    version: '1.2.0',
    metainfo: '<release version="1.2.0" date="2026-11-22" />',
    changelog: '# Changelog\n\n## 1.2.0 – 2026-11-22\n\n## 1.1.0 – 2026-10-01\n',
  };
  expect(judgeVersion('v1.2.0', texts)).toBeUndefined();
  expect(judgeVersion('v1.2.1', texts)).toMatch(/tag/u);
  expect(judgeVersion('v1.2.0', { ...texts, metainfo: '' })).toMatch(/AppStream/u);
  expect(judgeVersion('v1.2.0', { ...texts, changelog: '## 1.2.0 – unreleased' })).toMatch(/changelog/u);
});
