/**
 * Both protocols of OMEMO over a real server: what leaves is in the newer one where a device lists itself for it, in the
 * older one where it does not, in one message for all; three devices read everything. A bare client of Bob's looks on, and
 * takes devices out of his newer list.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOmemoNetwork } from '../../electron/omemo/devices.ts';
import type { DeviceRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { readMessage, type EncryptedElements, type Message } from '../../electron/xmpp/message.ts';
import { writePresence } from '../../electron/xmpp/xep/presence.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes } from '../support/servers.ts';
import { listen, type Listener } from '../support/wire-listener.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost' as BareJid;

describe.each(makes)('%s', (_name, startServer) => {
  let server: XmppServer;
  let alice: TestEngine;
  let laptop: TestEngine;
  let bob: TestEngine;
  let onlooker: Listener;
  const folders = ['alice', 'laptop', 'bob'].map((name) => temporaryFolder(name));

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
    const start = (folder: { path: string } | undefined): Promise<TestEngine> =>
      startTestEngine({ profile: folder?.path ?? '', authority: server.authority });
    [alice, laptop, bob] = [await start(folders[0]), await start(folders[1]), await start(folders[2])];
    await signIn(alice, server, 'alice');
    await signIn(bob, server, 'bob');
    await signIn(laptop, server, 'alice');
    onlooker = listen({
      ca: [readFileSync(server.authority, 'utf8')],
      server: { host: '127.0.0.1', port: server.ports.starttls, security: 'starttls' },
      ...server.account('bob'),
      resource: 'onlooker',
      onStanza: (_stanza, position, wire) => {
        wire.handled(position);
      },
    });
    await onlooker.online;
    onlooker.wire.send(writePresence({}));
  });

  afterAll(async () => {
    await onlooker.wire.close();
    for (const engine of [alice, laptop, bob]) await engine.stop();
    await server.stop();
    for (const folder of folders) folder.remove();
  });

  /** The message that the onlooker saw last with a key for somebody, waiting for it. */
  async function seen(id: (message: Message) => boolean): Promise<Message> {
    for (let count = 1; ; count += 1) {
      await onlooker.received(count);
      const stanza = onlooker.stanzas[count - 1]?.stanza;
      const message = stanza?.name === 'message' ? readMessage(stanza) : undefined;
      if (message !== undefined && id(message)) return message;
    }
  }

  const hasPayload = ({ legacy, omemo2 }: EncryptedElements): boolean =>
    legacy?.payload !== undefined || omemo2?.payload !== undefined;

  /** Says something and returns how it went over the wire. */
  async function say(text: string): Promise<Message> {
    const before = onlooker.stanzas.length;
    const chat = await openEncryptedChat(alice, BOB);
    await alice.call('messages.send', { chat, text });
    await bob.until(() => bob.chatWith(ALICE)?.last?.text === text, text);
    const isNew = ({ id }: Message): boolean =>
      onlooker.stanzas.findIndex(({ stanza }) => stanza.attrs['id'] === id) >= before;
    return seen(
      (message) => message.encrypted !== undefined && hasPayload(message.encrypted) && isNew(message),
    );
  }

  /** The active devices of an address that somebody knows. */
  async function devicesOf(who: TestEngine, address: string): Promise<DeviceRow[]> {
    const chat = await openEncryptedChat(who, who === bob ? ALICE : BOB);
    const { devices } = await who.call('chats.devices', { chat });
    return devices.filter((device) => device.address === address && device.isActive);
  }

  it('in the newer one where it is there: no body, no other element, and a hint for the archive', async () => {
    const message = await say('Grüße 👋');
    expect(Object.keys(message.encrypted ?? {})).toEqual(['omemo2']);
    expect(message).not.toHaveProperty('body');
    expect(message).toMatchObject({ storeHint: 'store', encryptionHint: { namespace: 'urn:xmpp:omemo:2' } });
    expect(message).toMatchObject({ receiptRequested: false, isMarkable: false });
    // What asks for a sign of life was inside.
    await alice.until(() => alice.chatWith(BOB)?.last?.delivery === 'delivered', 'the receipt');
  });

  it('three devices read what any of them says', async () => {
    const mine = await openEncryptedChat(laptop, BOB);
    await laptop.call('messages.send', { chat: mine, text: 'from the laptop' });
    const theirs = await openEncryptedChat(bob, ALICE);
    await bob.until(() => bob.chatWith(ALICE)?.last?.text === 'from the laptop', 'at Bob’s');
    await alice.until(() => alice.chatWith(BOB)?.last?.text === 'from the laptop', 'the carbon');
    await bob.call('messages.send', { chat: theirs, text: 'to both' });
    for (const engine of [alice, laptop]) {
      await engine.until(() => engine.chatWith(BOB)?.last?.text === 'to both', 'at Alice’s');
    }
    const rows = [await alice.history(BOB), await laptop.history(BOB), await bob.history(ALICE)].flat();
    expect(rows.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
  });

  it('in both where one device has only the older one', async () => {
    const [device] = await devicesOf(bob, BOB);
    const network = createOmemoNetwork(onlooker.wire);
    await network.omemo2.publishDeviceList([]);
    await expect.poll(async () => await network.omemo2.fetchDeviceList(BOB)).toEqual([]);
    const message = await eventuallySay((said) =>
      said.legacy?.keys.some((key) => key.device === device?.device),
    );
    // Alice’s laptop is still written to in the newer one.
    expect(Object.keys(message.encrypted ?? {}).sort()).toEqual(['legacy', 'omemo2']);
    const { legacy, omemo2 } = message.encrypted ?? {};
    const ids = [...(legacy?.keys ?? []), ...(omemo2?.keys ?? [])].map((key) => key.device);
    expect(new Set(ids).size).toBe(ids.length);
    expect(message.encryptionHint?.namespace).toBe('eu.siacs.conversations.axolotl');
    expect(message.body).toMatch(/encrypted with OMEMO/);
    await laptop.until(() => laptop.chatWith(BOB)?.last?.text.startsWith('again'), 'the carbon');
  });

  /** The list is announced some time: until it is heard of, the older one still holds. */
  async function eventuallySay(is: (said: EncryptedElements) => boolean | undefined): Promise<Message> {
    for (let turn = 0; ; turn += 1) {
      const message = await say(`again ${String(turn)}`);
      if (message.encrypted !== undefined && is(message.encrypted) === true) return message;
      if (turn === 20) throw new Error('it was never written in the older protocol');
    }
  }

  it('both bundles and both lists are for everybody to read', async () => {
    const network = createOmemoNetwork(onlooker.wire);
    const listed = await devicesOf(alice, ALICE);
    for (const protocol of ['legacy', 'omemo2'] as const) {
      const list = await network[protocol].fetchDeviceList(ALICE as BareJid);
      expect(typeof list === 'string' ? list : list.map(({ id }) => id).sort()).toEqual(
        listed.map(({ device }) => device).sort(),
      );
      for (const { device } of listed) {
        const bundle = await network[protocol].fetchBundle(ALICE as BareJid, device);
        expect(bundle?.preKeys).toHaveLength(100);
      }
    }
  });
});
