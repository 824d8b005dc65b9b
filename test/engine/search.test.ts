import { expect, test } from 'vitest';
import * as v from 'valibot';
import { calls } from '../../shared/contract.ts';
import { findMessages } from '../../electron/engine/search.ts';
import { add, temporaryDatabase, withChat } from '../store/profile.ts';

const AT = 1_700_000_000_000;

test('what is found crosses with a snippet and what to mark in it, and goes on where it stopped', () => {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  for (let index = 0; index < 5; index += 1) {
    add(database, { id: chat, account }, { text: `Die Größe ${String(index)}`, at: AT + index });
  }
  const first = findMessages(database, { text: 'groesse OR', limit: 2 });
  expect(first).toEqual({ hits: [] });
  const page = findMessages(database, { text: 'GRÖSSE', chat, limit: 2 });
  v.parse(calls['search.messages'].output, page);
  expect(page.hits[0]).toEqual({
    message: (AT + 4) * 1_000,
    account,
    chat,
    isOutgoing: false,
    sender: 'romeo@montague.example',
    at: AT + 4,
    snippet: 'Die Größe 4',
    ranges: [[4, 9]],
  });
  const rest = findMessages(database, { text: 'GRÖSSE', chat, limit: 10, before: page.next });
  expect([...page.hits, ...rest.hits].map(({ snippet }) => snippet.at(-1))).toEqual([
    '4',
    '3',
    '2',
    '1',
    '0',
  ]);
  expect(rest.next).toBeUndefined();
});
