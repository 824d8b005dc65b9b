/**
 * The people of a chaos run: devices that talk, are broken and come back, and the question at the end: does every device
 * hold everything that was said, once, in each speaker's order, readable? Every text names who said it as what.
 */
import type { MessageRow } from '../../shared/contract.ts';
import { forkEngine, type ForkedEngine } from '../support/engine-fork.ts';
import { startTestEngine, type Mirror, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, openEncryptedChat, signIn } from '../support/people.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import type { XmppServer } from '../support/server.ts';
import { behind, portOfWay } from '../support/way.ts';
import { archivedOrigins, writtenHere } from './archive.ts';
import type { Context } from './frame.ts';

interface Said {
  readonly to: string;
  readonly text: string;
  /** False when the speaker was killed while it was told: then only it knows whether it took it. */
  readonly isSure: boolean;
}

/** The account's stream went online; milliseconds since 1970. */
export interface Entry {
  readonly at: number;
  readonly isResumed: boolean;
}

export interface DeviceOptions {
  readonly server: XmppServer;
  /** The local part of its account. */
  readonly name: string;
  /** Unique in the run, without blanks: what it says begins with it. */
  readonly label: string;
  readonly context: Context;
  /** Runs in a process of its own, so that it can be killed. */
  readonly isForked?: boolean;
  /** Its clock, in milliseconds since 1970; not of one with a process of its own. */
  readonly now?: () => number;
}

