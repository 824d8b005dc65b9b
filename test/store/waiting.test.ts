import { expect, test } from 'vitest';
import { openChat } from '../../electron/store/chats.ts';
import { prepare, transaction, type Database } from '../../electron/store/database.ts';
import { park, takeWaiting } from '../../electron/store/waiting.ts';
import { hostileTexts, temporaryDatabase, withChat } from './profile.ts';

function setUp(): { database: Database; chat: number; other: number } {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  return { database, chat, other: openChat(database, account, 'nurse@capulet.example', 1).chat.id };
}

test('facts wait for their target, each once, and are taken out oldest first', () => {
  const { database, chat, other } = setUp();
  const receipt = { chat, target: 't', sender: 'romeo@montague.example', fact: { kind: 'receipt' }, at: 5 };
  const forged = { ...receipt, sender: 'mallory@evil.example', at: 3 };
  const elsewhere = { ...receipt, chat: other };
  for (const each of [receipt, { ...receipt, at: 9 }, forged, elsewhere, { ...receipt, target: 'u' }]) {
    park(database, each);
  }
  expect(takeWaiting(database, chat, 't')).toEqual([forged, receipt]);
  expect(takeWaiting(database, chat, 't')).toEqual([]);
  expect(takeWaiting(database, other, 't')).toEqual([elsewhere]);
  expect(takeWaiting(database, chat, 'u')).toHaveLength(1);
});

test('no more than a thousand wait in a chat: the oldest go', () => {
  const { database, chat, other } = setUp();
  park(database, { chat: other, target: 't0', sender: 's', fact: 0, at: 0 }); // the same in another chat
  transaction(database, () => {
    // Not in order of time: what counts is when they came, not how they are called.
    for (let index = 0; index < 1_005; index += 1) {
      const at = (index * 7) % 1_005;
      park(database, { chat, target: `t${String(at)}`, sender: 's', fact: at, at });
    }
  });
  const left = prepare<[number], { at: number }>(
    database,
    'SELECT at FROM waiting_facts WHERE chat = ? ORDER BY at',
  ).all(chat);
  expect(left.map(({ at }) => at)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 5));
  expect(takeWaiting(database, other, 't0')).toHaveLength(1);
});

test.each(hostileTexts)('any text may name a target (%#)', (text) => {
  const { database, chat } = setUp();
  const waiting = { chat, target: text, sender: text, fact: [text, { [text]: null }], at: 1 };
  park(database, waiting);
  expect(takeWaiting(database, chat, text)).toEqual([waiting]);
});

test('a fact that became nonsense is nothing, not an error', () => {
  const { database, chat } = setUp();
  park(database, { chat, target: 't', sender: 's', fact: 1, at: 1 });
  prepare(database, `UPDATE waiting_facts SET fact = '{'`).run();
  expect(takeWaiting(database, chat, 't')).toEqual([
    { chat, target: 't', sender: 's', fact: undefined, at: 1 },
  ]);
});
