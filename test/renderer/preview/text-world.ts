/** Gives the first chat of a world a talk about text: styled, quoted, code, actions, covered, in both directions. */
import type { MessageRow } from '../../../shared/contract.ts';
import { lastOf, type World } from '../world.ts';

const code = [
  '```ts',
  'export function greet(name: string): string {',
  '  // A short one, with a very long comment that has to scroll, because code is never wrapped in the middle of a line',
  '  return `Hello, ${name}!`;',
  '}',
  '```',
].join('\n');
const long = [
  '```python',
  ...Array.from({ length: 30 }, (_, i) => `print(${String(i)})  # line`),
  '```',
].join('\n');

const talk: readonly (Partial<MessageRow> & { readonly text: string })[] = [
  {
    text: '*Strong*, _emphasised_, ~struck~, `code` and *_both_* at once; but 2*3*4 and snake_case_name are not.',
  },
  { text: 'Look:\n> What did you say?\n>> That *nothing* is lost\n> Indeed\n\nYes.', isOutgoing: true },
  { text: `Try this:\n${code}\nDoes it work?` },
  { text: long, isOutgoing: true },
  { text: '/me waves *happily*' },
  { text: '/me bows', isOutgoing: true },
  { text: 'In the end they both die.', spoiler: 'Romeo and Juliet, the last act' },
  { text: 'Shh', spoiler: '', isOutgoing: true },
  { text: '> _ <  *as it is*', isUnstyled: true },
  {
    text: 'https://аррӏе.com/login and https://bücher.example.com, geo:48.2010,16.3695 xmpp:romeo@montague.example',
  },
  { text: 'مرحبا *بك* يا صديقي\n> اقتباس مع `code`\nand an English line' },
  { text: 'Before \u202eevil\u202c after\nשלום *עולם*' },
  { text: '🎉🎈' },
];

export function withText(world: World, now: number): void {
  const [chat] = world.chats;
  if (chat === undefined) return;
  const { id, account, address } = chat;
  const own = world.accounts.find((row) => row.id === account)?.address ?? '';
  world.messages = world.messages.filter((row) => row.chat !== id);
  for (const [index, message] of talk.entries()) {
    const at = now - (talk.length - index) * 60_000;
    const isOutgoing = message.isOutgoing === true;
    world.messages.push({
      id: at * 1_000,
      account,
      chat: id,
      isOutgoing,
      sender: isOutgoing ? own : address,
      at,
      delivery: isOutgoing ? 'displayed' : 'received',
      encryption: 'omemo',
      trust: 'verified',
      ...message,
    });
  }
  const last = world.messages.at(-1);
  if (last !== undefined) world.chats[0] = { ...chat, at: last.at, last: lastOf(last) };
}
