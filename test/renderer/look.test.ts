/** How a message is to be shown: it goes with one message, and comes back with what was refused. */
import { expect, test } from 'vitest';
import { isSpoilerKey } from '../../renderer/lib/formatting.ts';
import type { Call } from '../../renderer/state/call.ts';
import { Draft } from '../../renderer/state/draft.svelte.ts';
import { Tray } from '../../renderer/state/tray.svelte.ts';

function engine(isRefusing = false): { call: Call; sent: unknown[] } {
  const sent: unknown[] = [];
  const call = (name: string, input: unknown): Promise<unknown> => {
    if (name === 'files.limit') return Promise.resolve({ service: 'offered', limit: 1_000 });
    if (name === 'files.begin') return Promise.resolve({ handle: 'h' });
    if (name === 'messages.send' || name === 'files.send') {
      sent.push(input);
      if (isRefusing) return Promise.reject(new Error('no'));
    }
    return Promise.resolve({ message: 1 });
  };
  return { call: call as Call, sent };
}

test('a message is covered, the next one is not', async () => {
  const { call, sent } = engine();
  const draft = new Draft(call, 1, '', () => undefined);
  draft.text = 'the butler';
  draft.look.toggleSpoiler();
  draft.look.spoiler = ' the end ';
  draft.look.isUnstyled = true;
  await draft.send();
  draft.text = 'good morning';
  await draft.send();
  expect(sent).toEqual([
    { chat: 1, text: 'the butler', look: { spoiler: 'the end', isUnstyled: true } },
    { chat: 1, text: 'good morning' },
  ]);
});

test('what was refused stays as it was meant', async () => {
  const draft = new Draft(engine(true).call, 1, '', () => undefined);
  draft.text = 'the butler';
  draft.look.toggleSpoiler();
  await expect(draft.send()).rejects.toThrow('no');
  expect([draft.text, draft.look.value]).toEqual(['the butler', { spoiler: '' }]);
});

test('files are covered like words', async () => {
  const { call, sent } = engine();
  const tray = new Tray(call, 1);
  await tray.add(1, [new File(['x'], 'x.txt')]);
  await tray.send('look', undefined, { spoiler: '' });
  expect(sent).toEqual([{ handle: 'h', caption: 'look', look: { spoiler: '' } }]);
});

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
test.each([
  [{ ...none, key: 'S', ctrlKey: true, shiftKey: true }, true],
  [{ ...none, key: 's', metaKey: true, shiftKey: true }, true],
  [{ ...none, key: 's', ctrlKey: true }, false],
  [{ ...none, key: 'S', shiftKey: true }, false],
  [{ ...none, key: 'S', ctrlKey: true, shiftKey: true, altKey: true }, false],
])('%j', (press, isOne) => {
  expect(isSpoilerKey(press)).toBe(isOne);
});
