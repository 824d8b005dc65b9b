/** Files between two engines over a real server: encrypted and plain, with what the server and the disks see of them. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { contentsOf, sendFile } from '../support/hand-in.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { takesFiles } from '../support/upload.ts';

const MARK = 'THE-CONTENTS-OF-A-SECRET-FILE';
/** A picture of 2 × 1 pixels. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR42mP8z8Dwn4GBgQEADQUB/sbqpBYAAAAASUVORK5CYII=',
  'base64',
);

const filesIn = (folder: { path: string }): string[] => readdirSync(join(folder.path, 'files'));

describe('files', () => {
  let server: XmppServer;
  let alice: TestEngine;
  let bob: TestEngine;
  const folders = [temporaryFolder('alice'), temporaryFolder('bob')] as const;
  const start = (folder: { path: string }): Promise<TestEngine> =>
    startTestEngine({ profile: folder.path, authority: server.authority });

  beforeAll(async () => {
    const contacts = [['alice', 'bob']] as const;
    server = await startProsody({
      ...takesFiles(3_000_000),
      accounts: ['alice', 'bob', 'mallory'],
      contacts,
      logStanzas: true,
    });
    alice = await start(folders[0]);
    bob = await start(folders[1]);
    await signIn(alice, server, 'alice');
    await signIn(bob, server, 'bob');
  });

  afterAll(async () => {
    await alice.stop();
    await bob.stop();
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  const received = (name: RegExp, state: FileRow['state']): Promise<FileRow> =>
    bob.until(
      () => [...bob.files.values()].find((file) => name.test(file.name) && file.state === state),
      `${String(name)} ${state}`,
    );
  const isDelivered = (message: number): Promise<boolean> =>
    alice.until(() => alice.messages.get(message)?.delivery === 'delivered', 'delivered');

  it('go encrypted, with a caption behind, and are the same on the other side', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    const contents = Buffer.concat([Buffer.from(MARK), randomBytes(2_000_000)]);
    const message = await sendFile(alice, chat, 'a/../secret plan.pdf', contents, { caption: 'read this' });
    expect([...alice.files.values()]).toMatchObject([{ message, name: 'secret plan.pdf', kind: 'file' }]);
    await isDelivered(message);
    const offered = await received(/\.pdf$/, 'offered');
    // Nobody asked for it, and it is no picture.
    await bob.call('files.fetch', { file: offered.id });
    const here = await received(/\.pdf$/, 'here');
    expect(here.size).toBe(contents.length);
    expect((await contentsOf(bob, here)).equals(contents)).toBe(true);
    await bob.until(() => bob.chatWith('alice@localhost')?.last?.text === 'read this', 'the caption');
    const texts = (await bob.history('alice@localhost')).map(({ text, encryption }) => [encryption, text]);
    expect(texts).toEqual([
      ['omemo', here.name],
      ['omemo', 'read this'],
    ]);
  });

  it('tell neither the server nor a disk what is in them, nor what they are called', () => {
    expect(server.readLog()).not.toContain('secret plan');
    expect(server.readLog()).not.toContain('aesgcm');
    const places = [...folders.map(({ path }) => join(path, 'files')), join(server.folder, 'data')];
    for (const place of places) {
      for (const name of readdirSync(place, { recursive: true, withFileTypes: true })) {
        if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name)).includes(MARK)).toBe(false);
      }
    }
    expect(filesIn(folders[0])).toHaveLength(1);
    expect(filesIn(folders[1])).toHaveLength(1);
  });

  it('that are pictures of contacts come by themselves', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    await isDelivered(await sendFile(alice, chat, 'photo.png', PNG));
    const here = await received(/\.png$/, 'here');
    expect(here).toMatchObject({ kind: 'image', width: 2, height: 1, size: PNG.length });
    const piece = await bob.engine.readFile(here.id, 0, 100);
    expect(piece).toMatchObject({ type: 'image/png', size: PNG.length });
  });

  it('go plain where the chat is, with their names, and are found by them', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    await alice.call('chats.setEncryption', { chat, mode: 'off' });
    await isDelivered(await sendFile(alice, chat, 'Rechnung M\u00fcller.txt', Buffer.from('forty euros')));
    const offered = await received(/^Rechnung M\u00fcller\.txt$/, 'offered');
    expect(offered).toMatchObject({ size: 11, kind: 'file', isRisky: false });
    await bob.call('files.fetch', { file: offered.id });
    expect((await contentsOf(bob, await received(/^Rechnung/, 'here'))).toString()).toBe('forty euros');
    for (const who of [alice, bob]) {
      const { hits } = await who.call('search.messages', { text: 'mueller rechnung', limit: 5 });
      const { hits: named } = await who.call('search.messages', {
        text: 'Rechnung',
        has: ['file'],
        limit: 5,
      });
      expect([...hits, ...named].length).toBeGreaterThan(0);
    }
    await alice.call('chats.setEncryption', { chat, mode: 'automatic' });
  });

  it('that are too large are refused before anything is sent', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    const { limit } = await alice.call('files.limit', { account: alice.account().id });
    expect(limit).toBe(3_000_000 - 16);
    await expect(alice.call('files.begin', { chat, name: 'x', size: 3_000_000 })).rejects.toMatchObject({
      code: 'too-large',
    });
  });

  it('leave nothing behind when their message is deleted, or they are not sent after all', async () => {
    const own = [...alice.files.values()].find(({ name }) => name === 'photo.png');
    const before = filesIn(folders[0]).length;
    await alice.call('messages.remove', { message: own?.message ?? 0 });
    await expect.poll(() => filesIn(folders[0]).length).toBe(before - 1);
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    const { handle } = await alice.call('files.begin', { chat, name: 'x', size: 10 });
    await alice.call('files.write', { handle, bytes: new Uint8Array(5) });
    await expect(alice.call('files.send', { handle })).rejects.toMatchObject({ code: 'invalid' });
    expect(filesIn(folders[0])).toHaveLength(before - 1);
    await alice.call('chats.clear', { chat });
    await expect.poll(() => filesIn(folders[0]).length).toBe(0);
  });

  it('wait for the network, and for a program that was closed', async () => {
    const chat = await openEncryptedChat(alice, 'bob@localhost');
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    const contents = randomBytes(300_000);
    const message = await sendFile(alice, chat, 'later.bin', contents);
    expect(alice.messages.get(message)?.delivery).toBe('queued');
    await alice.stop();
    alice = await start(folders[0]);
    expect(alice.account().enabled).toBe(false);
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: true });
    await alice.until(() => alice.messages.get(message)?.delivery === 'delivered', 'delivered after all');
    const offered = await received(/\.bin$/, 'offered');
    await bob.call('files.fetch', { file: offered.id });
    expect((await contentsOf(bob, await received(/\.bin$/, 'here'))).equals(contents)).toBe(true);
  });
});
