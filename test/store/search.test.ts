import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deleteAccount, insertAccount } from '../../electron/store/accounts.ts';
import { deleteChat, openChat } from '../../electron/store/chats.ts';
import { closeDatabase, prepare, transaction, type Database } from '../../electron/store/database.ts';
import { deleteMessage } from '../../electron/store/messages.ts';
import { MIGRATIONS } from '../../electron/store/migrate.ts';
import { search as searchMigration } from '../../electron/store/migrations/006-search.ts';
import { cleanIndex, indexedFrom, indexSome } from '../../electron/store/search-backlog.ts';
import { searchMessages, type Search } from '../../electron/store/search.ts';
import { readQuery } from '../../shared/query.ts';
import { wordsOf } from '../../shared/words.ts';
import { add, hostileTexts, juliet, open, temporaryDatabase, temporaryFile, withChat } from './profile.ts';
import type { BareJid } from '../../shared/jid.ts';

const AT = 1_700_000_000_000;
type Filters = Omit<Search, 'phrases'>;

/** Everything that a typed query finds, the newest first, whatever number of slices that takes. */
function find(database: Database, text: string, filters: Filters = {}, effort = 50): number[] {
  const found: number[] = [];
  let before: number | undefined;
  do {
    const slice = searchMessages(
      database,
      { phrases: readQuery(text).phrases, ...filters },
      { limit: 3, effort, before },
    );
    found.push(...slice.found.map(({ id }) => id));
    before = slice.next;
  } while (before !== undefined);
  return found;
}

/** The same, but by the index alone: what it knows, and not what the texts say. */
function ask(database: Database, expression: string): number[] {
  return prepare<[string], { id: number }>(
    database,
    'SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid DESC',
  )
    .all(expression)
    .map(({ id }) => id);
}

/** Room enough that reading alone does not find everything. */
function withCrowd(database: Database, chat: { id: number; account: number }, count = 1_500): void {
  transaction(database, () => {
    for (let index = 0; index < count; index += 1) {
      add(database, chat, { at: AT + 1_000_000 + index, text: `crowd number ${String(index)}` });
    }
  });
}

function setUp(): { database: Database; chat: { id: number; account: number } } {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  return { database, chat: { id: chat, account } };
}

