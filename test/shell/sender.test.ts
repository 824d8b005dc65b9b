/** Who may call: our window's top frame on our page. Every other combination is an impostor. */
import { expect, test } from 'vitest';
import { isTrustedSender, type Frame } from '../../electron/shell/sender.ts';

const ours = {};
const other = {};
const top: Frame = { origin: 'app://waxwing', url: 'app://waxwing/', parent: null };

test('the top frame of our window on our page may', () => {
  expect(isTrustedSender(ours, top, ours)).toBe(true);
  expect(isTrustedSender(ours, { ...top, url: 'app://waxwing/stopped.html' }, ours)).toBe(true);
});

test.each<[string, object, Frame | null, object | undefined]>([
  ['another window', other, top, ours],
  ['no window of ours is open', ours, top, undefined],
  ['the frame is gone', ours, null, ours],
  ['a frame within our page', ours, { ...top, parent: top }, ours],
  ['srcdoc', ours, { origin: 'app://waxwing', url: 'about:srcdoc', parent: top }, ours],
  ['about:blank at the top', ours, { origin: 'app://waxwing', url: 'about:blank', parent: null }, ours],
  ['an opaque origin', ours, { origin: 'null', url: 'app://waxwing/', parent: null }, ours],
  ['a web page', ours, { origin: 'https://evil.example', url: 'https://evil.example/', parent: null }, ours],
  ['a similar host', ours, { origin: 'app://waxwing.evil', url: 'app://waxwing.evil/', parent: null }, ours],
  ['a file', ours, { origin: 'file://', url: 'file:///tmp/x.html', parent: null }, ours],
])('not so: %s', (_name, sender, frame, window) => {
  expect(isTrustedSender(sender, frame, window)).toBe(false);
});
