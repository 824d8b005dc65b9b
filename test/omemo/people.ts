/**
 * Devices of people for the tests: real keys, real ratchet, real database; only the server between them is a map.
 * Any number of devices meet on one `Net`, which the tests may make fail or lie.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import {
  applyWrites,
  Omemo,
  type Decrypted,
  type OmemoNetwork,
  type Sealed,
} from '../../electron/omemo/omemo.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import type { Bundle, Encrypted } from '../../electron/xmpp/xep/xep0384.ts';
import { temporaryFolder } from '../support/folder.ts';

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
  readonly asked: string[] = [];
  readonly published: string[] = [];
  /** Thrown instead of an answer, when it returns an error for this question. */
  failing: (question: string) => Error | undefined = () => undefined;
  time = START;

  bundle(address: BareJid, device: number): Bundle {
    const bundle = this.bundles.get(`${address}/${device}`);
    if (bundle === undefined) throw new Error('there is no such bundle');
    return bundle;
  }

  /** The network as one account sees it. */
  of(own: BareJid): OmemoNetwork {
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
    return {
      fetchDeviceList: (address) => answer(`list ${address}`, () => this.lists.get(address) ?? 'none'),
      fetchBundle: (address, device) =>
        answer(`bundle ${address}/${device}`, () => this.bundles.get(`${address}/${device}`)),
      publishDeviceList: (devices) =>
        publish(`list ${own}`, () => {
          this.lists.set(own, [...devices]);
        }),
      publishBundle: (device, bundle) =>
        publish(`bundle ${own}/${device}`, () => {
          this.bundles.set(`${own}/${device}`, bundle);
        }),
      removeBundle: (device) =>
        answer(`remove ${own}/${device}`, () => {
          this.bundles.delete(`${own}/${device}`);
        }),
    };
  }
}

export type Opened = Decrypted;

/** One folder for all: each would have a handler of its own for the end of the process. */
const folder = temporaryFolder('omemo');

/** One device of one person. */
export class Device {
  readonly address: BareJid;
  readonly account = 1;
  readonly network: OmemoNetwork;
  readonly log: { event: string; data: Readonly<Record<string, unknown>> }[] = [];
  omemo: Omemo;
  readonly #net: Net;
  readonly #file: string;
  readonly #key = randomBytes(32);
  database: Database;

  constructor(net: Net, address: BareJid) {
    this.#net = net;
    this.#file = join(folder.path, `${randomBytes(8).toString('hex')}.db`);
    this.address = address;
    this.network = net.of(address);
    this.database = openDatabase(this.#file, this.#key);
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
    this.database = openDatabase(this.#file, this.#key);
    this.omemo = this.#makeOmemo();
  }

  close(): void {
    closeDatabase(this.database);
    rmSync(this.#file);
  }

  /** Encrypts, and stores the writes: the message left. */
  async send(to: BareJid, text: string): Promise<Encrypted> {
    const sealed = await this.seal(to, text);
    if ('refused' in sealed) throw new Error(`refused: ${sealed.refused}`);
    return sealed.encrypted;
  }

  async seal(to: BareJid, text: string): Promise<Sealed> {
    await this.omemo.prepareFor(to, this.network);
    return this.omemo.exclusive(async (keys) => {
      const sealed = await keys.encrypt(to, { text, elements: [] });
      if ('writes' in sealed) this.#apply(sealed.writes);
      return sealed;
    });
  }

  /** Decrypts, and stores the writes: the message was shown. */
  async receive(encrypted: Encrypted, from: BareJid): Promise<Opened> {
    const opened = await this.omemo.exclusive(async (keys) => {
      const opened = await keys.decrypt(encrypted, from);
      if ('writes' in opened) this.#apply(opened.writes);
      return opened;
    });
    if ('writes' in opened && opened.writes.usedPrekeys.length > 0) await this.omemo.replenish(this.network);
    return opened;
  }

  /** Decrypts and forgets, as if the process died before the commit. */
  peek(encrypted: Encrypted, from: BareJid): Promise<Opened> {
    return this.omemo.exclusive((keys) => keys.decrypt(encrypted, from));
  }

  /** The text, or what came instead of one. */
  async read(encrypted: Encrypted, from: BareJid): Promise<string> {
    const opened = await this.receive(encrypted, from);
    if (opened.kind === 'content') return opened.text ?? '';
    return opened.kind === 'unreadable' ? opened.reason : opened.kind;
  }

  /** The empty answer that confirms a session. */
  async answer(address: BareJid, device: number): Promise<Encrypted> {
    const answer = await this.omemo.exclusive(async (keys) => {
      const sealed = await keys.keyTransport(address, device);
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
