/** Pinned messages: in order, only of their chat, gone with what is deleted, and carried by exports. */
import { expect, test } from 'vitest';
import { openChat } from '../../electron/store/chats.ts';
import { noteDeletion } from '../../electron/store/deletions.ts';
import { deleteMessage, getMessage } from '../../electron/store/messages.ts';
import { listPinned, setPinned } from '../../electron/store/pinned-messages.ts';
import { insertEntry, pageTranscript } from '../../electron/store/transcript.ts';
import { add, temporaryDatabase, withChat } from './profile.ts';

test('are those of the chat, the oldest first, until they are unpinned, deleted or taken back', () => {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const other = openChat(database, account, 'mallory@evil.example', 1_000).chat.id;
  const rows = ['one', 'two', 'three', 'four'].map((text) => add(database, { id: chat, account }, { text }));
  const foreign = add(database, { id: other, account }, { text: 'elsewhere' });
  const said = (): string[] => listPinned(database, chat).map(({ text }) => text);
  expect(said()).toEqual([]);
  for (const { id } of [...rows.toReversed(), foreign]) setPinned(database, id, true);
  expect(said()).toEqual(['one', 'two', 'three', 'four']);
  const [one, two, three] = rows.map(({ id }) => id);
  setPinned(database, two ?? 0, false);
  deleteMessage(database, three ?? 0);
  expect(said()).toEqual(['one', 'four']);
  expect(getMessage(database, two ?? 0)?.isPinned).toBeUndefined();
  noteDeletion(database, chat, { upTo: one ?? 0, isWhole: false });
  expect(said()).toEqual(['four']);
});

test('stay pinned through an export', () => {
  const source = temporaryDatabase();
  const from = withChat(source);
  const { id } = add(source, { id: from.chat, account: from.account }, { text: 'keep this' });
  setPinned(source, id, true);
  const target = temporaryDatabase();
  const to = withChat(target);
  for (const entry of pageTranscript(source, from.chat, 0, 10)) insertEntry(target, to, entry);
  expect(listPinned(target, to.chat).map(({ text, isPinned }) => [text, isPinned])).toEqual([
    ['keep this', true],
  ]);
});
