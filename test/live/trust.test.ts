/**
 * Verifying once serves all devices (XEP-0450, in the order of its examples): Alice has two, Bob has one, and the second
 * device of Alice never compares anything with Bob.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';
const NAMES = ['a1', 'a2', 'b1'] as const;
type Name = (typeof NAMES)[number];

let server: XmppServer;
const engines = {} as Record<Name, TestEngine>;
const folders = NAMES.map((name) => temporaryFolder(name));
const addressOf = (name: Name): string => (name === 'b1' ? BOB : ALICE);
const peerOf = (name: Name): string => (name === 'b1' ? ALICE : BOB);

beforeAll(async () => {
  server = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  for (const [i, name] of NAMES.entries()) {
    engines[name] = await startTestEngine({ profile: folders[i]?.path ?? '', authority: server.authority });
    await signIn(engines[name], server, name === 'b1' ? 'bob' : 'alice');
  }
});

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.stop();
  await server.stop();
  for (const folder of folders) folder.remove();
});

/** The devices on both sides of the chat, as one of them sees them. */
async function devicesOf(name: Name): Promise<DeviceRow[]> {
  const chat = await openEncryptedChat(engines[name], peerOf(name));
  return (await engines[name].call('chats.devices', { chat })).devices;
}

async function own(name: Name): Promise<DeviceRow> {
  const row = (await devicesOf(name)).find(({ isThisDevice }) => isThisDevice);
  if (row === undefined) throw new Error('it has no device');
  return row;
}

/** One scans the code of another. */
async function scan(who: Name, whose: Name): Promise<void> {
  const { device, fingerprint = '' } = await own(whose);
  const code = {
    account: engines[who].account().id,
    address: addressOf(whose),
    keys: [{ device, fingerprint, isTrusted: true }],
  };
  await eventually(async () => {
    const { isMismatch } = await engines[who].call('devices.check', code);
    return !isMismatch;
  }, `${who} sees the device of ${whose}`);
  await engines[who].call('devices.verify', code);
}

async function believes(who: Name, whose: Name): Promise<string | undefined> {
  const { device } = await own(whose);
  const rows = await devicesOf(who);
  return rows.find((row) => row.address === addressOf(whose) && row.device === device)?.trust;
}

const untilBelieves = (who: Name, whose: Name, trust: string): Promise<void> =>
  eventually(async () => (await believes(who, whose)) === trust, `${who} takes ${whose} for ${trust}`);

it('makes the second device believe whom the first has verified, and makes the contact believe the second', async () => {
  const chat = await openEncryptedChat(engines.a1, BOB);
  await engines.a1.call('messages.send', { chat, text: 'hello' });
  await engines.b1.until(() => engines.b1.chatWith(ALICE)?.last?.text === 'hello', 'hello');
  await scan('a1', 'a2');
  await scan('a2', 'a1');
  expect(await believes('a2', 'b1')).not.toBe('verified');
  await scan('a1', 'b1');
  await untilBelieves('a2', 'b1', 'verified');
  // Bob was told of Alice's second device, and believes it once he has verified the first, which said so.
  expect(await believes('b1', 'a2')).not.toBe('verified');
  await scan('b1', 'a1');
  await untilBelieves('b1', 'a2', 'verified');
});

it('makes the second device distrust whom the first distrusts', async () => {
  const { device, fingerprint = '' } = await own('b1');
  const account = engines.a1.account().id;
  await engines.a1.call('devices.setTrust', {
    account,
    address: BOB,
    device,
    trust: 'distrusted',
    fingerprint,
  });
  await untilBelieves('a2', 'b1', 'distrusted');
  expect(await believes('b1', 'a1')).toBe('verified');
});

it('leaves no trace in any chat', async () => {
  for (const name of NAMES) {
    const rows = await engines[name].history(peerOf(name));
    expect(rows.map(({ text, unreadable }) => unreadable ?? text)).toEqual(['hello']);
    expect([...engines[name].chats.values()].map(({ address }) => address)).toEqual([peerOf(name)]);
  }
});
