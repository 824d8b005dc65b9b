/** Notifications show a stranger's words: short, and never as markup. */
import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Change, ChatRow } from '../../shared/contract.ts';
import { Speech } from '../../electron/shell/speech.ts';
import { Notices, noticeWords, type Shown } from '../../electron/shell/notices.ts';

const words = (body: string, platform: NodeJS.Platform = 'linux', title = 'Juliet') =>
  noticeWords({ chat: 1, title, body }, platform, new Speech().say);

test('plain words stay', () => {
  expect(words('Wherefore art thou?')).toEqual({ title: 'Juliet', body: 'Wherefore art thou?' });
});

test('what is hidden is only that something came', () => {
  expect(words('', 'linux', '')).toEqual({ title: 'Waxwing', body: 'New message' });
  expect(words('', 'darwin')).toEqual({ title: 'Juliet', body: 'New message' });
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

describe('what is shown', () => {
  /** As the operating system would: it says when one is gone. */
  class OnScreen extends EventEmitter implements Shown {
    static readonly now = new Map<number, OnScreen>();
    readonly chat: number;
    constructor(chat: number) {
      super();
      this.chat = chat;
    }
    show(): void {
      OnScreen.now.set(this.chat, this);
    }
    close(): void {
      if (OnScreen.now.get(this.chat) === this) OnScreen.now.delete(this.chat);
      this.emit('close');
    }
  }

  const begin = (): { notices: Notices; opened: number[] } => {
    OnScreen.now.clear();
    const opened: number[] = [];
    const make = ({ chat }: { chat: number }): OnScreen => new OnScreen(chat);
    return { notices: new Notices(make, (chat) => opened.push(chat)), opened };
  };
  const say = (notices: Notices, chat: number): void => {
    notices.show({ chat, title: 'Juliet', body: 'hello' });
  };
  const put = (id: number, unread: number): Change => ({ put: 'chat', row: { id, unread } as ChatRow });

  test('is one for each chat, and a click opens it once', () => {
    const { notices, opened } = begin();
    say(notices, 1);
    const first = OnScreen.now.get(1);
    say(notices, 1);
    say(notices, 2);
    expect(OnScreen.now.size).toBe(2);
    expect(OnScreen.now.get(1)).not.toBe(first);
    OnScreen.now.get(1)?.emit('click');
    expect(opened).toEqual([1]);
  });

  test('goes when its chat was read, here or elsewhere, or is gone', () => {
    const { notices } = begin();
    notices.apply([put(1, 1), put(2, 3), put(3, 1)]);
    for (const chat of [1, 2, 3]) say(notices, chat);
    notices.apply([put(1, 0), put(2, 2), { put: 'no-chat', chat: 3 }]);
    expect([...OnScreen.now.keys()]).toEqual([2]);
  });

  test('stays for what is not unread, such as a reaction', () => {
    const { notices } = begin();
    say(notices, 1);
    notices.apply([put(1, 0)]);
    expect(OnScreen.now.size).toBe(1);
  });

  test('nothing is remembered of a chat that is gone', () => {
    const { notices } = begin();
    notices.apply([put(1, 1), { put: 'no-chat', chat: 1 }]);
    say(notices, 1);
    notices.apply([put(1, 0)]);
    expect(OnScreen.now.size).toBe(1);
  });

  test('never covers the screen', () => {
    const { notices } = begin();
    for (let chat = 1; chat <= 100; chat += 1) say(notices, chat);
    expect(OnScreen.now.size).toBe(20);
  });
});
