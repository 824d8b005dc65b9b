/** Exporting and deleting, as the window asks for it and shows it. */
import { afterEach, expect, it } from 'vitest';
import type { ChatRow } from '../../shared/contract.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { Transcripts } from '../../renderer/state/transcripts.svelte.ts';
import { Refused, type Call } from '../../renderer/state/call.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { createWorld } from './world.ts';
import { must } from './must.ts';

const asked: [string, unknown][] = [];
let answers: PromiseWithResolvers<unknown>;
const call = ((name: string, input: unknown) => {
  asked.push([name, input]);
  return name === 'transcript.cancel' ? Promise.resolve({}) : answers.promise;
}) as Call;

afterEach(() => (asked.length = 0));

it('asks for a chat and a format, never for a file, and follows how far it is', async () => {
  answers = Promise.withResolvers();
  const transcripts = new Transcripts(call);
  transcripts.apply({ put: 'progress', done: 1, total: 2 });
  expect(transcripts.progress).toBeUndefined();
  const done = transcripts.export('html', 7);
  expect(asked).toEqual([['transcript.export', { format: 'html', chat: 7 }]]);
  expect(transcripts.isBusy).toBe(true);
  transcripts.apply({ put: 'progress', done: 200, total: 1_000 });
  expect(transcripts.progress).toEqual({ done: 200, total: 1_000 });
  answers.resolve({ messages: 1_000 });
  expect(await done).toBe(1_000);
  expect([transcripts.isBusy, transcripts.progress]).toEqual([false, undefined]);
  await transcripts.export('json', undefined, true);
  expect(asked.at(-1)).toEqual(['transcript.export', { format: 'json', withFiles: true }]);
});

it('a change of mind is no failure, anything else is', async () => {
  const transcripts = new Transcripts(call);
  for (const [code, outcome] of [
    ['cancelled', undefined],
    ['storage', 'storage'],
  ] as const) {
    answers = Promise.withResolvers();
    const done = transcripts.export('json').catch((failure: unknown) => (failure as Refused).code);
    await transcripts.cancel();
    expect(asked.at(-1)?.[0]).toBe('transcript.cancel');
    answers.reject(new Refused(code, ''));
    expect(await done).toBe(outcome);
    expect(transcripts.isBusy).toBe(false);
  }
});

it('backs up and restores: first the file, then the passphrase', async () => {
  const transcripts = new Transcripts(call);
  answers = Promise.withResolvers();
  answers.resolve({ messages: 3 });
  expect(await transcripts.backUp('a plague on both', true, true)).toBe(3);
  expect(await transcripts.restore('a plague on both')).toBe(3);
  expect(await transcripts.chooseBackup()).toBe(true);
  expect(asked).toEqual([
    ['backup.write', { passphrase: 'a plague on both', hasCredentials: true, withFiles: true }],
    ['backup.restore', { passphrase: 'a plague on both' }],
    ['backup.choose', {}],
  ]);
  answers = Promise.withResolvers();
  answers.reject(new Refused('cancelled', ''));
  expect(await transcripts.chooseBackup()).toBe(false);
  answers = Promise.withResolvers();
  answers.reject(new Refused('damaged', ''));
  await expect(transcripts.restore('x')).rejects.toMatchObject({ code: 'damaged' });
  expect(transcripts.isBusy).toBe(false);
});

it('a failed message that says something else waits again, in its place', async () => {
  const port = new ScriptedPort(createWorld(Date.UTC(2026, 10, 20, 12)));
  const app = new App(port);
  const stop = app.start();
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  await turn();
  const failed = must(port.world.messages.find(({ delivery }) => delivery === 'failed'));
  app.open(failed.chat);
  await turn();
  const place = (): number => must(app.timeline).messages.findIndex(({ id }) => id === failed.id);
  const before = place();
  await app.call('messages.edit', { message: failed.id, text: 'other words' });
  expect(place()).toBe(before);
  const row = must(must(app.timeline).messages[before]);
  expect([row.text, row.delivery, row.failure]).toEqual(['other words', 'queued', undefined]);
  const arrived = must(port.world.messages.find(({ delivery }) => delivery === 'received'));
  await expect(app.call('messages.edit', { message: arrived.id, text: 'x' })).rejects.toMatchObject({
    code: 'too-late',
  });
  stop();
});

it('the open chat is empty when it was cleared', async () => {
  const port = new ScriptedPort(createWorld(Date.UTC(2026, 10, 20, 12)));
  const app = new App(port);
  const stop = app.start();
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const chat: ChatRow = must(app.chats.all.find(({ last }) => last !== undefined));
  app.open(chat.id);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  expect(must(app.timeline).messages.length).toBeGreaterThan(0);
  await app.chats.empty(chat.id);
  expect(must(app.timeline).messages).toEqual([]);
  stop();
});
