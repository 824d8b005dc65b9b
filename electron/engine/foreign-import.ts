/**
 * Takes the conversations of another program, or of a server, out of a file into this profile, beside what is there. Only chats between
 * two people; what is here already, by its ids or else by author, time and words, is not added again. Nothing is
 * decrypted, and what fails leaves nothing behind: see `restoring.ts`.
 */
import { randomBytes } from 'node:crypto';
import { open as openFile, readFile, stat } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import * as accounts from '../store/accounts.ts';
import * as chats from '../store/chats.ts';
import { openForeign, type Foreign, type ForeignMessage } from '../store/foreign.ts';
import { insertMessage } from '../store/messages.ts';
import { isRestoring, keepRestored, noteRestored } from '../store/restoring.ts';
import { hasTwin } from '../store/twins.ts';
import type { Profile } from './profile.ts';
import { undoRestore } from './restore.ts';
import { readServerData } from './server-data.ts';
import { explain } from './target-file.ts';
import type { Imported, ImportOrder } from './import.ts';

/** A file is read into memory: a million messages take a third of this. */
const LARGEST = 1_024 ** 3;
/** Messages stored in one transaction. */
const BATCH = 200;

/**
 * From a database of Gajim or Dino.
 * @throws Refusal `invalid` when it is none of them, damaged or too large; `busy` while the other program has not written
 *   everything into it; `cancelled`, `storage`, `not-allowed`
 */
export async function importForeign(profile: Profile, order: ImportOrder): Promise<Imported> {
  const foreign = await open(order.path);
  try {
    return await takeIn(profile, order, pagesOf(foreign));
  } finally {
    foreign.close();
  }
}

/** From the message archives in a file of XEP-0227. @throws Refusal as `importForeign` does */
export async function importServerData(profile: Profile, order: ImportOrder): Promise<Imported> {
  try {
    return await takeIn(profile, order, readServerData(order.path));
  } catch (error) {
    throw explain(error);
  }
}

interface Portion {
  readonly messages: ForeignMessage[];
  readonly done: number;
  readonly total: number;
}

async function takeIn(
  profile: Profile,
  order: ImportOrder,
  portions: Iterable<Portion> | AsyncIterable<Portion>,
): Promise<Imported> {
  if (isRestoring(profile.database)) throw new Refusal('busy');
  const intake = new ForeignIntake(profile);
  try {
    for await (const { messages, done, total } of portions) {
      if (order.signal.aborted) throw new Refusal('cancelled');
      profile.commit(() => {
        for (const message of messages) intake.take(message);
      });
      profile.settle(); // here, where it is known what is lost when the disk does not take it
      order.onProgress(done, total);
      await new Promise(setImmediate);
    }
    const imported = profile.commit(() => intake.finish());
    profile.settle();
    return imported;
  } catch (error) {
    await undoRestore(profile);
    throw error;
  }
}

