/** A window that shows one thing: it shows that and nothing else, and shares what is typed with the others. */
import { expect, it, vi } from 'vitest';
import type { WindowRole } from '../../shared/contract.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { openWindow, stopViewing } from '../../renderer/state/role.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { must } from './must.ts';
import { createWorld } from './world.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

/** Lets every pending promise run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function start(port: ScriptedPort, role?: WindowRole, end?: () => void): Promise<App> {
  const app = new App(port, { role, ...(end !== undefined && { end }) });
  app.start();
  await settled();
  return app;
}

it('shows its chat from the beginning, and leaves to the first window what others ask for', async () => {
  const port = new ScriptedPort(createWorld(NOW));
  const [chat, other] = port.world.chats.map(({ id }) => id);
  const app = await start(port, { chat: must(chat) });
  expect(app.chat?.id).toBe(chat);
  port.announce({ put: 'wanted', chat: must(other) });
  port.announce({ put: 'intent', uri: 'xmpp:mallory@evil.example?message' });
  app.open(must(other));
  await settled();
  expect(app.chat?.id).toBe(chat);
  expect(app.links.current).toBeUndefined();
  expect(port.asked.map(({ name }) => name)).not.toContain('app.dropIntent');
  expect(port.asked).toContainEqual({ name: 'app.showChat', input: { chat: other } });
});

it('shows its picture over the chat, and ends with it, but not behind the lock', async () => {
  const port = new ScriptedPort(createWorld(NOW));
  const { chat, id: message } = must(port.world.messages.at(-1));
  const file = 77;
  const end = vi.fn<() => void>();
  const app = await start(port, { chat, picture: { message, file } }, end);
  await settled();
  expect([app.chat?.id, app.files.viewed]).toEqual([chat, file]);
  port.announce({ put: 'profile', row: { state: 'screen-locked' } });
  stopViewing(app);
  expect(end).not.toHaveBeenCalled();
  port.announce({ put: 'profile', row: { state: 'open' } });
  await settled();
  stopViewing(app);
  expect(end).toHaveBeenCalledOnce();
});

it('ends with its chat, and does not begin without it', async () => {
  const port = new ScriptedPort(createWorld(NOW));
  const chat = must(port.world.chats[0]).id;
  const end = vi.fn<() => void>();
  await start(port, { chat }, end);
  expect(end).not.toHaveBeenCalled();
  port.announce({ put: 'no-chat', chat });
  expect(end).toHaveBeenCalledOnce();
  const never = vi.fn<() => void>();
  await start(port, { chat: 999_999 }, never);
  expect(never).toHaveBeenCalledOnce();
});

it('takes the chat out of the window that it was opened from', async () => {
  const port = new ScriptedPort(createWorld(NOW));
  const chat = must(port.world.chats[0]).id;
  const app = await start(port);
  app.open(chat);
  await openWindow(app, { chat });
  expect(port.asked).toContainEqual({ name: 'desktop.openWindow', input: { chat } });
  expect(app.chat).toBeUndefined();
});

it('what is typed in one of two windows is in both, and never twice', async () => {
  const port = new ScriptedPort(createWorld(NOW));
  const chat = must(port.world.chats.find(({ draft }) => draft === '')).id;
  const [one, two] = [await start(port), await start(port, { chat })];
  one.open(chat);
  await settled();
  const [first, second] = [must(one.draft), must(two.draft)];
  first.text = 'half';
  await first.save();
  await settled();
  expect(second.text).toBe('half');
  // Both go on at the same time: each keeps its own words until one of them is saved last.
  first.text = 'half a thought';
  second.text = 'half of it';
  await first.save();
  await settled();
  expect([first.text, second.text]).toEqual(['half a thought', 'half of it']);
  await second.save();
  await settled();
  expect([first.text, second.text]).toEqual(['half of it', 'half of it']);
  await first.send();
  await settled();
  expect([first.text, second.text]).toEqual(['', '']);
  const said = port.asked.filter(({ name }) => name === 'messages.send');
  expect(said.map(({ input }) => (input as { text: string }).text)).toEqual(['half of it']);
});
