/** Names of files that somebody else chose (H63, CVE-2021-33896). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endingOf, isRisky, keptName, safeName } from '../../electron/files/name.ts';

test.each([
  ['../../x', 'x'],
  ['..%2f..%2fx.txt', 'x.txt'],
  ['%2F..%2F.bashrc', 'bashrc'],
  ['C:\\Windows\\x.exe', 'x.exe'],
  ['\\\\srv\\share\\s.doc', 's.doc'],
  ['x\0.png', 'x.png'],
  ['CON', 'file CON'],
  ['con.txt', 'file con.txt'],
  ['COM1.tar.gz', 'file COM1.tar.gz'],
  ['.desktop', 'desktop'],
  ['photo_\u202Egpj.exe', 'photo_gpj.exe'],
  ['a\u200B\u2066b\u2069.txt', 'ab.txt'],
  ['~/.bashrc', 'bashrc'],
  [';rm -rf $HOME', 'rm -rf _HOME'],
  ['`id`.txt', 'id_.txt'],
  ['-rf.txt', 'rf.txt'],
  ['...', 'file'],
  ['', 'file'],
  ['/', 'file'],
  ['x. . .', 'x'],
  ['a  \t b.txt', 'a b.txt'],
  ['photo.jpg', 'photo.jpg'],
  ['e\u0301t\u00e9.jpg', '\u00e9t\u00e9.jpg'],
  ['\u65e5\u672c\u8a9e.pdf', '\u65e5\u672c\u8a9e.pdf'],
  ['100%.txt', '100%.txt'],
  ['a|b<c>d:e"f?g*h', 'a_b_c_d_e_f_g_h'],
])('%j becomes %j', (given, name) => {
  expect(safeName(given)).toBe(name);
});

test('a name is short, and keeps its ending', () => {
  expect(safeName(`${'x'.repeat(300)}.jpg`)).toBe(`${'x'.repeat(100)}.jpg`);
  expect(Buffer.byteLength(safeName(`${'\u{1F600}'.repeat(300)}.jpg`))).toBeLessThanOrEqual(104);
  expect(safeName(`x.${'y'.repeat(300)}`)).toHaveLength(100);
});

test('whatever is given, a name is a name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (given) => {
      const name = safeName(given);
      expect(name).not.toBe('');
      expect(name).not.toMatch(/^[.\s-]|[/\\\p{Cc}\p{Cf}<>:"|?*]|[.\s]$/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(130);
      expect(safeName(name).length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});

test('knows what a desktop would run', () => {
  for (const name of [
    'a.exe',
    'a.jpg.exe',
    'a.EXE',
    'x.desktop',
    'x.lnk',
    'x.html',
    'x.svg',
    'x.sh',
    'x.jar',
  ]) {
    expect(isRisky(name)).toBe(true);
  }
  for (const name of ['a.jpg', 'exe', 'a.exe.txt', 'a.pdf', 'a']) expect(isRisky(name)).toBe(false);
  expect(endingOf('a.tar.GZ')).toBe('gz');
});

test('a name that was made harmless stays as it is, whatever looks escaped in it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[%25FfA-Za-z./\\ ]{0,300}$/)),
      (given) => {
        const name = safeName(given);
        expect(keptName(name)).toBe(name);
      },
    ),
  );
  expect(keptName('../../.bashrc')).toBe('bashrc');
});
