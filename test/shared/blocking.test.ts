import { expect, test } from 'vitest';
import { blockingRule } from '../../shared/blocking.ts';
import { attentionOf, FOREVER, isMuted, muteUntil } from '../../shared/mute.ts';

// XEP-0191 #matching, row by row.
test.each([
  ['mallory@evil.example', 'mallory@evil.example', true],
  ['mallory@evil.example', 'mallory@evil.example/phone', true],
  ['mallory@evil.example', 'other@evil.example', false],
  ['mallory@evil.example', 'evil.example', false],
  ['mallory@evil.example/phone', 'mallory@evil.example/phone', true],
  ['mallory@evil.example/phone', 'mallory@evil.example/desk', false],
  ['mallory@evil.example/phone', 'mallory@evil.example', false],
  ['evil.example', 'evil.example', true],
  ['evil.example', 'anybody@evil.example', true],
  ['evil.example', 'anybody@evil.example/x', true],
  ['evil.example', 'evil.example/x', true],
  ['evil.example', 'anybody@sub.evil.example', false],
  ['evil.example', 'anybody@notevil.example', false],
  ['evil.example/x', 'evil.example/x', true],
  ['evil.example/x', 'evil.example/y', false],
  // A slash in a resource, and an at sign behind it, are part of the resource (RFC 7622 §3.1).
  ['evil.example', 'bob@b.test/@evil.example', false],
  ['b.test', 'bob@b.test/a/b@c', true],
])('%s blocks %s: %s', (rule, jid, isBlocked) => {
  expect(blockingRule(new Set([rule]), jid)).toBe(isBlocked ? rule : undefined);
});

test('the closest rule is named', () => {
  const list = new Set(['evil.example', 'mallory@evil.example']);
  expect(blockingRule(list, 'mallory@evil.example/x')).toBe('mallory@evil.example');
});

test('a muted chat asks for no attention until its time is over', () => {
  const chat = { unread: 3, mutedUntil: muteUntil('hour', 1_000) };
  expect(isMuted(chat, 3_600_999)).toBe(true);
  expect(attentionOf(chat, 3_600_999)).toBe(0);
  expect(attentionOf(chat, 3_601_000)).toBe(3);
  expect(muteUntil('forever', 1_000)).toBe(FOREVER);
  expect(attentionOf({ unread: 0, isMarkedUnread: true }, 0)).toBe(1);
});
