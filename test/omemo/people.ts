/**
 * Devices of people for the tests: real keys, real ratchet, real database; only the server between them is a map.
 * Any number of devices meet on one `Net`, which the tests may make fail or lie.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import type { Publications } from '../../electron/omemo/devices.ts';
import {
  applyWrites,
  Omemo,
  type Content,
  type Decrypted,
  type Line,
  type Occasion,
  type OmemoNetwork,
  type Protocol,
  type Sealed,
} from '../../electron/omemo/omemo.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import type { Listed } from '../../electron/store/device-lists.ts';
import type { EncryptedElements } from '../../electron/xmpp/message.ts';
import type { Bundle, Encrypted } from '../../electron/xmpp/xep/xep0384.ts';
import type { Encrypted as Encrypted2 } from '../../electron/xmpp/xep/xep0384-2.ts';
import { temporaryFolder } from '../support/folder.ts';
import { placeDatabase } from '../support/template.ts';

export const START = Date.UTC(2026, 10, 21);
export const MINUTE = 60_000;
export const DAY = 24 * 3_600_000;

export function jid(text: string): BareJid {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

/** The value, which has to be there. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is nothing');
  return value;
}

/** What a server keeps of everybody, and what was asked of it. */
export class Net {
  readonly lists = new Map<BareJid, readonly number[]>();
  readonly bundles = new Map<string, Bundle>();
  /** The same for the newer protocol. */
  readonly newer = { lists: new Map<BareJid, readonly Listed[]>(), bundles: new Map<string, Bundle>() };
  readonly asked: string[] = [];
  readonly published: string[] = [];
  /** Thrown instead of an answer, when it returns an error for this question. */
  failing: (question: string) => Error | undefined = () => undefined;
  time = START;
  readonly #protocols: readonly Protocol[];

  /** @param protocols those that anybody hears of: the other is taken, and forgotten */
  constructor(...protocols: Protocol[]) {
    this.#protocols = protocols.length === 0 ? ['legacy'] : protocols;
  }

  bundle(address: BareJid, device: number, protocol: Protocol = 'legacy'): Bundle {
    const bundle = this.#bundles(protocol).get(`${address}/${device}`);
    if (bundle === undefined) throw new Error('there is no such bundle');
    return bundle;
  }

  /** The network as one account sees it. */
  of(own: BareJid): OmemoNetwork {
    return { legacy: this.#publications(own, 'legacy'), omemo2: this.#publications(own, 'omemo2') };
  }

  #bundles(protocol: Protocol): Map<string, Bundle> {
    return protocol === 'legacy' ? this.bundles : this.newer.bundles;
  }

  #publications(own: BareJid, protocol: Protocol): Publications {
    if (!this.#protocols.includes(protocol)) return oblivion;
    const bundles = this.#bundles(protocol);
    const mark = protocol === 'legacy' ? '' : '2';
    const answer = async <T>(question: string, make: () => T): Promise<T> => {
      await Promise.resolve();
      this.asked.push(question);
      const failure = this.failing(question);
      if (failure !== undefined) throw failure;
      return make();
    };
    const publish = async (what: string, store: () => void): Promise<void> => {
      await answer(`publish ${what}`, store);
      this.published.push(what);
    };
    const listed = (address: BareJid): readonly Listed[] | undefined =>
      protocol === 'legacy' ? this.lists.get(address)?.map((id) => ({ id })) : this.newer.lists.get(address);
    return {
      fetchDeviceList: (address) => answer(`list${mark} ${address}`, () => listed(address) ?? 'none'),
      fetchBundle: (address, device) =>
        answer(`bundle${mark} ${address}/${device}`, () => bundles.get(`${address}/${device}`)),
      publishDeviceList: (devices) =>
        publish(`list${mark} ${own}`, () => {
          if (protocol === 'omemo2') this.newer.lists.set(own, [...devices]);
          else
            this.lists.set(
              own,
              devices.map(({ id }) => id),
            );
        }),
      publishBundle: (device, bundle) =>
        publish(`bundle${mark} ${own}/${device}`, () => {
          bundles.set(`${own}/${device}`, bundle);
        }),
      removeBundle: (device) =>
        answer(`remove${mark} ${own}/${device}`, () => {
          bundles.delete(`${own}/${device}`);
        }),
    };
  }
}

/** As if everybody else had never heard of a protocol. */
const oblivion: Publications = {
  fetchDeviceList: () => Promise.resolve('none'),
  fetchBundle: () => Promise.resolve(undefined),
  publishDeviceList: () => Promise.resolve(),
  publishBundle: () => Promise.resolve(),
  removeBundle: () => Promise.resolve(),
};

export type Opened = Decrypted;
type AnyEncrypted = EncryptedElements | Encrypted | Encrypted2;

export function elementsOf(encrypted: AnyEncrypted): EncryptedElements {
  if (!('keys' in encrypted)) return encrypted;
  return 'iv' in encrypted ? { legacy: encrypted } : { omemo2: encrypted };
}

/** One folder for all: each would have a handler of its own for the end of the process. */
const folder = temporaryFolder('omemo');
const key = randomBytes(32);