export class Device {
  readonly options: DeviceOptions;
  readonly address: string;
  readonly folder = temporaryFolder('chaos');
  readonly said: Said[] = [];
  readonly entries: Entry[] = [];
  readonly proxy: Proxy;
  #engine: TestEngine | ForkedEngine | undefined;
  readonly #chats = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  private constructor(options: DeviceOptions, proxy: Proxy) {
    this.options = options;
    this.proxy = proxy;
    this.address = options.server.account(options.name).address;
  }

  /** Makes a device, signed in and online, behind a proxy of its own. */
  static async start(options: DeviceOptions): Promise<Device> {
    const { server, context, name } = options;
    const proxy = await startProxy(portOfWay(server), { random: context.random, keepsBytes: false });
    const device = new Device(options, proxy);
    await device.boot();
    await signIn(device.mirror, behind(server, proxy.port), name);
    return device;
  }

  get mirror(): Mirror {
    if (this.#engine === undefined) throw new Error(`${this.options.label} is not running`);
    return this.#engine;
  }

  get fork(): ForkedEngine {
    if (this.#engine === undefined || !('kill' in this.#engine)) throw new Error('not a process of its own');
    return this.#engine;
  }

  /** True while it can be told to say something. */
  get isRunning(): boolean {
    const engine = this.#engine;
    return engine !== undefined && !('isGone' in engine && engine.isGone());
  }

  async boot(killAt?: string): Promise<void> {
    const { server, isForked = false, now } = this.options;
    const place = { profile: this.folder.path, authority: server.authority };
    const happened = (event: string, data: Readonly<Record<string, unknown>> | undefined): void => {
      if (event === 'online') this.entries.push({ at: Date.now(), isResumed: data?.['isResumed'] === true });
      this.options.context.note(event, { device: this.options.label, ...data });
      for (const check of [...this.#waiting]) check();
    };
    this.#engine = isForked
      ? await forkEngine({ ...place, happened, ...(killAt !== undefined && { killAt }) })
      : await startTestEngine({
          ...place,
          ...(now !== undefined && { now }),
          log: (area, event, data) => {
            if (area === 'account') happened(event, data);
          },
        });
    if (isForked && !this.fork.isGone()) {
      // What was announced before we listened.
      const { changes, sequence } = await this.mirror
        .call('app.snapshot', {})
        .catch(() => ({ changes: [], sequence: 0 }));
      this.mirror.apply({ changes, sequence });
    }
  }

  nudge(reason: 'network' | 'wake' = 'network'): void {
    const engine = this.#engine;
    if (engine === undefined) return;
    if ('engine' in engine) engine.engine.nudge(reason);
    else engine.nudge(reason);
  }

  async stop(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    if ('engine' in engine) await engine.stop();
    else if (!engine.isGone()) await engine.kill();
    this.#engine = undefined;
  }

  /** Ends everything of it and removes what it kept. */
  async remove(): Promise<void> {
    await this.stop();
    await this.proxy.stop();
    this.folder.remove();
  }

  /** Opens the chat, encrypted as soon as the other side's keys are known, or plain for good. */
  async open(address: string, encryption: 'omemo' | 'none'): Promise<void> {
    if (encryption === 'omemo') {
      this.#chats.set(address, await openEncryptedChat(this.mirror, address));
      return;
    }
    const { chat } = await this.mirror.call('chats.open', { account: this.mirror.account().id, address });
    await this.mirror.call('chats.setEncryption', { chat, mode: 'off' });
    this.#chats.set(address, chat);
  }

  /** Says something to somebody; in the ledger before it is told to the engine. Returns the text. */
  async say(to: string): Promise<string> {
    const chat = this.#chats.get(to);
    if (chat === undefined) throw new Error(`${this.options.label} has no chat with ${to}`);
    const text = `${this.options.label} ${this.said.length}`;
    this.options.context.note('said', { text, to });
    const index = this.said.push({ to, text, isSure: false }) - 1;
    const isSure = await this.mirror.call('messages.send', { chat, text }).then(
      () => true,
      () => false,
    );
    this.said[index] = { to, text, isSure };
    return text;
  }

  /** Resolves with the first time at or after `since` (milliseconds since 1970) at which it went online. */
  async entered(since: number, limit = 90_000): Promise<Entry> {
    return await new Promise((resolve, reject) => {
      const check = (): void => {
        const entry = this.entries.find(({ at }) => at >= since);
        if (entry === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(entry);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${this.options.label} did not come back`));
      }, limit);
      this.#waiting.add(check);
      check();
    });
  }

  async online(): Promise<void> {
    const { mirror } = this;
    await mirror.until(() => mirror.account().state === 'online', `${this.options.label} is online`, 120_000);
  }

  /** The texts of the labels that spoke with `address`, as this device holds them. */
  async heard(address: string): Promise<MessageRow[]> {
    return await this.mirror.history(address);
  }
}

const labelOf = (text: string): string => text.slice(0, text.lastIndexOf(' '));

/** Everything that the devices said to each other and that exists: what a killed speaker did not keep was never said. */
async function conversations(devices: readonly Device[]): Promise<Map<Device, Said[]>> {
  const all = new Map<Device, Said[]>();
  for (const device of devices) {
    const kept = new Set<string>();
    for (const to of new Set(device.said.map((said) => said.to))) {
      for (const { text } of await device.heard(to)) kept.add(text);
    }
    all.set(
      device,
      device.said.filter(({ text, isSure }) => isSure || kept.has(text)),
    );
  }
  return all;
}

/** Waits until every device holds as many messages as there should be, and nothing waits to be sent. */
export async function settle(devices: readonly Device[], limit = 120_000): Promise<void> {
  for (const device of devices) await device.online();
  await eventually(
    async () => (await findFaults(devices, { isQuick: true })).length === 0,
    'everything arrived',
    limit,
  ).catch(() => undefined); // what is missing is told by name afterwards
}

/** What is wrong with what the devices hold, a line for each thing; nothing when all is well. */
export async function findFaults(devices: readonly Device[], { isQuick = false } = {}): Promise<string[]> {
  const faults: string[] = [];
  const all = await conversations(devices);
  for (const device of devices) {
    const peers = new Set(
      devices.filter(({ address }) => address !== device.address).map((each) => each.address),
    );
    for (const peer of peers) {
      const history = await device.heard(peer);
      const place = `${device.options.label} with ${peer}`;
      for (const row of history) {
        if (row.unreadable !== undefined) faults.push(`${place}: unreadable (${row.unreadable})`);
        if (row.isOutgoing && row.delivery === 'failed') faults.push(`${place}: failed: ${row.text}`);
        if (row.isOutgoing && row.delivery === 'queued') faults.push(`${place}: still queued: ${row.text}`);
      }
      for (const [speaker, said] of all) {
        const isOurs = speaker.address === device.address;
        if (!isOurs && speaker.address !== peer) continue;
        const to = isOurs ? peer : device.address;
        const expected = said.filter((each) => each.to === to).map(({ text }) => text);
        const found = history
          .filter(({ isOutgoing, text }) => isOutgoing === isOurs && labelOf(text) === speaker.options.label)
          .map(({ text }) => text);
        faults.push(...compare(`${place}, said by ${speaker.options.label}`, expected, found));
        if (isQuick && faults.length > 0) return faults;
      }
    }
  }
  return faults;
}

/** Lost, doubled, unknown, reordered: each text by name. */
export function compare(place: string, expected: readonly string[], found: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of found) counts.set(text, (counts.get(text) ?? 0) + 1);
  const known = new Set(expected);
  const faults = [
    ...expected.filter((text) => !counts.has(text)).map((text) => `${place}: lost: ${text}`),
    ...[...counts].filter(([, count]) => count > 1).map(([text]) => `${place}: doubled: ${text}`),
    ...[...counts.keys()].filter((text) => !known.has(text)).map((text) => `${place}: never said: ${text}`),
  ];
  const once = [...counts.keys()].filter((text) => known.has(text));
  const inOrder = expected.filter((text) => counts.has(text));
  const wrong = inOrder.findIndex((text, index) => text !== once[index]);
  if (wrong >= 0) faults.push(`${place}: out of order: ${once[wrong]} where ${inOrder[wrong]} belongs`);
  return faults;
}

/** The same question asked of the server's archives, by origin id. The devices have to be stopped. */
export async function findArchiveFaults(
  server: XmppServer,
  devices: readonly Device[],
  expected: ReadonlyMap<Device, readonly Said[]>,
): Promise<string[]> {
  const faults: string[] = [];
  const texts = new Map<string, string>();
  for (const device of devices) {
    for (const [origin, text] of await writtenHere(device.folder.path)) texts.set(origin, text);
  }
  for (const address of new Set(devices.map((device) => device.address))) {
    const name = address.slice(0, address.indexOf('@'));
    const archived = archivedOrigins(server, name).flatMap((origin) => texts.get(origin) ?? `? ${origin}`);
    for (const [speaker, said] of expected) {
      const label = speaker.options.label;
      // Chats do not wait for each other, so the order holds for each hearer.
      for (const to of new Set(said.map((each) => each.to))) {
        if (to !== address && speaker.address !== address) continue;
        const own = said.filter((each) => each.to === to).map(({ text }) => text);
        const foreign = new Set(said.filter((each) => each.to !== to).map(({ text }) => text));
        const found = archived.filter((text) => labelOf(text) === label && !foreign.has(text));
        faults.push(...compare(`archive of ${name}, said by ${label} to ${to}`, own, found));
      }
    }
  }
  return faults;
}

/** Waits for everything, asks every device and then the archives, and removes the devices. Returns what is wrong. */
export async function conclude(
  server: XmppServer,
  devices: readonly Device[],
  context: Context,
): Promise<string[]> {
  await settle(devices);
  const faults = await findFaults(devices);
  const expected = await conversations(devices);
  for (const device of devices) {
    for (const peer of new Set(devices.map(({ address }) => address))) {
      if (peer === device.address) continue;
      const held = (await device.heard(peer)).map(({ text, isOutgoing, delivery }) => [
        text,
        isOutgoing,
        delivery,
      ]);
      context.note('held', { device: device.options.label, peer, held });
    }
  }
  for (const device of devices) await device.stop();
  faults.push(...(await findArchiveFaults(server, devices, expected)));
  for (const fault of faults) context.note('fault', { fault });
  for (const device of devices) await device.remove();
  return faults;
}
