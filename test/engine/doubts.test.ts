/** A key that changes stops a chat until the person has decided (H40); a new device only goes without. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import { writeDeviceList } from '../../electron/xmpp/xep/xep0384.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { Device, jid, must, Net } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { answerOmemo } from '../support/scripted-omemo.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ALICE = jid('alice@a.test');
const BOB = jid('bob@b.test');

let net: Net;
let server: ScriptedServer;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;
let chat: number;
let devices: Device[];
let said = 0;

beforeEach(async () => {
  folder = await temporaryProfile('doubts');
  [net, devices] = [new Net(), []];
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  server.answers = (iq) => answerOmemo(net, ALICE, iq);
  await start();
  await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
  await online();
});

afterEach(async () => {
  await engine.stop();
  for (const device of devices) device.close();
  folder.remove();
});

async function start(): Promise<void> {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
}

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');
const row = (id = chat) => must(alice.chats.get(id));
const waiting = (text: string): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].find((each) => each.text === text), `the row of ${text}`);

/** One device of somebody; under a given id it is another installation. */
async function device(address: typeof BOB, id?: number): Promise<Device> {
  const made = new Device(net, address);
  devices.push(made);
  await made.omemo.prepare(made.network);
  if (id === undefined) return made;
  made.database.prepare('UPDATE omemo_identities SET device = ?').run(id);
  net.lists.set(address, [id]);
  net.bundles.delete(`${address}/${String(id)}`); // a device that finds its id taken takes another
  made.restart();
  await made.omemo.prepare(made.network);
  return made;
}

/** Somebody's list is announced, without the devices that are not named. */
function announce(address: string, ids: readonly number[]): void {
  net.lists.set(jid(address), ids);
  server.deliver(
    `<message from="${address}" to="${ALICE}/d1" type="headline"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="eu.siacs.conversations.axolotl.devicelist"><item id="current">${serialize(writeDeviceList(ids))}</item></items></event></message>`,
  );
}

const writtenBy = (from: string, message: Element): Element => ({
  ...message,
  attrs: { ...message.attrs, from },
});

async function hear(from: Device, text: string): Promise<void> {
  said += 1;
  const encrypted = await from.send(ALICE, text);
  const message = writeMessage({
    to: ALICE,
    type: 'chat',
    id: `b${String(said)}`,
    encrypted: { legacy: encrypted },
  });
  server.deliver(serialize(writtenBy(`${from.address}/r`, message)));
}

const say = (text: string): Promise<unknown> => alice.call('messages.send', { chat, text });
const sent = (): string[] =>
  server.sent.filter(({ name }) => name === 'message').map((element) => serialize(element));

const isContent = (text: string): boolean => text.includes('<body') || text.includes('<payload');

/** What of the messages that left a device can read. */
async function reads(who: Device): Promise<string[]> {
  const texts: string[] = [];
  for (const element of server.sent) {
    const encrypted = element.name === 'message' ? readMessage(element)?.encrypted : undefined;
    if (encrypted?.legacy?.payload === undefined) continue;
    const text = await who.read(encrypted, ALICE);
    if (!['duplicate', 'not-for-this-device', 'no-session', 'forged'].includes(text)) texts.push(text);
  }
  return texts;
}

/** Bob writes, Alice answers: there is a session, and his key is pinned. */
async function acquaint(): Promise<Device> {
  const bob = await device(BOB);
  await hear(bob, 'hello');
  chat = (await alice.until(() => alice.chatWith(BOB), 'the chat')).id;
  await alice.until(() => row().encryption === 'omemo', 'keys');
  await say('hello Bob');
  await alice.until(() => sent().some((text) => text.includes('<payload')), 'the answer left');
  expect(await reads(bob)).toEqual(['hello Bob']);
  return bob;
}

/** Somebody shows another key under Bob's device id. */
async function changeKey(bob: Device): Promise<Device> {
  const other = await device(BOB, bob.id);
  await hear(other, 'I have set up my phone anew');
  await alice.until(() => row().doubts?.[0]?.earlier, 'the doubt');
  return other;
}

