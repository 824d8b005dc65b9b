/** The pinned messages of a chat in the window: from the newest back, and around again. */
import { expect, test } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import type { Call } from '../../renderer/state/call.ts';
import { Pins } from '../../renderer/state/pins.svelte.ts';

const row = (id: number, more: Partial<MessageRow> = {}): MessageRow => ({
  id,
  account: 1,
  chat: 1,
  isOutgoing: false,
  sender: 'romeo@montague.example',
  text: String(id),
  at: id,
  delivery: 'received',
  encryption: 'omemo',
  isPinned: true,
  ...more,
});

async function opened(...rows: MessageRow[]): Promise<Pins> {
  const pins = new Pins(() => Promise.resolve({ messages: rows }));
  await pins.open(1);
  return pins;
}

test('each step leads to the one before, and after the oldest to the newest', async () => {
  const pins = await opened(row(1), row(2), row(3));
  expect([1, 2, 3, 4].map(() => pins.next()?.id)).toEqual([3, 2, 1, 3]);
  expect(pins.place).toBe(1);
});

test('what is pinned is shown first; what is unpinned, deleted or taken back goes', async () => {
  const pins = await opened(row(1), row(5));
  pins.next();
  pins.apply({ put: 'message', row: row(3) });
  expect([pins.rows.map(({ id }) => id), pins.shown?.id]).toEqual([[1, 3, 5], 5]);
  pins.apply({ put: 'message', row: row(9, { chat: 2 }) });
  pins.apply({ put: 'message', row: row(5, { retracted: 7 }) });
  const { isPinned: _isPinned, ...unpinned } = row(3);
  pins.apply({ put: 'message', row: unpinned });
  expect(pins.rows.map(({ id }) => id)).toEqual([1]);
  pins.apply({ put: 'no-message', chat: 1, message: 1 });
  expect([pins.rows, pins.shown, pins.next()]).toEqual([[], undefined, undefined]);
});

test('an answer that comes late shows nothing in another chat, and brings back nothing older', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const pins = new Pins((() => new Promise((resolve) => (answer = resolve))) as unknown as Call);
  const opening = pins.open(1);
  pins.apply({ put: 'message', row: row(1, { text: 'newer' }) });
  answer({ messages: [row(1), row(2)] });
  await opening;
  expect(pins.rows.map(({ text }) => text)).toEqual(['newer', '2']);
  const late = pins.open(1);
  const answerLate = answer;
  void pins.open(undefined);
  answerLate({ messages: [row(1)] });
  await late;
  expect(pins.rows).toEqual([]);
});