/** One device of one person. */
export class Device {
  readonly address: BareJid;
  readonly account = 1;
  readonly network: OmemoNetwork;
  readonly log: { event: string; data: Readonly<Record<string, unknown>> }[] = [];
  omemo: Omemo;
  readonly #net: Net;
  readonly #file: string;
  database: Database;

  constructor(net: Net, address: BareJid) {
    this.#net = net;
    this.#file = join(folder.path, `${randomBytes(8).toString('hex')}.db`);
    this.address = address;
    this.network = net.of(address);
    placeDatabase(this.#file, key);
    this.database = openDatabase(this.#file, key);
    this.database.pragma('synchronous = OFF'); // nobody pulls the plug here, and fsync is most of a test's time
    this.database
      .prepare('INSERT INTO accounts (id, address, password, resource, hue) VALUES (1, ?, ?, ?, 0)')
      .run(address, 'secret', 'test');
    this.omemo = this.#makeOmemo();
  }

  static async online(net: Net, address: BareJid): Promise<Device> {
    const device = new Device(net, address);
    await device.omemo.prepare(device.network);
    return device;
  }

  get id(): number {
    return this.omemo.ensureIdentity();
  }

  /** Everything in memory is lost, everything on disk is there. */
  restart(): void {
    closeDatabase(this.database);
    this.database = openDatabase(this.#file, key);
    this.omemo = this.#makeOmemo();
  }

  close(): void {
    closeDatabase(this.database);
    rmSync(this.#file);
  }

  /** Encrypts in the older protocol, and stores the writes: the message left. */
  async send(to: BareJid, text: string): Promise<Encrypted> {
    return must((await this.say(to, text)).legacy);
  }

  /** The same in the newer one. */
  async send2(to: BareJid, text: string): Promise<Encrypted2> {
    return must((await this.say(to, text)).omemo2);
  }

  /** The same in whatever there is. */
  async say(to: BareJid, content: string | Content): Promise<EncryptedElements> {
    const sealed = await this.seal(to, content);
    if ('refused' in sealed) throw new Error(`refused: ${sealed.refused}`);
    return sealed.encrypted;
  }

  async seal(to: BareJid, content: string | Content): Promise<Sealed> {
    await this.omemo.prepareFor(to, this.network);
    return this.omemo.exclusive(async (keys) => {
      const said = typeof content === 'string' ? { text: content, elements: [] } : content;
      const sealed = await keys.encrypt(to, said);
      if ('writes' in sealed) this.#apply(sealed.writes);
      return sealed;
    });
  }

  /** Decrypts, and stores the writes: the message was shown. */
  async receive(encrypted: AnyEncrypted, from: BareJid, to = this.address): Promise<Opened> {
    const opened = await this.omemo.exclusive(async (keys) => {
      const opened = await keys.decrypt(elementsOf(encrypted), this.occasion(from, to));
      if ('writes' in opened) this.#apply(opened.writes);
      return opened;
    });
    if ('writes' in opened && opened.writes.usedPrekeys.length > 0) await this.omemo.replenish(this.network);
    return opened;
  }

  /** Decrypts and forgets, as if the process died before the commit. */
  peek(encrypted: AnyEncrypted, from: BareJid): Promise<Opened> {
    return this.omemo.exclusive((keys) => keys.decrypt(elementsOf(encrypted), this.occasion(from)));
  }

  /** The text, or what came instead of one. */
  async read(encrypted: AnyEncrypted, from: BareJid, to = this.address): Promise<string> {
    const opened = await this.receive(encrypted, from, to);
    if (opened.kind === 'content') return opened.text ?? '';
    return opened.kind === 'unreadable' ? opened.reason : opened.kind;
  }

  /** The empty answer that confirms a session. */
  async answer(address: BareJid, device: number): Promise<Encrypted> {
    return must((await this.answerOn({ protocol: 'legacy', address, device })).legacy);
  }

  async answerOn(line: Line): Promise<EncryptedElements> {
    const answer = await this.omemo.exclusive(async (keys) => {
      const sealed = await keys.keyTransport(line);
      if (sealed !== undefined) this.#apply(sealed.writes);
      return sealed;
    });
    if (answer === undefined) throw new Error('there is no answer');
    return answer.encrypted;
  }

  record(address: BareJid, device: number): string {
    const row = this.database
      .prepare('SELECT record FROM omemo_sessions WHERE address = ? AND device = ?')
      .get(address, device) as { record: string } | undefined;
    if (row === undefined) throw new Error('there is no session');
    return row.record;
  }

  /** What the owner's server tells of a list. */
  hear(owner: BareJid, devices: readonly number[], protocol: Protocol = 'legacy'): boolean {
    return this.omemo.handleDeviceList(
      owner,
      protocol,
      devices.map((id) => ({ id })),
    );
  }

  /** Who says something to us, now. */
  occasion(sender: BareJid, recipient = this.address): Occasion {
    return { sender, recipient, at: this.#net.time };
  }

  #apply(writes: Parameters<typeof applyWrites>[2]): void {
    transaction(this.database, () => {
      applyWrites(this.database, this.account, writes);
    });
  }

  #makeOmemo(): Omemo {
    return new Omemo({
      database: this.database,
      account: this.account,
      address: this.address,
      now: () => this.#net.time,
      log: (event, data) => this.log.push({ event, data }),
    });
  }
}
