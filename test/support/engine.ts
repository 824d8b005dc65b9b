/**
 * A real engine for tests: real database, real keys, real network; only the profile folder is temporary.
 * It mirrors the announced rows as a window would, so that tests ask what a person would see.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type {
  AccountRow,
  Batch,
  BlockedRow,
  CallRow,
  CallName,
  Change,
  ChatRow,
  ContactRequestRow,
  ContactRow,
  FileRow,
  Input,
  MessageRow,
  Output,
  Port,
  ProfileRow,
  ReactionRow,
  RoomInvite,
  FolderRow,
  RoomRow,
} from '../../shared/contract.ts';
import { client } from '../../shared/answer.ts';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Host, Keyring } from '../../electron/engine/host.ts';
import { openRegistration } from '../../electron/xmpp/registration.ts';
import { connectStream } from '../../electron/xmpp/stream.ts';
import { Paths } from '../../electron/xmpp/transport/paths.ts';
import { usualDialLimits } from '../../electron/xmpp/transport/dial.ts';
import { HttpClient } from '../../electron/xmpp/transport/http.ts';
import { systemNetwork, type Network } from '../../electron/xmpp/transport/network.ts';
import { networkOfWay } from './way.ts';

export interface TestHostOptions {
  readonly profile: string;
  /** Path of a certificate authority to trust beside the usual ones (PEM). */
  readonly authority?: string;
  readonly step?: (name: string) => void;
  readonly log?: Host['log'];
  /** What the person chooses when asked for a file. */
  readonly chooseFiles?: Host['chooseFiles'];
  /** Instead of the real network. */
  readonly network?: Network;
  /** Instead of the clock of this computer, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A keyring that yields what it was given: the tests of the vault have better ones. */
export const openKeyring: Keyring = {
  backend: () => Promise.resolve('test'),
  wrap: (key) => Promise.resolve(Uint8Array.from(key, (byte) => byte ^ 0x5a)),
  unwrap: (wrapped) => Promise.resolve(Uint8Array.from(wrapped, (byte) => byte ^ 0x5a)),
};

export function createTestHost({
  profile,
  authority,
  step,
  log,
  network = networkOfWay,
  chooseFiles,
  now = () => Date.now(),
}: TestHostOptions): Host {
  const paths = new Paths();
  const ca = authority === undefined ? undefined : [...rootCertificates, readFileSync(authority, 'utf8')];
  return {
    software: { name: 'Waxwing', version: '0.0.0-test', system: 'Testix' },
    profile,
    connect: (options, events) =>
      connectStream(
        { ...options, paths, ...(ca !== undefined && { ca }), ...(network !== undefined && { network }) },
        events,
      ),
    register: (options, signal) =>
      openRegistration(
        { ...options, ...(ca !== undefined && { ca }), ...(network !== undefined && { network }) },
        signal,
      ),
    keyring: openKeyring,
    web: (options) =>
      new HttpClient({
        ...options,
        network: network ?? systemNetwork,
        limits: usualDialLimits,
        ...(ca !== undefined && { ca }),
      }),
    ...(chooseFiles !== undefined && { chooseFiles }),
    now,
    id: () => randomBytes(16).toString('base64url'),
    notify: () => undefined,
    log: log ?? (process.env['WAXWING_TEST_LOG'] === undefined ? () => undefined : printLog),
    step: step ?? (() => undefined),
  };
}

