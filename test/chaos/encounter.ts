/**
 * A whole engine, Alice's, on a scripted wire, and devices of others with real keys: whatever leaves is kept, and what
 * arrives is made up here. For harm to keys and devices that no real server would do.
 */
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage, writeMessage, type EncryptedElements } from '../../electron/xmpp/message.ts';
import { writeDeviceList, type Bundle } from '../../electron/xmpp/xep/xep0384.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { unreadableReasons } from '../../shared/rows/message.ts';
import { Device, jid, must, Net } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { answerOmemo } from '../support/scripted-omemo.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

export const ALICE = jid('alice@a.test');
export const BOB = jid('bob@b.test');

export class Encounter {
  readonly folder = temporaryFolder('encounter');
  readonly net = new Net();
  readonly server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  readonly bob: Device;
  #engine: Engine | undefined;
  alice!: Mirror;
  chat = 0;
  #said = 0;
  /** Up to here Bob has read what left. */
  #read = 0;
  /** Up to here the wire was looked at. */
  #looked = 0;
  readonly #others: Device[] = [];

  /** Keeps everything that the two said, when the encounter has one. */
  readonly archive: ScriptedArchive | undefined;

  private constructor(hasArchive: boolean) {
    this.archive = hasArchive ? new ScriptedArchive(this.server) : undefined;
    const { answers } = this.server;
    this.server.answers = (iq) => answers(iq) ?? answerOmemo(this.net, ALICE, iq);
    this.bob = new Device(this.net, BOB);
  }

  /** Alice is signed in and has an encrypted chat with Bob, in which both have spoken. */
  static async start({ hasArchive = false } = {}): Promise<Encounter> {
    const encounter = new Encounter(hasArchive);
    const { bob } = encounter;
    await bob.omemo.prepare(bob.network);
    await encounter.boot();
    const { alice } = encounter;
    await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
    await encounter.online();
    await bob.omemo.refreshDevices(ALICE, bob.network);
    encounter.hear(await bob.say(ALICE, 'hello'));
    encounter.chat = (await alice.until(() => alice.chatWith(BOB), 'the chat')).id;
    await encounter.exchange('first');
    return encounter;
  }

