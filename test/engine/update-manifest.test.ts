/** Updates: the one that may be offered, and everything that an attacker on the way, or with the feed, could make of it. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  judgeUpdate,
  lotOf,
  writeEnvelope,
  type Installed,
  type Manifest,
} from '../../electron/engine/update-manifest.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 22);
const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');
const spki = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');

const bytes = Buffer.from('the new Waxwing');
const manifest: Manifest = {
  product: 'waxwing',
  channel: 'stable',
  version: '1.3.0',
  issued: NOW - DAY,
  expires: NOW + 30 * DAY,
  share: 100,
  notes: 'Faster.',
  files: [
    {
      kind: 'appimage',
      arch: 'x64',
      name: 'Waxwing-1.3.0-x64.AppImage',
      size: bytes.length,
      sha512: createHash('sha512').update(bytes).digest('hex'),
    },
  ],
};
const installed: Installed = {
  keys: [spki(ours.publicKey)],
  channel: 'stable',
  version: '1.2.9',
  kind: 'appimage',
  arch: 'x64',
  now: NOW,
  newest: NOW - 10 * DAY,
  lot: 'a lot',
};
const envelope = (change: object = {}, key: KeyObject = ours.privateKey): string =>
  writeEnvelope({ ...manifest, ...change }, (signed) => sign(null, signed, key));
const judge = (text: string, change: Partial<Installed> = {}): unknown => {
  const verdict = judgeUpdate(text, { ...installed, ...change });
  return verdict.isOffered ? 'offered' : verdict.reason;
};
const [file] = manifest.files;

test('the real one is offered, with its file and its notes', () => {
  expect(judgeUpdate(envelope(), installed)).toEqual({ isOffered: true, manifest, file });
  expect(judge(envelope(), { keys: [spki(theirs.publicKey), spki(ours.publicKey)] })).toBe('offered');
});

describe('tampered', () => {
  const parts = JSON.parse(envelope()) as { signed: string; signature: string };
  const put = (change: object): string => JSON.stringify({ ...parts, ...change });
  const flipped = Buffer.from(parts.signature, 'base64');
  flipped.writeUInt8(flipped.readUInt8(5) ^ 1, 5);

  test.each<[string, string, string, Partial<Installed>?]>([
    ['another hash', put({ signed: parts.signed.replace(/"sha512":"./u, '"sha512":"0') + ' ' }), 'signature'],
    ['another version', put({ signed: parts.signed.replace('1.3.0', '9.9.9') }), 'signature'],
    ['one bit of the signature', put({ signature: flipped.toString('base64') }), 'signature'],
    ['no signature', put({ signature: '' }), 'signature'],
    ['signed by somebody else', envelope({}, theirs.privateKey), 'signature'],
    [
      'signed for another purpose',
      put({ signature: sign(null, Buffer.from(parts.signed), ours.privateKey).toString('base64') }),
      'signature',
    ],
    ['a rollback, well signed', envelope({ version: '1.2.8' }), 'rollback'],
    ['an old one, replayed', envelope({ issued: NOW - 11 * DAY }), 'replayed'],
    ['one that has expired', envelope({ expires: NOW }), 'expired'],
    ['one from another channel', envelope({ channel: 'beta' }), 'channel'],
    [
      'one from the future, that would outlive every later one',
      envelope({ issued: NOW + 2 * DAY }),
      'future',
    ],
    ['a file for another system only', envelope({ files: [{ ...file, kind: 'nsis' }] }), 'no-file'],
    ['two files, of which one may be chosen', envelope({ files: [file, file] }), 'no-file'],
    ['a name that leads elsewhere', envelope({ files: [{ ...file, name: '../../evil' }] }), 'malformed'],
    ['an endless file', envelope({ files: [{ ...file, size: 1e12 }] }), 'malformed'],
    ['another product', envelope({ product: 'vulture' }), 'malformed'],
    ['more than is known', envelope({ run: 'rm -rf' }), 'malformed'],
    ['an empty key', envelope(), 'signature', { keys: [''] }],
    ['no key', envelope(), 'signature', { keys: [] }],
    ['nothing', '', 'malformed'],
    ['far too much', `${envelope()}${' '.repeat(70_000)}`, 'malformed'],
  ])('%s', (_what, text, reason, change) => {
    expect(judge(text, change)).toBe(reason);
  });

  test('any change to any character', () => {
    const text = envelope();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        const isSame = JSON.stringify(tryParse(changed)) === JSON.stringify(JSON.parse(text));
        // The last letter of Base64 has bits that mean nothing.
        return isSame || judge(changed) !== 'offered' || isSameSignature(changed, text);
      }),
    );
  });
});

test('the version that is there is no update', () => {
  expect(judge(envelope({ version: '1.2.9' }))).toBe('current');
});

test('a share of a hundred gets it first, others another time', () => {
  const lots = Array.from({ length: 2_000 }, (_, index) => lotOf(`installation ${String(index)}`, '1.3.0'));
  const early = lots.filter((lot) => lot < 10).length;
  expect(early).toBeGreaterThan(120);
  expect(early).toBeLessThan(280);
  expect(judge(envelope({ share: 0 }))).toBe('not-yet');
  const mine = lotOf(installed.lot, '1.3.0');
  expect(judge(envelope({ share: mine }))).toBe('not-yet');
  expect(judge(envelope({ share: mine + 1 }))).toBe('offered');
});

test('versions in their order', () => {
  const rising = [
    '0.9.10',
    '0.10.0',
    '1.0.0-alpha.2',
    '1.0.0-alpha.10',
    '1.0.0-beta.1',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
  ];
  for (const [index, one] of rising.entries()) {
    for (const [place, other] of rising.entries()) {
      expect(compareVersions(one, other), `${one} ${other}`).toBe(Math.sign(index - place));
    }
  }
});

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSameSignature(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => tryParse(text) as { signed: string; signature: string });
  return (
    first?.signed === second?.signed &&
    Buffer.from(first?.signature ?? '', 'base64').equals(Buffer.from(second?.signature ?? '', 'base64'))
  );
}
