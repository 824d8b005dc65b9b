/** A real encrypted database in a temporary folder, closed and removed when the test ends. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { insertAccount, type AccountRecord } from '../../electron/store/accounts.ts';
import { openChat, type ChatRecord } from '../../electron/store/chats.ts';
import { closeDatabase, openDatabase, type Database } from '../../electron/store/database.ts';
import { insertMessage, type MessageRecord, type NewMessage } from '../../electron/store/messages.ts';
import type { BareJid } from '../../shared/jid.ts';
import { temporaryFolder } from '../support/folder.ts';
import { placeDatabase } from '../support/template.ts';

export const key = createHash('sha256').update('the key of the tests').digest();
export const otherKey = createHash('sha256').update('another key').digest();

/** Where a database may be made. */
export function temporaryFile(): { folder: string; file: string } {
  const { path, remove } = temporaryFolder('store');
  onTestFinished(remove);
  return { folder: path, file: join(path, 'waxwing.db') };
}

/** Opens a database and closes it when the test ends, unless the test closed it. */
export function open(file: string, secret: Uint8Array = key, migrations?: readonly string[]): Database {
  const database = openDatabase(file, secret, migrations);
  onTestFinished(() => {
    if (database.open) closeDatabase(database);
  });
  return database;
}

/** An empty database; the tests of how one is made make their own. */
export function temporaryDatabase(): Database {
  const { file } = temporaryFile();
  placeDatabase(file, key);
  return open(file);
}

export const juliet: Omit<AccountRecord, 'id'> = {
  address: 'juliet@capulet.example' as BareJid,
  password: 'R0m30 & all his montagues',
  resource: 'waxwing.balcony',
  hue: 210,
  enabled: true,
  pins: [],
  scramSeen: false,
};

/** Juliet's account with her chat with Romeo. */
export function withChat(database: Database): { account: number; chat: number } {
  const account = insertAccount(database, juliet);
  return { account, chat: openChat(database, account, 'romeo@montague.example', 1_000).chat.id };
}

/** A message from Romeo, or whatever is said instead. */
export function add(
  database: Database,
  chat: Pick<ChatRecord, 'id' | 'account'>,
  message: Partial<NewMessage> = {},
): MessageRecord {
  return insertMessage(database, {
    account: chat.account,
    chat: chat.id,
    isOutgoing: false,
    sender: 'romeo@montague.example',
    text: 'Art thou not Juliet?',
    at: 1_700_000_000_000,
    delivery: 'received',
    encryption: 'none',
    ...message,
  });
}

/** Strings that break what treats text carelessly. All but the lone surrogate come back as they went in. */
export const hostileTexts = [
  `'; DROP TABLE messages; --`,
  `" OR 1=1 --`,
  '%_\\?@:$',
  'before\0after',
  '\u202Egnp.exe\u2066',
  '👩‍👩‍👧‍👦 שלום 日本語',
  '\u{10FFFF}\uFFFF\uFEFF',
  'x'.repeat(65_536),
  '😀'.repeat(32_768),
];