  async boot(): Promise<void> {
    this.#engine = createEngine({
      ...createTestHost({ profile: this.folder.path }),
      connect: this.server.connect,
    });
    this.alice = new Mirror(this.#engine);
    await this.#engine.start();
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    for (const device of [this.bob, ...this.#others]) device.close();
    this.folder.remove();
  }

  get account(): number {
    return this.alice.account().id;
  }

  async online(): Promise<void> {
    await this.alice.until(() => this.alice.account().state === 'online', 'Alice is online');
  }

  /** What left since the last time this was asked, requests too, as text. */
  fresh(): string {
    const requests = this.server.requests.splice(0).map(({ payload }) => serialize(payload));
    const sent = this.server.sent.slice(this.#looked).map((element) => serialize(element));
    this.#looked = this.server.sent.length;
    return [...sent, ...requests].join('\n');
  }

  /** Somebody's list is announced. */
  announce(owner: typeof BOB, devices: readonly number[]): void {
    this.net.lists.set(owner, devices);
    this.server.deliver(
      `<message from="${owner}" to="${ALICE}/d1" type="headline"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="eu.siacs.conversations.axolotl.devicelist"><item id="current">${serialize(writeDeviceList(devices))}</item></items></event></message>`,
    );
  }

  /** What Bob has encrypted reaches Alice, under an id of its own. */
  hear(encrypted: EncryptedElements, from: string = BOB): void {
    this.#said += 1;
    const id = `b${this.#said}`;
    const message = writeMessage({ to: ALICE, type: 'chat', id, originId: id, encrypted });
    const text = serialize({ ...message, attrs: { ...message.attrs, from: `${from}/r` } });
    this.archive?.put(id, withNamespace(text));
    const archived = `<stanza-id xmlns="urn:xmpp:sid:0" by="${ALICE}" id="${id}"/></message>`;
    this.server.deliver(this.archive === undefined ? text : text.replace('</message>', archived));
  }

  /** Alice's row of a text, once there is one. */
  async row(text: string): Promise<number> {
    const { alice } = this;
    const found = await alice.until(
      () => [...alice.messages.values()].find((each) => each.text === text),
      `"${text}" at Alice`,
    );
    return found.id;
  }

  /** The encrypted messages that left and that Bob has not read yet. */
  left(): EncryptedElements[] {
    const fresh = this.server.sent.slice(this.#read);
    this.#read = this.server.sent.length;
    this.server.acknowledge(this.#read);
    for (const element of fresh.filter(isMessage)) {
      const text = serialize({ ...element, attrs: { ...element.attrs, from: `${ALICE}/d1` } });
      if (text.includes('<encrypted'))
        this.archive?.put(`a${this.archive.stored.length}`, withNamespace(text));
    }
    return fresh.filter(isMessage).flatMap((element) => readMessage(element)?.encrypted ?? []);
  }

  /** Bob reads everything that left: the texts, and in their place the reason where he could not. */
  async bobReads(): Promise<string[]> {
    const read: string[] = [];
    for (const encrypted of this.left()) {
      const outcome = await this.bob.read(encrypted, ALICE);
      if (outcome !== 'key-transport') read.push(outcome);
    }
    return read;
  }

  /** Waits until so many messages with a payload have left beyond those that Bob has read. */
  async leaves(count = 1): Promise<void> {
    const isThere = (): boolean =>
      this.server.sent
        .slice(this.#read)
        .filter(isMessage)
        .filter((element) => readMessage(element)?.encrypted?.legacy?.payload !== undefined).length >= count;
    const end = Date.now() + 30_000;
    while (!isThere()) {
      if (Date.now() > end) throw new Error('waited in vain for a message to leave');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  say(text: string): Promise<{ message: number }> {
    return this.alice.call('messages.send', { chat: this.chat, text });
  }

  /** Both say something and read it. @throws when one of them cannot */
  async exchange(text: string): Promise<void> {
    await this.say(`${text} of Alice`);
    await this.leaves();
    const read = await this.bobReads();
    if (!read.includes(`${text} of Alice`)) throw new Error(`Bob read ${JSON.stringify(read)}`);
    this.hear(await this.bob.say(ALICE, `${text} of Bob`));
    const found = await this.alice.until(
      () =>
        [...this.alice.messages.values()].find((each) => !each.isOutgoing && each.text === `${text} of Bob`),
      `"${text} of Bob" at Alice`,
      10_000,
    );
    if (found.encryption !== 'omemo') throw new Error('it was not encrypted');
  }

  bundleOfBob(): Bundle {
    return must(this.net.bundles.get(`${BOB}/${this.bob.id}`));
  }

  /** Alice's device id. */
  get device(): number {
    return must(must(this.net.lists.get(ALICE))[0]);
  }

  /** Somebody else, on the one device that he has. */
  async another(): Promise<Device> {
    const device = await Device.online(this.net, jid(`stranger${this.#others.length}@c.test`));
    this.#others.push(device);
    return device;
  }

  /** Alice presses the button. */
  async renew(): Promise<void> {
    await this.alice.call('devices.renewSession', {
      account: this.account,
      address: BOB,
      device: this.bob.id,
    });
  }

  /** Bob presses his. */
  async bobRenews(): Promise<void> {
    const { bob, device } = this;
    await bob.omemo.restartSessions(ALICE, device);
    await bob.omemo.prepareFor(ALICE, bob.network);
    this.hear(await bob.answerOn({ protocol: 'legacy', address: ALICE, device }));
  }

  /** How many messages left without anything to read. */
  emptyMessages(): number {
    return this.server.sent.filter(isMessage).filter((element) => {
      const encrypted = readMessage(element)?.encrypted;
      return encrypted?.legacy !== undefined && encrypted.legacy.payload === undefined;
    }).length;
  }

  /**
   * One of the two says something. `read`, `unreadable` when the other is shown that there is something that he cannot
   * read, `nothing` when he is not shown anything.
   */
  async says(who: 'alice' | 'bob', text: string): Promise<'read' | 'unreadable' | 'nothing'> {
    if (who === 'alice') {
      await this.say(text);
      await this.leaves();
      const read = await this.bobReads();
      if (read.includes(text)) return 'read';
      return read.some((outcome) => UNREADABLE.has(outcome)) ? 'unreadable' : 'nothing';
    }
    const before = (await this.alice.history(BOB)).length;
    const encrypted = await this.bob.say(ALICE, text);
    this.server.handled.length = 0; // of earlier streams
    this.hear(encrypted);
    const marker = this.server.delivered;
    const end = Date.now() + 10_000;
    // Handled up to here: whatever it brings about is there.
    while (!this.server.handled.some((position) => position >= marker) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const news = (await this.alice.history(BOB)).slice(before);
    await this.bobReads();
    if (news.some((row) => row.text === text)) return 'read';
    return news.some(({ unreadable }) => unreadable !== undefined) ? 'unreadable' : 'nothing';
  }
}

/** What a device makes of a message that it cannot read, if it tells. */
const UNREADABLE = new Set<string>(unreadableReasons);

const withNamespace = (message: string): string =>
  message.replace('<message', '<message xmlns="jabber:client"');

const isMessage = ({ name }: Element): boolean => name === 'message';
