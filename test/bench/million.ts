/**
 * An archive of a million messages, encrypted: search as it is typed, opening a chat, going to a day, the chat list,
 * adding messages, size; each beside plain SQLite, unencrypted and without our code, in the same run.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findMessages } from '../../electron/engine/search.ts';
import { listChats } from '../../electron/store/chats.ts';
import { closeDatabase, openDatabase, type Database } from '../../electron/store/database.ts';
import { pageAround, pageMessages } from '../../electron/store/messages.ts';
import { wordsOf } from '../../shared/words.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seededRandom } from '../support/random.ts';
import { archiveKey, cachedArchive, END, fill, START, startArchive } from './archive.ts';
import { plainCopy, plainInserter } from './plain.ts';
import { sampleOf, type Row, type Sample } from './table.ts';

type Random = () => number;
type Plain = ReturnType<typeof plainCopy>;

/** The 95th of a hundred. */
function p95(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}

/**
 * Runs each of the things once in every round. The 95th percentile is over the things, each at its median over the
 * rounds: it speaks of the hard ones, and not of what else the machine was doing. Beside it at their best and worst.
 * In milliseconds.
 */
function timed<T>(rounds: number, things: readonly T[], work: (thing: T) => void): Sample {
  const times = things.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, thing] of things.entries()) {
      const since = performance.now();
      work(thing);
      times[index]?.push(performance.now() - since);
    }
  }
  const each = times.map(sampleOf);
  return {
    median: p95(each.map(({ median }) => median)),
    min: p95(each.map(({ min }) => min)),
    max: p95(each.map(({ max }) => max)),
  };
}

interface Kind {
  readonly name: string;
  /** What is typed. */
  readonly texts: readonly string[];
  /** The same for the bare index. */
  readonly expression: (text: string) => string;
}

/** Texts of messages from all over the archive. */
function someTexts(plain: Plain, random: Random, count: number): string[] {
  const find = plain.prepare('SELECT text FROM messages WHERE id >= ? LIMIT 1').pluck();
  return Array.from({ length: count }, () =>
    String(find.get((START + random() * (END - START) * 0.99) * 1_000)),
  );
}

