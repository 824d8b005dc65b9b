/**
 * The archive against a real Prosody that keeps nothing else for us (no offline storage): what was said while we were
 * away, on another device, or while we are just coming back is there, readable, in order, once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startTestEngine, type Mirror, type TestEngine } from '../support/engine.ts';
import { forkEngine, type ForkedEngine } from '../support/engine-fork.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, online, openEncryptedChat, signIn } from '../support/people.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';

let prosody: Prosody;
let alice: TestEngine;
let bob: TestEngine;
let toBob: number;
const folders = { alice: temporaryFolder('alice'), bob: temporaryFolder('bob') };
/** What Alice said to Bob, in order. */
const said: string[] = [];

const startBob = async (): Promise<void> => {
  bob = await startTestEngine({ profile: folders.bob.path, authority: prosody.authority });
  await online(bob, bob.account().id);
};

/** Alice says something, and waits until the server has all of it. */
const say = async (...texts: string[]): Promise<void> => {
  for (const text of texts) {
    said.push(text);
    await alice.call('messages.send', { chat: toBob, text });
  }
  await eventually(async () => {
    const mine = (await alice.history(BOB)).filter((message) => message.isOutgoing);
    return mine.length === said.length && mine.every(({ delivery }) => delivery !== 'queued');
  }, 'the server has it');
};

const incoming = async (who: Mirror, from: string): Promise<MessageRow[]> =>
  (await who.history(from)).filter((message) => !message.isOutgoing);

const textsOf = (history: readonly MessageRow[]): string[] => history.map((message) => message.text);

/** Bob has what Alice said: all of it, in order, readable, once. */
const expectAll = async (who: Mirror): Promise<void> => {
  const received = await incoming(who, ALICE);
  expect(textsOf(received)).toEqual(said);
  expect(received.every(({ encryption, unreadable }) => encryption === 'omemo' && !unreadable)).toBe(true);
};

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['alice', 'bob'],
    contacts: [['alice', 'bob']],
    without: ['offline'],
    config: 'smacks_hibernation_time = 0',
  });
  alice = await startTestEngine({ profile: folders.alice.path, authority: prosody.authority });
  bob = await startTestEngine({ profile: folders.bob.path, authority: prosody.authority });
  await signIn(alice, prosody, 'alice');
  await signIn(bob, prosody, 'bob');
  toBob = await openEncryptedChat(alice, BOB);
  await say('before');
  await bob.until(() => bob.chatWith(ALICE)?.last?.text === 'before', 'the first message');
});

afterAll(async () => {
  await alice.stop();
  await bob.stop();
  await prosody.stop();
  folders.alice.remove();
  folders.bob.remove();
});

describe('without offline storage', () => {
  it('what was said while away is there after the start', async () => {
    await bob.stop();
    await say(...Array.from({ length: 30 }, (_, index) => `away ${index}`));
    await startBob();
    await expectAll(bob);
    expect(bob.chatWith(ALICE)?.unread).toBe(said.length);
    // Received by the archive alone, and said so once.
    await eventually(
      async () => (await alice.history(BOB)).every(({ delivery }) => delivery === 'delivered'),
      'the receipts',
    );
  });

  it('nothing comes twice by starting again', async () => {
    await bob.stop();
    await startBob();
    await expectAll(bob);
  });

  it('what comes live while the archive is read is there once', async () => {
    await bob.stop();
    await say(...Array.from({ length: 150 }, (_, index) => `behind ${index}`));
    const talking = say(...Array.from({ length: 60 }, (_, index) => `meanwhile ${index}`));
    await startBob();
    await talking;
    await eventually(async () => (await incoming(bob, ALICE)).length >= said.length, 'all');
    await expectAll(bob);
  });
});