export function printLog(area: string, event: string, data?: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${new Date().toISOString()} ${area} ${event} ${JSON.stringify(data ?? {})}\n`);
}

/** What a window would know: rows by key, kept up to date by the announced changes. */
export class Mirror {
  readonly port: Port;
  readonly call: <N extends CallName>(name: N, input: Input<N>) => Promise<Output<N>>;
  profile: ProfileRow = { state: 'opening' };
  readonly accounts = new Map<number, AccountRow>();
  readonly contacts = new Map<string, ContactRow>();
  readonly requests = new Map<string, ContactRequestRow>();
  readonly blocked = new Map<number, BlockedRow>();
  readonly chats = new Map<number, ChatRow>();
  folders: readonly FolderRow[] = [];
  readonly rooms = new Map<number, RoomRow>();
  readonly roomInvites = new Map<string, RoomInvite>();
  readonly messages = new Map<number, MessageRow>();
  readonly files = new Map<number, FileRow>();
  readonly reactions = new Map<number, readonly ReactionRow[]>();
  readonly closedGaps = new Set<number>();
  readonly calls = new Map<number, CallRow>();
  intent: string | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(port: Port) {
    this.port = port;
    this.call = client(port);
    port.onChange((batch) => {
      this.apply(batch);
    });
  }

  apply(batch: Batch): void {
    for (const change of batch.changes) this.#applyOne(change);
    for (const check of [...this.#waiting]) check();
  }

  #applyOne(change: Change): void {
    switch (change.put) {
      case 'profile':
        this.profile = change.row;
        break;
      case 'account':
        this.accounts.set(change.row.id, change.row);
        break;
      case 'contact':
        this.contacts.set(change.row.address, change.row);
        break;
      case 'blocked':
        this.blocked.set(change.row.account, change.row);
        break;
      case 'contact-request':
        this.requests.set(change.row.address, change.row);
        break;
      case 'chat':
        this.chats.set(change.row.id, change.row);
        break;
      case 'folders':
        this.folders = change.rows;
        break;
      case 'room':
        this.rooms.set(change.row.chat, change.row);
        break;
      case 'room-invite':
        this.roomInvites.set(change.row.address, change.row);
        break;
      case 'no-room-invite':
        this.roomInvites.delete(change.address);
        break;
      case 'message':
        this.messages.set(change.row.id, change.row);
        break;
      case 'no-account':
        this.accounts.delete(change.account);
        break;
      case 'no-contact':
        this.contacts.delete(change.address);
        break;
      case 'no-contact-request':
        this.requests.delete(change.address);
        break;
      case 'no-chat':
        this.chats.delete(change.chat);
        break;
      case 'no-message':
        this.messages.delete(change.message);
        break;
      case 'no-messages':
        for (const row of this.messages.values())
          if (row.chat === change.chat && row.id <= (change.upTo ?? Infinity)) this.messages.delete(row.id);
        break;
      case 'no-gap':
        this.closedGaps.add(change.gap);
        break;
      case 'intent':
        this.intent = change.uri;
        break;
      case 'no-intent':
        this.intent = undefined;
        break;
      case 'reactions':
        this.reactions.set(change.row.message, change.row.reactions);
        break;
      case 'file':
        this.files.set(change.row.id, change.row);
        break;
      case 'call':
        this.calls.set(change.row.call, change.row);
        break;
      case 'no-call':
        this.calls.delete(change.call);
        break;
      case 'lock':
      case 'window':
      case 'occupants':
      case 'desktop':
      case 'update':
      case 'notifications':
      case 'language':
      case 'transfer':
      case 'history':
      case 'wanted':
      case 'stanzas':
      case 'progress':
      case 'device':
      case 'no-device':
        break;
    }
  }

  /** Resolves with the first value that is not undefined or false, asked again after every change. */
  until<T>(ask: () => T | undefined | false, what: string, limit = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const value = ask();
        if (value === undefined || value === false) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited in vain for: ${what}`));
      }, limit);
      this.#waiting.add(check);
      check();
    });
  }

  account(): AccountRow {
    const [account] = this.accounts.values();
    if (account === undefined) throw new Error('no account');
    return account;
  }

  chatWith(address: string): ChatRow | undefined {
    return [...this.chats.values()].find((chat) => chat.address === address);
  }

  /** The texts of a chat in order, as stored. */
  async history(address: string): Promise<MessageRow[]> {
    const chat = this.chatWith(address);
    if (chat === undefined) return [];
    const pages: MessageRow[] = [];
    let before: number | undefined;
    for (;;) {
      const page = await this.call('messages.page', {
        chat: chat.id,
        limit: 200,
        ...(before !== undefined && { before }),
      });
      pages.unshift(...page.messages);
      before = page.messages[0]?.id;
      // What a server would have to send is not here: `hasMore` alone would ask for ever.
      if (!page.hasMore || page.messages.length === 0) return pages;
    }
  }
}

export interface TestEngine extends Mirror {
  readonly engine: Engine;
  stop(): Promise<void>;
}

export async function startTestEngine(options: TestHostOptions): Promise<TestEngine> {
  const engine = createEngine(createTestHost(options));
  const mirror = new Mirror(engine);
  await engine.start();
  return Object.assign(mirror, { engine, stop: () => engine.stop() });
}
