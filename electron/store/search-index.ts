/**
 * Keeps the full-text index in step with the messages: what is written is found, what is deleted is gone from the
 * file, whoever changes or deletes it. Asks nothing of the index; that is for `search.ts`.
 *
 * Temporary triggers follow every change and every cascade; they live as long as the connection, which brings the
 * function that makes the words. (With `trusted_schema` off, only triggers that are not part of the file may call a
 * function of ours: a tampered file gains nothing.) New messages come from one place, `insertMessage`, which tells
 * `indexMessage`: a statement with a trigger has a savepoint of its own, at which FTS5 writes out what it gathered, and
 * a transaction of fifty messages would cost as much as fifty.
 */
import { WORDS_VERSION, wordsOf } from '../../shared/words.ts';
import type { Database } from './database.ts';

/** Marks a word that stands for a property of the message: private use, so no text has it. */
const MARK = '\uE000';
const LINK = /\bhttps?:\/\/\S/iu;

/** What a message is besides its words, as words of the index. */
export const marks = {
  chat: (chat: number): string => `${MARK}c${String(chat)}`,
  /** The author; characters that would end a word are put out of their reach. */
  sender: (address: string): string =>
    MARK +
    's' +
    address.replace(/[^a-z0-9\u0080-\u{10FFFF}]/gu, (character) =>
      String.fromCodePoint(0xe100 + (character.codePointAt(0) ?? 0)),
    ),
  trait: (trait: string): string => `${MARK}t${trait}`,
};

/** What a message has beside its words: what its columns say, and `link`. */
export function traitsOf(text: string, traits: string): string[] {
  return [...(LINK.test(text) ? ['link'] : []), ...(traits === '' ? [] : traits.split(' '))];
}

/** The index entry of a message, from its columns. */
function entryOf(text: string, chat: number, sender: string, traits: string): string {
  const own = [marks.chat(chat), marks.sender(sender), ...traitsOf(text, traits).map(marks.trait)];
  return `${own.join(' ')} ${wordsOf(text).join(' ')}`;
}

const OLD = 'search_entry(old.text, old.chat, old.sender, old.traits)';
const NEW = 'search_entry(new.text, new.chat, new.sender, new.traits)';
const IS_REACHED = 'WHEN old.id >= (SELECT complete_from FROM main.search_state)';

/** The columns of a message that its entry is made of. */
interface Indexed {
  readonly id: number;
  readonly text: string;
  readonly chat: number;
  readonly sender: string;
}

/** For each open database that has an index: what adds a message to it. */
const indexes = new WeakMap<Database, (row: Indexed) => void>();

/** Takes a message that was just added into the index; one from before the index is taken in with the others. */
export function indexMessage(database: Database, row: Indexed): void {
  indexes.get(database)?.(row);
}

/**
 * Runs what deletes a whole chat or account. To take so many messages out of the index one by one would take minutes:
 * they are only marked there, found no more, and `cleanIndex` clears the words away when there is time.
 */
export function removingMany<T>(database: Database, work: () => T): T {
  if (!indexes.has(database)) return work();
  return database
    .transaction(() => {
      database.exec(`INSERT INTO search (search, rank) VALUES ('secure-delete', 0)`);
      const result = work();
      database.exec(`INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
        UPDATE search_state SET cleaning = 1;`);
      return result;
    })
    .immediate();
}

/**
 * To be called once for each connection, after the migrations and before the first message is written.
 * An index that was made by other rules is emptied, to be made anew by `indexSome`.
 */
export function openIndex(database: Database): void {
  const isThere =
    database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'search_state'`).get() !== undefined;
  if (!isThere) return; // a test stopped before this step of the schema
  database.function('search_entry', { deterministic: true }, entryOf);
  const rules = `${String(WORDS_VERSION)} ${process.versions['unicode'] ?? ''}`;
  const state = database.prepare<[], { rules: string }>('SELECT rules FROM search_state').get();
  if (state?.rules !== rules) {
    database
      .transaction(() => {
        database.exec(`INSERT INTO search (search) VALUES ('delete-all')`);
        database
          .prepare(
            'UPDATE search_state SET rules = ?, complete_from = coalesce((SELECT max(id) + 1 FROM messages), 0)',
          )
          .run(rules);
      })
      .immediate();
  }
  database.exec(`
    CREATE TEMP TRIGGER IF NOT EXISTS search_delete AFTER DELETE ON main.messages ${IS_REACHED} BEGIN
      INSERT INTO search (search, rowid, words) VALUES ('delete', old.id, ${OLD});
    END;
    CREATE TEMP TRIGGER IF NOT EXISTS search_update AFTER UPDATE OF text, chat, sender, traits ON main.messages
    ${IS_REACHED} BEGIN
      INSERT INTO search (search, rowid, words) VALUES ('delete', old.id, ${OLD});
      INSERT INTO search (rowid, words) VALUES (new.id, ${NEW});
    END;`);

  const from = database.prepare<[], number>('SELECT complete_from FROM search_state').pluck();
  const insert = database.prepare<[number, string]>('INSERT INTO search (rowid, words) VALUES (?, ?)');
  indexes.set(database, ({ id, text, chat, sender }) => {
    // As it is stored: half of a surrogate pair is U+FFFD there, and deleting makes the entry anew from that.
    if (id >= (from.get() ?? 0))
      insert.run(id, entryOf(text.toWellFormed(), chat, sender.toWellFormed(), ''));
  });
}