describe('killed while catching up', () => {
  let victim: ForkedEngine | undefined;
  const revive = async (killAt?: string): Promise<ForkedEngine> => {
    victim = await forkEngine({
      profile: folders.bob.path,
      authority: prosody.authority,
      ...(killAt !== undefined && { killAt }),
    });
    return victim;
  };
  afterAll(async () => {
    if (victim?.isGone() === false) await victim.kill();
    await startBob();
  });

  it.each(['page-decrypted', 'page-applied', 'page-committed'])('at "%s"', async (step) => {
    if (victim === undefined) await bob.stop();
    else await victim.kill();
    await say(...Array.from({ length: 120 }, (_, index) => `killed at ${step}, ${index}`));
    await (
      await revive(`${step}:2`)
    ).gone;
    const again = await revive();
    const { changes, sequence } = await again.call('app.snapshot', {});
    again.apply({ changes, sequence });
    await online(again, again.account().id);
    await expectAll(again);
  });
});

describe('a second device of the same account', () => {
  const folder = temporaryFolder('alice-laptop');
  let laptop: TestEngine;
  afterAll(async () => {
    await laptop.stop();
    folder.remove();
  });

  it('shows no lines that it cannot read', async () => {
    laptop = await startTestEngine({ profile: folder.path, authority: prosody.authority });
    await signIn(laptop, prosody, 'alice');
    expect(await laptop.history(BOB)).toEqual([]);
  });

  it('sees what the first one says: live as a carbon, later from the archive', async () => {
    await alice.until(() => alice.account().state === 'online', 'online');
    // Alice's first device has to know the second one before it can write to it.
    await eventually(async () => {
      const { devices } = await alice.call('chats.devices', { chat: toBob });
      return devices.some(
        ({ address, isThisDevice, isActive }) => address === ALICE && !isThisDevice && isActive,
      );
    }, 'the second device is known');
    await say('by carbon');
    await laptop.until(() => laptop.chatWith(BOB)?.last?.text === 'by carbon', 'the carbon');
    await laptop.stop();
    await say('by archive 1', 'by archive 2');
    laptop = await startTestEngine({ profile: folder.path, authority: prosody.authority });
    await online(laptop, laptop.account().id);
    const history = await laptop.history(BOB);
    expect(textsOf(history)).toEqual(['by carbon', 'by archive 1', 'by archive 2']);
    expect(history.every(({ isOutgoing, encryption }) => isOutgoing && encryption === 'omemo')).toBe(true);
    expect(laptop.chatWith(BOB)?.unread).toBe(0);
  });
});

describe('many pages', () => {
  it('300 messages in pages of 50', { timeout: 180_000 }, async () => {
    const small = await startProsody({
      accounts: ['alice', 'bob'],
      contacts: [['alice', 'bob']],
      without: ['offline'],
      config: 'max_archive_query_results = 50',
    });
    const places = [temporaryFolder('writer'), temporaryFolder('reader')] as const;
    const options = { authority: small.authority };
    const writer = await startTestEngine({ profile: places[0].path, ...options });
    let reader = await startTestEngine({ profile: places[1].path, ...options });
    try {
      await signIn(writer, small, 'alice');
      await signIn(reader, small, 'bob');
      const chat = await openEncryptedChat(writer, BOB);
      await reader.stop();
      const texts = Array.from({ length: 300 }, (_, index) => `message ${index}`);
      let last = 0;
      for (const text of texts) last = (await writer.call('messages.send', { chat, text })).message;
      // They leave in their order.
      const hasLeft = (): boolean => writer.messages.get(last)?.delivery !== 'queued';
      await writer.until(hasLeft, 'all left', 150_000);
      reader = await startTestEngine({ profile: places[1].path, ...options });
      await reader.until(() => reader.account().state === 'online', 'online', 120_000);
      expect(textsOf(await reader.history(ALICE))).toEqual(texts);
      expect(reader.chatWith(ALICE)?.unread).toBe(300);
    } finally {
      await writer.stop();
      await reader.stop();
      await small.stop();
      for (const place of places) place.remove();
    }
  });
});
