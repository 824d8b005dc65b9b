/** What was said and sent in one encrypted chat is said again in another, over a real server. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sendFile } from '../support/hand-in.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { takesFiles } from '../support/upload.ts';

const SECRET = 'WORDS-OF-A-SECRET';

describe('forwarding', () => {
  let server: XmppServer;
  let people: TestEngine[] = [];
  const folders = ['alice', 'bob', 'carol'].map(temporaryFolder);

  beforeAll(async () => {
    server = await startProsody({
      ...takesFiles(1_000_000),
      accounts: ['alice', 'bob', 'carol'],
      contacts: [
        ['alice', 'bob'],
        ['bob', 'carol'],
      ],
      logStanzas: true,
    });
    for (const [index, name] of ['alice', 'bob', 'carol'].entries()) {
      const person = await startTestEngine({
        profile: folders[index]?.path ?? '',
        authority: server.authority,
      });
      people.push(person);
      await signIn(person, server, name);
    }
  });

  afterAll(async () => {
    for (const person of people) await person.stop();
    people = [];
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  it('sends words and files anew, encrypted for the others, and asks before anything leaves in clear', async () => {
    const [alice, bob, carol] = people as [TestEngine, TestEngine, TestEngine];
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    await alice.call('messages.send', { chat, text: `*${SECRET}*\nsecond line` });
    const contents = randomBytes(300_000);
    await sendFile(alice, chat, 'plan.bin', contents);
    const offered = await bob.until(
      () => [...bob.files.values()].find(({ name }) => name === 'plan.bin'),
      'the file',
    );
    const [words, file] = await bob.history('alice@localhost');
    if (words === undefined || file === undefined) throw new Error('something did not come');
    const messages = [file.id, words.id];

    const target = await openEncryptedChat(bob, 'carol@localhost');
    await bob.call('chats.setDraft', { chat: target, text: 'half a thought' });
    const forward = (more: { isSure?: boolean } = {}): Promise<unknown> =>
      bob.call('messages.forward', { messages, chats: [target], withAuthor: true, ...more });
    await expect(forward()).rejects.toMatchObject({ code: 'not-here' });
    await bob.call('files.fetch', { file: offered.id });
    await bob.until(() => bob.files.get(offered.id)?.state === 'here', 'here');

    await bob.call('chats.setEncryption', { chat: target, mode: 'off' });
    await expect(forward()).rejects.toMatchObject({ code: 'would-expose' });
    await bob.call('chats.setEncryption', { chat: target, mode: 'automatic' });
    await forward();

    const arrived = await carol.until(
      () => [...carol.files.values()].find(({ name }) => name === 'plan.bin'),
      'the file at the other one',
    );
    await carol.call('files.fetch', { file: arrived.id });
    await carol.until(() => carol.files.get(arrived.id)?.state === 'here', 'here');
    const piece = await carol.engine.readFile(arrived.id, 0, 300_000);
    expect(Buffer.from(piece?.bytes ?? []).equals(contents)).toBe(true);
    const said = await carol.history('bob@localhost');
    expect(said.map(({ text, encryption, sender }) => [sender, encryption, text]).sort()).toEqual(
      [
        ['bob@localhost', 'omemo', `alice@localhost:\n> *${SECRET}*\n> second line`],
        ['bob@localhost', 'omemo', 'alice@localhost:'],
        ['bob@localhost', 'omemo', 'plan.bin'],
      ].sort(),
    );
    // The draft of the chat is the person's own.
    expect(bob.chatWith('carol@localhost')?.draft).toBe('half a thought');
    // Each message has a file of its own.
    expect(readdirSync(join(folders[1]?.path ?? '', 'files'))).toHaveLength(2);
    expect(server.readLog()).not.toContain(SECRET);
  });
});
