/** An archive as somebody has it after ten years: many messages in many chats of very different size, from a seed. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { messageAdded, openChat } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import { insertMessage, type NewMessage } from '../../electron/store/messages.ts';
import { MIGRATIONS } from '../../electron/store/migrate.ts';
import { seededRandom } from '../support/random.ts';
import { sentence } from './languages.ts';

/** Grows with what is generated and how; with the schema's number, an archive of an earlier one is made anew. */
const EDITION = 2;
export const START = Date.UTC(2016, 0, 1);
export const END = Date.UTC(2026, 0, 1);
export const archiveKey = createHash('sha256').update('the key of the benchmark').digest();

export interface ArchiveSize {
  readonly messages: number;
  readonly chats: number;
  readonly seed: number;
}

const jid = (text: string): BareJid => {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
};
const own = jid('me@home.example');

/** An account with empty chats, and what comes next in them. */
export function startArchive(
  database: Database,
  { messages, chats, seed }: ArchiveSize,
): (index: number) => NewMessage {
  const random = seededRandom(seed);
  const account = insertAccount(database, {
    address: own,
    password: 'secret',
    resource: 'bench',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  const peers = Array.from({ length: chats }, (_, index) => {
    const address = jid(`friend${String(index)}@away.example`);
    putContact(database, { account, address, name: '', subscription: 'both', asking: false, groups: [] });
    return { address, chat: openChat(database, account, address, START).chat.id };
  });
  const id = (): string => Array.from({ length: 2 }, () => random().toString(36).slice(2, 13)).join('');
  return (index) => {
    const peer = peers[Math.floor(chats ** random()) - 1] ?? peers[0];
    if (peer === undefined) throw new Error('there is no chat');
    const isOutgoing = random() < 0.45;
    const stanzaId = id();
    return {
      account,
      chat: peer.chat,
      isOutgoing,
      sender: isOutgoing ? own : peer.address,
      text: sentence(random),
      at: START + Math.floor((index + random()) * ((END - START) / messages)),
      delivery: isOutgoing ? 'delivered' : 'received',
      encryption: 'omemo',
      device: 1_234_567,
      trust: 'blind',
      stanzaId,
      originId: stanzaId,
      archiveId: id(),
    };
  };
}

/** Adds the messages as the engine does, in transactions of `batch`. */
export function fill(
  database: Database,
  next: (index: number) => NewMessage,
  from: number,
  to: number,
  batch: number,
): void {
  for (let start = from; start < to; start += batch) {
    transaction(database, () => {
      for (let index = start; index < Math.min(to, start + batch); index += 1) {
        const message = insertMessage(database, next(index));
        messageAdded(database, message.chat, message);
      }
    });
  }
}

/** The file of the archive, kept in the folder for temporary files, because making it takes minutes. */
export function cachedArchive(size: ArchiveSize): { readonly file: string; readonly bytes: number } {
  const folder = join(tmpdir(), 'waxwing-bench');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(
    folder,
    `${String(EDITION)}.${String(MIGRATIONS.length)}-${String(size.messages)}-${String(size.chats)}-${String(size.seed)}.db`,
  );
  if (!existsSync(file)) {
    const unfinished = `${file}.unfinished`;
    for (const end of ['', '-wal', '-shm']) rmSync(`${unfinished}${end}`, { force: true });
    const database = openDatabase(unfinished, archiveKey);
    fill(database, startArchive(database, size), 0, size.messages, 2_000);
    closeDatabase(database);
    renameSync(unfinished, file);
  }
  return { file, bytes: statSync(file).size };
}
