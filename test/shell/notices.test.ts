/** Notifications show a stranger's words: short, and never as markup. */
import { expect, test } from 'vitest';
import { noticeWords } from '../../electron/shell/notices.ts';

const words = (body: string, platform: NodeJS.Platform = 'linux', title = 'Juliet') =>
  noticeWords({ chat: 1, title, body }, platform);

test('plain words stay', () => {
  expect(words('Wherefore art thou?')).toEqual({ title: 'Juliet', body: 'Wherefore art thou?' });
});

test('markup is shown, not obeyed, where the body is markup', () => {
  const hostile = '<img src="http://evil.example/x"/><a href="x">&amp;</a>';
  expect(words(hostile).body).toBe(
    '&lt;img src="http://evil.example/x"/&gt;&lt;a href="x"&gt;&amp;amp;&lt;/a&gt;',
  );
  expect(words(hostile, 'darwin').body).toBe(hostile);
  expect(words(hostile, 'win32').body).toBe(hostile);
});

test('line breaks and control characters become spaces', () => {
  expect(words('a\r\nb\u2028c\0d\t e', 'linux', 'x\ny')).toEqual({ title: 'x y', body: 'a b c d e' });
});

test('what is long is cut between characters', () => {
  const { title, body } = words('😀'.repeat(100_000), 'darwin', 'é'.repeat(500));
  expect([...body]).toHaveLength(240);
  expect(body).toBe(`${'😀'.repeat(239)}…`);
  expect([...title]).toHaveLength(80);
});