/** What people would type to find those messages. */
function kindsOf(texts: readonly string[], count: number): Kind[] {
  const words = texts.map((text) => wordsOf(text).filter((word) => /^[a-zа-я]{4,}$/u.test(word)));
  const some = (list: readonly (string | undefined)[]): string[] =>
    [...new Set(list.filter((each) => each !== undefined && each !== ''))].slice(0, count) as string[];
  const frequency = new Map<string, number>();
  for (const word of words.flat()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const byFrequency = [...frequency].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  const quote = (text: string): string => `"${wordsOf(text).join(' ')}"`;
  const prefix = (text: string): string => `${quote(text)} *`;
  const eachLetter = some(words.map((list) => list[0]))
    .slice(0, Math.ceil(count / 4))
    .flatMap((word) => Array.from(word, (_, index) => word.slice(0, index + 1)));
  return [
    { name: 'common word', texts: byFrequency.slice(0, count).map((word) => `${word} `), expression: prefix },
    { name: 'rare word', texts: byFrequency.slice(-count).map((word) => `${word} `), expression: prefix },
    {
      name: 'beginning of 4 letters',
      texts: some(words.map((list) => list.at(-1)?.slice(0, 4))),
      expression: prefix,
    },
    {
      name: 'beginning of 2 letters',
      texts: some(words.map((list) => list.at(-1)?.slice(0, 2))),
      expression: prefix,
    },
    {
      name: 'phrase',
      texts: some(
        texts.map((text) => (/^[\p{sc=Latn}\s]+/u.exec(text)?.[0] ?? '').split(' ').slice(1, 3).join(' ')),
      )
        .filter((text) => text.includes(' ') && !text.endsWith(' '))
        .map((text) => `"${text}"`),
      expression: quote,
    },
    {
      name: 'Chinese and Japanese, 1 to 3 characters',
      texts: some(
        texts.map((text, index) => /[\p{sc=Han}\p{sc=Hira}]{4}/u.exec(text)?.[0].slice(0, 1 + (index % 3))),
      ),
      expression: quote,
    },
    { name: 'every letter as words are typed', texts: eachLetter, expression: prefix },
  ];
}

function measureSearch(database: Database, plain: Plain, kinds: readonly Kind[], rounds: number): Row[] {
  const raw = plain.prepare(
    `SELECT m.id, m.text FROM search CROSS JOIN messages m ON m.id = search.rowid
     WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT 50`,
  );
  return kinds.map(({ name, texts, expression }) => ({
    name: `search, newest 50: ${name} (${texts.length})`,
    unit: 'ms, 95 %',
    ours: timed(rounds, texts, (text) => findMessages(database, { text, limit: 50 })),
    floor: { name: 'bare index', sample: timed(rounds, texts, (text) => raw.all(expression(text))) },
  }));
}

function measureChats(database: Database, plain: Plain, random: Random, rounds: number): Row[] {
  const chats = listChats(database).map(({ id }) => id);
  const places = Array.from({ length: 200 }, () => ({
    chat: chats[Math.floor(chats.length ** random()) - 1] ?? 1,
    around: Math.floor((START + random() * (END - START)) * 1_000),
  }));
  const newest = plain.prepare('SELECT * FROM messages WHERE chat = ? ORDER BY id DESC LIMIT 60');
  const older = plain.prepare('SELECT * FROM messages WHERE chat = ? AND id < ? ORDER BY id DESC LIMIT 50');
  const newer = plain.prepare('SELECT * FROM messages WHERE chat = ? AND id >= ? ORDER BY id LIMIT 50');
  const list = plain.prepare(`SELECT c.*, substr(m.text, 1, 200), m.delivery FROM chats c
    LEFT JOIN messages m ON m.id = c.last_message ORDER BY c.at DESC`);
  return [
    {
      name: 'open a chat: the newest 60 messages',
      unit: 'ms, 95 %',
      ours: timed(rounds, places, ({ chat }) => pageMessages(database, chat, { limit: 60 })),
      floor: { name: 'bare query', sample: timed(rounds, places, ({ chat }) => newest.all(chat)) },
    },
    {
      name: 'go to a day in a chat: 100 messages around it',
      unit: 'ms, 95 %',
      ours: timed(rounds, places, ({ chat, around }) => pageAround(database, chat, { around, limit: 100 })),
      floor: {
        name: 'bare queries',
        sample: timed(rounds, places, ({ chat, around }) => {
          older.all(chat, around);
          newer.all(chat, around);
        }),
      },
    },
    {
      name: `the list of ${chats.length} chats`,
      unit: 'ms, 95 %',
      ours: timed(rounds, Array<number>(20).fill(0), () => listChats(database)),
      floor: { name: 'bare query', sample: timed(rounds, Array<number>(20).fill(0), () => list.all()) },
    },
  ];
}

/** Batches of 50 in turn with the plain database, so that both see the same weather. */
function measureInsertion(count: number, rounds: number): Row {
  const rates: { ours: number[]; plain: number[] } = { ours: [], plain: [] };
  const { path, remove } = temporaryFolder('bench-insert');
  for (let round = 0; round < rounds; round += 1) {
    const database = openDatabase(join(path, `${round}.db`), archiveKey);
    const plain = plainInserter(join(path, `${round}-plain.db`));
    const next = startArchive(database, { messages: count, chats: 100, seed: round });
    const rows = Array.from({ length: count }, (_, index) => next(index));
    const took = { ours: 0, plain: 0 };
    for (let from = 0; from < count; from += 50) {
      const since = performance.now();
      fill(database, (index) => rows[index] ?? next(index), from, from + 50, 50);
      const between = performance.now();
      plain.insert(
        rows
          .slice(from, from + 50)
          .map((row) => ({ ...row, id: Math.floor(row.at * 1_000), isOutgoing: row.isOutgoing ? 1 : 0 })),
      );
      took.ours += between - since;
      took.plain += performance.now() - between;
    }
    rates.ours.push((count * 1_000) / took.ours);
    rates.plain.push((count * 1_000) / took.plain);
    closeDatabase(database);
    plain.close();
    for (const name of [`${round}.db`, `${round}-plain.db`]) rmSync(join(path, name));
  }
  remove();
  return {
    name: 'add messages in transactions of 50',
    unit: 'per second',
    ours: sampleOf(rates.ours),
    floor: { name: 'plain SQLite with FTS5', sample: sampleOf(rates.plain) },
  };
}

/** Bytes of each message, beside the same without the index. */
function measureSize(plain: Plain, messages: number): Row {
  const sizes = plain.prepare<[], { of: string; bytes: number }>(
    `SELECT iif(name LIKE 'search%', 'search', 'rest') AS "of", sum(pgsize) AS bytes FROM dbstat GROUP BY 1`,
  );
  const bytes = new Map(sizes.all().map((row) => [row.of, row.bytes / messages]));
  const [rest = 0, search = 0] = [bytes.get('rest'), bytes.get('search')];
  return {
    name: 'size of the database',
    unit: 'bytes per message',
    ours: sampleOf([rest + search]),
    floor: { name: 'without the index', sample: sampleOf([rest]) },
  };
}

export function measureMillion({ isShort }: { isShort: boolean }): Row[] {
  const size = isShort
    ? { messages: 3_000, chats: 20, seed: 1 }
    : { messages: 1_000_000, chats: 1_000, seed: 1 };
  const [rounds, count] = isShort ? [1, 5] : [7, 30];
  const { file } = cachedArchive(size);
  const random = seededRandom(7);
  const plain = plainCopy(file);
  const database = openDatabase(file, archiveKey);
  try {
    const kinds = kindsOf(someTexts(plain, random, isShort ? 200 : 3_000), count);
    return [
      ...measureSearch(database, plain, kinds, rounds),
      ...measureChats(database, plain, random, rounds),
      measureInsertion(isShort ? 200 : 20_000, isShort ? 1 : 3),
      measureSize(plain, size.messages),
    ];
  } finally {
    closeDatabase(database);
    plain.close();
  }
}