it('a changed key stops the chat: nothing leaves, nothing is lost, and the decision outlives a restart', async () => {
  const bob = await acquaint();
  const health = async (): Promise<unknown> => (await alice.call('devices.health', { chat })).devices;
  expect(await health()).toMatchObject([{ address: BOB, device: bob.id, session: 'works' }]);
  const before = alice.chats.get(chat)?.doubts;
  const other = await changeKey(bob);
  expect(before).toBeUndefined();
  const [doubt] = must(row().doubts);
  const print = (who: Device): string =>
    Buffer.from(net.bundle(BOB, who.id).identityKey.subarray(1)).toString('hex');
  expect(doubt).toMatchObject({ address: BOB, device: bob.id, fingerprint: print(other) });
  expect(doubt?.earlier).not.toBe(doubt?.fingerprint);

  // Its last message could not be read, because it came under a key that nobody trusts.
  expect(await health()).toMatchObject([{ device: bob.id, session: 'broken' }]);

  const leaving = sent().length;
  await say('one');
  await say('two');
  expect(await waiting('one')).toMatchObject({ delivery: 'queued' });
  await engine.stop();
  await start();
  await online();
  expect(row().doubts).toEqual([doubt]);
  await say('three');
  await alice.call('chats.devices', { chat });
  // Only what had left before leaves once more, as nobody acknowledged it.
  expect(new Set(sent().slice(leaving).filter(isContent))).toEqual(
    new Set(sent().slice(0, leaving).filter(isContent)),
  );

  // Deciding about another key than the one that is shown decides nothing.
  const account = alice.account().id;
  const named = { account, address: BOB, device: bob.id };
  await expect(
    alice.call('devices.setTrust', { ...named, trust: 'verified', fingerprint: doubt?.earlier ?? '' }),
  ).rejects.toMatchObject({ code: 'not-found' });
  expect(row().doubts).toEqual([doubt]);

  await alice.call('devices.setTrust', {
    ...named,
    trust: 'verified',
    fingerprint: doubt?.fingerprint ?? '',
  });
  await alice.until(() => row().doubts === undefined, 'no doubt is left');
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 4, 'they leave');
  expect(await reads(other)).toEqual(['one', 'two', 'three']);
});

it('a changed key that is refused gets nothing, and the messages go to the others', async () => {
  const bob = await acquaint();
  const second = await device(BOB);
  announce(BOB, [bob.id, second.id]);
  const other = await changeKey(bob);
  announce(BOB, [bob.id, second.id]);
  await say('for you alone');
  await waiting('for you alone');
  await alice.call('devices.setTrust', {
    account: alice.account().id,
    address: BOB,
    device: bob.id,
    trust: 'distrusted',
  });
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 2, 'it left');
  expect(await reads(second)).toContain('for you alone');
  expect(await reads(other)).toEqual([]);
  expect(row().doubts).toBeUndefined();
});

it('a device that is no longer in use holds up nobody, nor one that returns to its key', async () => {
  const bob = await acquaint();
  const bundle = net.bundle(BOB, bob.id);
  await changeKey(bob);
  await say('waits');
  const second = await device(BOB);
  announce(BOB, [second.id]);
  await alice.until(() => row().doubts === undefined, 'the device is gone');
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 2, 'it left');
  expect(await reads(second)).toEqual(['waits']);

  announce(BOB, [bob.id, second.id]);
  await alice.until(() => row().doubts?.[0]?.earlier, 'it is back');
  net.bundles.set(`${BOB}/${String(bob.id)}`, bundle);
  await hear(bob, 'it is me again');
  // The session with the true key was kept; a message of it brings nothing back, a new exchange would.
  expect(must(row().doubts)[0]?.earlier).toBeDefined();
});