/** What a file is, by how it begins: a database of SQLite, XML, or anything else. */
export async function kindOf(path: string): Promise<'database' | 'xml' | 'other'> {
  try {
    const file = await openFile(path, 'r');
    try {
      const head = Buffer.alloc(16);
      await file.read(head, 0, 16, 0);
      if (head.toString('latin1') === 'SQLite format 3\0') return 'database';
      return /^\uFEFF?[ \t\r\n]*</u.test(head.toString('utf8')) ? 'xml' : 'other';
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explain(error);
  }
}

async function open(path: string): Promise<Foreign> {
  try {
    if ((await stat(path)).size > LARGEST) throw new Refusal('invalid', 'too large');
    // What stands in the log is not in the file yet: the other program still runs, or ended badly.
    const log = await stat(`${path}-wal`).catch(() => undefined);
    if (log !== undefined && log.size > 0) throw new Refusal('busy', 'the other program has it open');
    return careful(await readFile(path), openForeign) ?? refuse();
  } catch (error) {
    throw explain(error);
  }
}

/** What SQLite says of somebody else's file says nothing about ours. */
function careful<I, O>(input: I, work: (input: I) => O): O {
  try {
    return work(input);
  } catch (error) {
    const isOfSqlite = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
    throw isOfSqlite ? new Refusal('invalid', String(error.code)) : error;
  }
}

function* pagesOf(foreign: Foreign): Generator<Portion> {
  const total = Math.max(foreign.total, 1);
  const pages = foreign.pages(BATCH);
  for (;;) {
    const next = careful(pages, (each) => each.next());
    if (next.done === true) return;
    const { messages, at } = next.value;
    yield { messages, done: Math.min(Math.max(at, 0), total), total };
  }
}

function refuse(): never {
  throw new Refusal('invalid', 'not a database that is known');
}

/** Text, or nothing; what is neither makes the file invalid. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === '') return undefined;
  return typeof value === 'string' ? value : refuse();
}

class ForeignIntake {
  readonly #profile: Profile;
  readonly #accounts = new Map<BareJid, number>();
  readonly #newAccounts: number[] = [];
  /** The chats, and whether each is new. */
  readonly #chats = new Map<number, boolean>();
  #messages = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
    for (const { id, address } of accounts.listAccounts(profile.database)) this.#accounts.set(address, id);
  }

  take(foreign: ForeignMessage): void {
    const { database } = this.#profile;
    const [text, stanzaId, archiveId] = [foreign.text, foreign.stanzaId, foreign.archiveId].map(textOf);
    const owner = readBareJid(textOf(foreign.account) ?? '');
    const peer = readBareJid(textOf(foreign.peer) ?? '');
    if (typeof foreign.time !== 'number' || !(foreign.time > 0) || foreign.time > 4e9) refuse();
    // Other programs know other kinds of addresses, such as people within a room.
    if (text === undefined || owner?.includes('@') !== true || peer === undefined) return;
    const account = this.#accountFor(owner);
    const at = Math.floor(foreign.time * 1_000);
    const { chat, isNew } = chats.openChat(database, account, peer, at);
    if (isNew) noteRestored(database, 'chat', chat.id);
    if (!this.#chats.has(chat.id)) this.#chats.set(chat.id, isNew);
    const message = {
      account,
      chat: chat.id,
      sender: foreign.isOutgoing ? owner : peer,
      text,
      at,
      ...(stanzaId !== undefined && { stanzaId }),
      ...(archiveId !== undefined && { archiveId }),
    };
    if (hasTwin(database, message)) return;
    const { id } = insertMessage(database, {
      ...message,
      isOutgoing: foreign.isOutgoing,
      delivery: !foreign.isOutgoing ? 'received' : foreign.hasFailed ? 'failed' : 'sent',
      encryption: foreign.isEncrypted ? 'omemo' : 'none',
      ...(foreign.isOutgoing && foreign.hasFailed && { failure: { code: 'not-sent' } }),
    });
    noteRestored(database, 'message', id);
    this.#messages += 1;
  }

  /** Makes it true. What another program has shown was read. */
  finish(): Imported {
    const { database } = this.#profile;
    for (const [chat, isNew] of this.#chats) {
      chats.refreshLast(database, chat);
      const last = chats.getChat(database, chat)?.last;
      if (isNew && last !== undefined) chats.markRead(database, chat, last.message);
      chats.touch(database, chat);
    }
    keepRestored(database);
    return {
      chats: this.#chats.size,
      messages: this.#messages,
      newAccounts: this.#newAccounts,
      touched: [...this.#chats.keys()],
    };
  }

  #accountFor(address: BareJid): number {
    const known = this.#accounts.get(address);
    if (known !== undefined) return known;
    const { database } = this.#profile;
    const id = accounts.insertAccount(database, {
      address,
      password: '',
      resource: `Waxwing.${randomBytes(6).toString('base64url')}`,
      hue: (this.#accounts.size * 137) % 360,
      enabled: false,
      pins: [],
      scramSeen: false,
    });
    noteRestored(database, 'account', id);
    this.#newAccounts.push(id);
    this.#accounts.set(address, id);
    return id;
  }
}
