import { expect, test } from 'vitest';
import { deleteMessage } from '../../electron/store/messages.ts';
import {
  findSending,
  getReactions,
  listReactions,
  listReactionsBetween,
  putReactions,
  type ReactionRecord,
} from '../../electron/store/reactions.ts';
import { add, hostileTexts, temporaryDatabase, withChat } from './profile.ts';

const BOB = 'bob@b.test';

test('one set of each person about each message, found by page and by stanza, gone with its message', () => {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const ids = [1, 2, 3].map(() => add(database, { id: chat, account }).id);
  const [first = 0, second = 0, third = 0] = ids;
  const said = (message: number, more: Partial<ReactionRecord> = {}): ReactionRecord => ({
    message,
    sender: BOB,
    emojis: ['👍'],
    at: 1_000,
    encryption: 'omemo',
    ...more,
  });
  const own = said(first, {
    sender: 'me@a.test',
    at: 500,
    sending: { stanzaId: 's1', state: 'failed', failure: 'gone', earlier: ['🎉'] },
  });
  for (const each of [said(first), own, said(second), said(third), said(second, { emojis: [] })]) {
    putReactions(database, each);
  }
  expect(listReactions(database, first)).toEqual([own, said(first)]);
  expect(getReactions(database, second, BOB)).toEqual(said(second, { emojis: [] }));
  expect(getReactions(database, second, 'nobody@b.test')).toBeUndefined();
  expect(listReactionsBetween(database, chat, second, third)).toEqual([
    said(second, { emojis: [] }),
    said(third),
  ]);
  expect(listReactionsBetween(database, chat + 1, first, third)).toEqual([]);
  expect(findSending(database, chat, 's1')).toEqual(own);
  expect([findSending(database, chat, 's2'), findSending(database, chat + 1, 's1')]).toEqual([
    undefined,
    undefined,
  ]);
  deleteMessage(database, first);
  expect(listReactions(database, first)).toEqual([]);
});

test.each(hostileTexts)('takes any text (%#)', (text) => {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const { id: message } = add(database, { id: chat, account });
  const record = { message, sender: text, emojis: [text], at: 0, encryption: 'none' } as const;
  putReactions(database, record);
  expect(listReactions(database, message)).toEqual([record]);
});