it('a changed key of one of our own devices holds up every chat that is encrypted', async () => {
  await acquaint();
  const phone = await device(ALICE);
  const [laptop] = must(net.lists.get(ALICE)).filter((id) => id !== phone.id);
  announce(ALICE, [must(laptop), phone.id]);
  await say('to all');
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 2, 'it left');
  const other = await device(ALICE, phone.id);
  net.lists.set(ALICE, [must(laptop), phone.id]);
  other.hear(ALICE, [must(laptop), phone.id]);
  const encrypted = await other.send(BOB, 'from my new phone');
  const carbon = writeMessage({ to: BOB, type: 'chat', id: 'c1', encrypted: { legacy: encrypted } });
  server.deliver(
    `<message from="${ALICE}" to="${ALICE}/d1"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${serialize(writtenBy(`${ALICE}/phone`, carbon)).replace('<message', '<message xmlns="jabber:client"')}</forwarded></sent></message>`,
  );
  expect(await alice.until(() => row().doubts?.[0], 'the doubt')).toMatchObject({ address: ALICE });
});

it('a new device after the first comparison gets nothing and is named; ignoring it silences the question', async () => {
  const bob = await acquaint();
  const account = alice.account().id;
  await alice.call('devices.setTrust', { account, address: BOB, device: bob.id, trust: 'verified' });
  const second = await device(BOB);
  announce(BOB, [bob.id, second.id]);
  await say('only for the one');
  const [doubt] = must(await alice.until(() => row().doubts, 'the notice'));
  expect(doubt).toEqual({ address: BOB, device: second.id, fingerprint: doubt?.fingerprint });
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 2, 'it left');
  expect(await reads(second)).toEqual([]);
  const { id: message } = await waiting('only for the one');
  expect(await alice.call('messages.readers', { message })).toEqual({
    readers: { theirs: 1, ours: 0, skipped: [{ address: BOB, device: second.id, reason: 'undecided' }] },
  });
  await alice.call('messages.remove', { message });
  await expect(alice.call('messages.readers', { message })).rejects.toMatchObject({ code: 'not-found' });
  await alice.call('devices.dismiss', { account, address: BOB, device: second.id });
  await alice.until(() => row().doubts === undefined, 'no more questions');
  await say('still');
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 3, 'it left');
  expect(await reads(second)).toEqual([]);
  const trusting = { account, address: BOB, device: second.id, trust: 'blind' } as const;
  await alice.call('devices.setTrust', trusting);
  await say('for both');
  await alice.until(() => sent().filter((text) => text.includes('<payload')).length >= 4, 'it left');
  expect(await reads(second)).toEqual(['for both']);
});

it('a code verifies all devices that it names at once, or none: one that differs changes nothing', async () => {
  const bob = await acquaint();
  const second = await device(BOB);
  announce(BOB, [bob.id, second.id]);
  const print = (who: Device): string =>
    Buffer.from(net.bundle(BOB, who.id).identityKey.subarray(1)).toString('hex');
  const account = alice.account().id;
  const keyOf = (who: Device) => ({ device: who.id, fingerprint: print(who), isTrusted: true });
  const wrong = { device: second.id, fingerprint: 'f'.repeat(64), isTrusted: true };
  const trusts = async (): Promise<string[]> => {
    const { devices: rows } = await alice.call('chats.devices', { chat });
    return rows.filter(({ address }) => address === BOB).map(({ trust }) => trust);
  };
  const bad = { account, address: BOB, keys: [keyOf(bob), wrong] };
  expect(await alice.call('devices.check', bad)).toMatchObject({
    isMismatch: true,
    keys: [{ state: 'match' }, { state: 'differs', shown: print(second) }],
  });
  await expect(alice.call('devices.verify', bad)).rejects.toMatchObject({ code: 'not-allowed' });
  expect(await trusts()).toEqual(['blind', 'blind']);
  const good = { account, address: BOB, keys: [keyOf(bob), keyOf(second)] };
  expect(await alice.call('devices.check', good)).toMatchObject({ isMismatch: false, others: 0 });
  expect(await trusts()).toEqual(['blind', 'blind']);
  await alice.call('devices.verify', good);
  expect(await trusts()).toEqual(['verified', 'verified']);
  // Nobody else's keys are decided about by a code of Bob's.
  await expect(alice.call('devices.verify', { ...good, address: 'mallory@evil.test' })).rejects.toMatchObject(
    {
      code: 'not-allowed',
    },
  );
});