describe('a search', () => {
  test('finds words, beginnings, phrases, any script, with and without accents, behind a crowd', () => {
    const { database, chat } = setUp();
    const say = (text: string, at: number): number => add(database, chat, { text, at: AT + at }).id;
    const cafe = say('Treffen wir uns im Café am Fluß?', 1);
    const tokyo = say('今日は東京タワーに行きました', 2);
    const hello = say('Привет, как дела? Ёлка стоит', 3);
    const shalom = say('שָׁלוֹם לכם', 4);
    const family = say('we are three 👨‍👩‍👧 now', 5);
    const korean = say('전세계 사람들', 6);
    withCrowd(database, chat);
    expect(find(database, 'cafe')).toEqual([cafe]);
    expect(find(database, 'CAFÉ fluss')).toEqual([cafe]);
    expect(find(database, 'treff')).toEqual([cafe]);
    expect(find(database, '"uns im"')).toEqual([cafe]);
    expect(find(database, '"im uns"')).toEqual([]);
    expect(find(database, '東京')).toEqual([tokyo]);
    expect(find(database, '京')).toEqual([tokyo]);
    expect(find(database, '京東')).toEqual([]);
    expect(find(database, 'ПРИВ')).toEqual([hello]);
    expect(find(database, 'елка')).toEqual([hello]);
    expect(find(database, 'שלום')).toEqual([shalom]);
    expect(find(database, '👨‍👩‍👧')).toEqual([family]);
    expect(find(database, '👧')).toEqual([family]);
    expect(find(database, '세계')).toEqual([korean]);
    expect(find(database, 'crowd number 7', {}, 400)).toHaveLength(111);
    expect(find(database, '"number 7" ')).toHaveLength(1);
    expect(find(database, 'nothing')).toEqual([]);
    expect(find(database, 'e afé')).toEqual([]);
  });

  test('is narrowed by each filter and by all, and needs no words', () => {
    const { database, chat } = setUp();
    const account = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
    const other = openChat(database, account, 'Peter+1@capulet.example', 1_000).chat;
    const base = add(database, chat, { text: 'see the orchard', at: AT + 1 }).id;
    const mine = add(database, chat, {
      text: 'the orchard map https://verona.example/o',
      at: AT + 2,
      isOutgoing: true,
      sender: juliet.address,
    }).id;
    const far = add(database, other, {
      text: 'an orchard',
      at: AT + 3,
      sender: 'Peter+1@capulet.example',
    }).id;
    withCrowd(database, chat);
    const all = (filters: Filters): number[] => find(database, 'orchard', filters);
    expect(all({})).toEqual([far, mine, base]);
    expect(all({ chat: chat.id })).toEqual([mine, base]);
    expect(all({ account })).toEqual([far]);
    expect(all({ sender: 'Peter+1@capulet.example' })).toEqual([far]);
    expect(all({ sender: 'romeo@montague.example', chat: chat.id })).toEqual([base]);
    expect(all({ sender: 'peter+1@capulet.example' })).toEqual([]);
    expect(all({ isOutgoing: true })).toEqual([mine]);
    expect(all({ from: AT + 2 })).toEqual([far, mine]);
    expect(all({ until: AT + 2 })).toEqual([base]);
    expect(all({ from: AT + 2, until: AT + 3, has: ['link'], isOutgoing: true })).toEqual([mine]);
    expect(find(database, '', { has: ['link'] })).toEqual([mine]);
    expect(find(database, '', { chat: other.id })).toEqual([far]);
    prepare<[number]>(database, `UPDATE messages SET traits = 'file image' WHERE id = ?`).run(far);
    expect(find(database, '', { has: ['file'] })).toEqual([far]);
    expect(find(database, 'orchard', { has: ['image', 'file'] })).toEqual([far]);
    expect(find(database, '', { has: ['link', 'file'] })).toEqual([]);
  });

  test('does a bounded piece of work, and the pieces make the whole, each message once', () => {
    const { database, chat } = setUp();
    withCrowd(database, chat, 700);
    const all = find(database, '', {}, 10_000);
    fc.assert(
      fc.property(
        fc.constantFrom('crowd', 'c', 'number 12', '1 ', ''),
        fc.integer({ min: 1, max: 600 }),
        (text, effort) => {
          const found = find(database, text, {}, effort);
          const words = readQuery(text).phrases;
          const expected = all.filter((_, index) => {
            const entry = ` ${wordsOf(`crowd number ${String(699 - index)}`).join(' ')} `;
            return words.every(({ words: [word = ''], isPrefix }) =>
              entry.includes(` ${word}${isPrefix ? '' : ' '}`),
            );
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
    const slice = searchMessages(
      database,
      { phrases: readQuery('nowhere').phrases, chat: 99 },
      { limit: 5, effort: 10 },
    );
    expect(slice).toEqual({ found: [] });
  });

  test.each([
    ...hostileTexts.slice(0, 7),
    '"',
    '""""',
    '" OR 1=1 --',
    '(((',
    'a AND',
    'NEAR(',
    'words:x',
    '-x',
    '^x',
    '{a b} : c',
    'x*y*',
    '\uE000c1',
    '+ + +',
    "'; DROP TABLE search; --",
    '"a" * * "b',
    '\\',
    'a\0b',
  ])('is never a command: %j', (text) => {
    const { database, chat } = setUp();
    const { id } = add(database, chat, { text: `mark ${text}` });
    withCrowd(database, chat, 530);
    expect(find(database, 'mark', {}, 1_000)).toEqual([id]);
    const found = find(database, text, {}, 10_000);
    // Without a word it asks for nothing, and everything answers.
    if (readQuery(text).phrases.length > 0) expect(found).toEqual([id]);
  });
});

describe('the index', () => {
  test('knows every text by each of its words and their beginnings, and forgets it when it goes', () => {
    const { database, chat } = setUp();
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.lorem({ maxCount: 4 }),
    );
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), fc.nat(4), (texts, which) => {
        prepare(database, 'DELETE FROM messages').run();
        const rows = texts.map((text, index) => ({
          text,
          id: add(database, chat, { text, at: AT + index }).id,
        }));
        const check = (): void => {
          for (const { text, id } of rows) {
            for (const word of wordsOf(text)) {
              expect(ask(database, `"${word}"`)).toContain(id);
              expect(ask(database, `"${[...word].slice(0, 2).join('')}" *`)).toContain(id);
            }
          }
        };
        check();
        const gone = rows.splice(which % rows.length, 1)[0];
        if (gone === undefined) throw new Error('there was one');
        deleteMessage(database, gone.id);
        for (const word of wordsOf(gone.text)) expect(ask(database, `"${word}" *`)).not.toContain(gone.id);
        check();
      }),
      { numRuns: 40 },
    );
  });

  test('follows every way in which a message can change or go', () => {
    const { database, chat } = setUp();
    const first = add(database, chat, { text: 'apple pear', at: AT });
    add(database, chat, { text: 'apple plum', at: AT + 1 });
    prepare<[number]>(database, `UPDATE messages SET text = 'cherry' WHERE id = ?`).run(first.id);
    expect([ask(database, 'pear'), ask(database, 'cherry')]).toEqual([[], [first.id]]);
    // In a transaction that fails, nothing happened.
    expect(() =>
      transaction(database, () => {
        add(database, chat, { text: 'unwanted' });
        deleteMessage(database, first.id);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect([ask(database, 'unwanted'), ask(database, 'cherry')]).toEqual([[], [first.id]]);
    deleteChat(database, chat.id);
    expect(ask(database, 'apple OR plum OR cherry')).toEqual([]);
    const again = openChat(database, chat.account, 'romeo@montague.example', 1_000).chat;
    add(database, again, { text: 'grape' });
    deleteAccount(database, chat.account);
    expect(ask(database, 'grape')).toEqual([]);
    prepare(database, `INSERT INTO search (search) VALUES ('integrity-check')`).run();
  });

  test('keeps nothing of what was deleted', () => {
    const { database, chat } = setUp();
    const secret = add(database, chat, { text: 'the password is swordfish swordfisher' });
    add(database, chat, { text: 'swordplay' });
    const kept = (): boolean =>
      prepare<[], { block: Buffer }>(database, 'SELECT block FROM search_data')
        .all()
        .some(({ block }) => block.includes('fish'));
    expect(kept()).toBe(true);
    deleteMessage(database, secret.id);
    expect(kept()).toBe(false);
    expect(ask(database, 'swordplay')).toHaveLength(1);
  });

  test('clears away the words of a whole chat in steps, whatever comes between them', () => {
    const { database, chat } = setUp();
    const other = openChat(database, chat.account, 'nurse@capulet.example', 1_000).chat;
    add(database, other, { text: 'swordplay', at: AT });
    for (let batch = 0; batch < 6; batch += 1) {
      transaction(database, () => {
        for (let index = 0; index < 150; index += 1) {
          const rare = createHash('md5')
            .update(`${String(batch)} ${String(index)}`)
            .digest('hex');
          add(database, chat, { text: `the password is swordfish ${rare}`, at: AT + index });
          add(database, other, { text: `nothing to hide ${rare.slice(5)}`, at: AT + index });
        }
      });
    }
    const kept = (): boolean =>
      prepare<[], { block: Buffer }>(database, 'SELECT block FROM search_data')
        .all()
        .some(({ block }) => block.includes('fish'));
    expect(cleanIndex(database, 1)).toBe(false);
    deleteChat(database, chat.id);
    expect(ask(database, 'swordfish')).toEqual([]);
    expect(kept()).toBe(true);
    let steps = 0;
    while (cleanIndex(database, 1)) {
      steps += 1;
      expect(steps).toBeLessThan(1_000);
      if (steps < 5) add(database, other, { text: `swordplay ${String(steps)}`, at: AT + 100 + steps });
    }
    expect(steps).toBeGreaterThan(5);
    expect(kept()).toBe(false);
    expect(ask(database, 'swordplay')).toHaveLength(5);
    // From here on single messages go at once again.
    const last = add(database, other, { text: 'a flatfish' });
    expect(kept()).toBe(true);
    deleteMessage(database, last.id);
    expect(kept()).toBe(false);
    prepare(database, `INSERT INTO search (search) VALUES ('integrity-check')`).run();
  });
});

describe('an archive from before there was an index', () => {
  const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(searchMigration));

  /** A profile of the version before with these messages, opened by this one. */
  function migrated(count: number): {
    file: string;
    database: Database;
    chat: { id: number; account: number };
  } {
    const { file } = temporaryFile();
    const old = open(file, undefined, before);
    // By that version's own columns: today's code writes more.
    const [account, chat] = [1, 1];
    prepare<[number]>(
      old,
      `INSERT INTO accounts (id, address, password, resource, hue) VALUES (?, 'juliet@capulet.example', 'x', 'r', 0)`,
    ).run(account);
    prepare<[number, number]>(
      old,
      `INSERT INTO chats (id, account, address, at) VALUES (?, ?, 'romeo@montague.example', 1000)`,
    ).run(chat, account);
    const insert = prepare<[number, number, number, string]>(
      old,
      `INSERT INTO messages (id, account, chat, is_outgoing, sender, text, delivery, encryption)
       VALUES (?, ?, ?, 0, 'romeo@montague.example', ?, 'received', 'none')`,
    );
    transaction(old, () => {
      for (let index = 0; index < count; index += 1) {
        insert.run((AT + index) * 1_000, account, chat, `older ${String(index)} tale`);
      }
    });
    closeDatabase(old);
    return { file, database: open(file), chat: { id: chat, account } };
  }

  test('is searched at once, and indexed in steps that survive a restart', () => {
    const { file, database, chat } = migrated(1_200);
    const known = (using: Database): number[] => find(using, 'tale', {}, 300);
    const all = known(database);
    expect(all).toHaveLength(1_200);
    expect(ask(database, 'tale')).toEqual([]);
    expect(indexedFrom(database)).toBe((all[0] ?? 0) + 1);
    const fresh = add(database, chat, { text: 'a new tale', at: AT + 5_000 });
    const between = add(database, chat, { text: 'found late: a tale', at: AT + 3 });
    expect(ask(database, 'tale')).toEqual([fresh.id]);
    expect(indexSome(database, 500)).toBe(true);
    closeDatabase(database);

    const later = open(file);
    expect(ask(later, 'tale')).toEqual([fresh.id, ...all.slice(0, 500)]);
    const gone = all[100] ?? 0;
    const waiting = all[900] ?? 0;
    deleteMessage(later, gone);
    deleteMessage(later, waiting);
    prepare<[number]>(later, `UPDATE messages SET text = 'no longer' WHERE id = ?`).run(all[1_000] ?? 0);
    while (indexSome(later, 400));
    expect(indexedFrom(later)).toBe(0);
    expect(indexSome(later, 400)).toBe(false);
    const expected = [fresh.id, between.id, ...all]
      .filter((id) => ![gone, waiting, all[1_000]].includes(id))
      .sort((a, b) => b - a);
    expect(ask(later, 'tale')).toEqual(expected);
    expect(known(later)).toEqual(expected);
    prepare(later, `INSERT INTO search (search) VALUES ('integrity-check')`).run();
  });

  test('that was indexed by other rules is indexed anew', () => {
    const { file, database } = migrated(30);
    while (indexSome(database, 7));
    expect(ask(database, 'tale')).toHaveLength(30);
    prepare(database, `UPDATE search_state SET rules = '0 of yesterday'`).run();
    closeDatabase(database);
    const later = open(file);
    expect(ask(later, 'tale')).toEqual([]);
    expect(find(later, 'tale')).toHaveLength(30);
    while (indexSome(later, 7));
    expect(ask(later, 'tale')).toHaveLength(30);
  });
});

test('the file of a profile holds no word of it', () => {
  const { file } = temporaryFile();
  const database = open(file);
  const { account, chat } = withChat(database);
  const word = `w${createHash('sha256').update('a rare word').digest('hex')}`;
  add(database, { id: chat, account }, { text: `it is ${word}` });
  expect(find(database, word)).toHaveLength(1);
  closeDatabase(database);
  expect(readFileSync(file).includes(word.slice(0, 20))).toBe(false);
});
