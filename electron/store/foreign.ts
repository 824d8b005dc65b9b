/**
 * The databases of other programs, as a person gives them to us: Gajim's `logs.db` (its `storage/archive.py`, versions 1.0
 * to 1.8) and Dino's `dino.db` (version 26, as 0.4 makes it). They are read from memory: nothing is ever written to the
 * file or beside it, not even SQLite's own notes. Nothing in them is believed: neither the schema nor a type.
 */
import { openCopy, type Database } from './database.ts';

/** A message between two people as another program kept it. What it says is still to be checked. */
export interface ForeignMessage {
  readonly account: unknown;
  readonly peer: unknown;
  readonly isOutgoing: boolean;
  readonly text: unknown;
  /** Seconds since 1970. */
  readonly time: unknown;
  readonly stanzaId: unknown;
  readonly archiveId: unknown;
  readonly isEncrypted: boolean;
  readonly hasFailed: boolean;
}

interface Row {
  readonly at: number;
  readonly account: unknown;
  readonly peer: unknown;
  readonly outgoing: unknown;
  readonly text: unknown;
  readonly time: unknown;
  readonly stanza: unknown;
  readonly archive: unknown;
  readonly encrypted: unknown;
  readonly failed: unknown;
}

interface Format {
  /** The tables that it is known by, with the columns that are read. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly main: string;
  /** Chat messages between two people after a row id, in order. */
  readonly sql: string;
}

/** Bytes of a text, or an id, that are read; one that is longer makes the file invalid. */
const LONGEST = 1_000_000;
const bounded = (column: string): string =>
  `CASE WHEN octet_length(${column}) > ${String(LONGEST)} THEN x'' ELSE ${column} END`;

const formats: readonly Format[] = [
  {
    // KindConstant: 3 and 4 were received, 5 and 6 sent; JIDConstant: 1 is a room.
    tables: {
      logs: [
        'log_line_id',
        'account_id',
        'jid_id',
        'time',
        'kind',
        'message',
        'error',
        'stanza_id',
        'message_id',
        'encryption',
      ],
      jids: ['jid_id', 'jid', 'type'],
    },
    main: 'logs',
    sql: `SELECT l.rowid AS at, ${bounded('a.jid')} AS account, ${bounded('p.jid')} AS peer, l.kind IN (5, 6) AS outgoing,
        ${bounded('l.message')} AS text, l.time AS time, ${bounded('l.message_id')} AS stanza,
        ${bounded('l.stanza_id')} AS archive, coalesce(l.encryption, '') <> '' AS encrypted,
        coalesce(l.error, '') <> '' AS failed
      FROM logs l JOIN jids a ON a.jid_id = l.account_id JOIN jids p ON p.jid_id = l.jid_id
      WHERE l.rowid > ? AND l.kind IN (3, 4, 5, 6) AND coalesce(p.type, 0) <> 1 AND coalesce(l.message, '') <> ''
      ORDER BY l.rowid LIMIT ?`,
  },
  {
    // entities/message.vala: type 1 is a chat; marked 4 is unsent, 5 will not be sent, 8 is an error. Encryption 0 is none.
    tables: {
      message: [
        'id',
        'stanza_id',
        'server_id',
        'account_id',
        'counterpart_id',
        'direction',
        'type',
        'time',
        'body',
        'encryption',
        'marked',
      ],
      jid: ['id', 'bare_jid'],
      account: ['id', 'bare_jid'],
    },
    main: 'message',
    sql: `SELECT m.rowid AS at, ${bounded('a.bare_jid')} AS account, ${bounded('p.bare_jid')} AS peer,
        m.direction = 1 AS outgoing, ${bounded('m.body')} AS text, m.time AS time, ${bounded('m.stanza_id')} AS stanza,
        ${bounded('m.server_id')} AS archive, coalesce(m.encryption, 0) <> 0 AS encrypted,
        coalesce(m.marked, 0) IN (4, 5, 8) AS failed
      FROM message m JOIN account a ON a.id = m.account_id JOIN jid p ON p.id = m.counterpart_id
      WHERE m.rowid > ? AND m.type = 1 AND coalesce(m.body, '') <> ''
      ORDER BY m.rowid LIMIT ?`,
  },
];

export interface Foreign {
  /** Rows there are, messages or not: for how far it is. */
  readonly total: number;
  /** The messages in portions, each with the number of its last row. */
  pages(count: number): Generator<{ readonly messages: ForeignMessage[]; readonly at: number }>;
  close(): void;
}

/**
 * Opens what the bytes of a file hold.
 * @returns nothing when that is no database of a program that we know
 * @throws what SQLite says when it is damaged
 */
export function openForeign(bytes: Buffer): Foreign | undefined {
  const database = openCopy(bytes);
  try {
    const format = formats.find((each) => isOf(database, each));
    if (format === undefined) {
      database.close();
      return undefined;
    }
    const total = database
      .prepare<[], { total: number | null }>(`SELECT max(rowid) AS total FROM ${format.main}`)
      .get()?.total;
    return {
      total: total ?? 0,
      *pages(count) {
        const page = database.prepare<[number, number], Row>(format.sql);
        for (let after = Number.MIN_SAFE_INTEGER; ;) {
          const rows = page.all(after, count);
          const last = rows.at(-1);
          if (last === undefined) return;
          after = last.at;
          yield { messages: rows.map(toMessage), at: after };
          if (rows.length < count) return;
        }
      },
      close: () => {
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Plain tables with these columns: a view, or a column that is computed, could be made to take for ever. */
function isOf(database: Database, { tables }: Format): boolean {
  return Object.entries(tables).every(([table, columns]) => {
    const kind = database
      .prepare<[string], { type: string }>(
        `SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ? AND wr = 0`,
      )
      .get(table)?.type;
    if (kind !== 'table') return false;
    const plain = database
      .prepare<[string], { name: string; hidden: number }>('SELECT name, hidden FROM pragma_table_xinfo(?)')
      .all(table);
    return (
      plain.every(({ hidden }) => hidden === 0) &&
      columns.every((column) => plain.some(({ name }) => name === column))
    );
  });
}

function toMessage(row: Row): ForeignMessage {
  return {
    account: row.account,
    peer: row.peer,
    isOutgoing: row.outgoing === 1,
    text: row.text,
    time: row.time,
    stanzaId: row.stanza,
    archiveId: row.archive,
    isEncrypted: row.encrypted === 1,
    hasFailed: row.failed === 1,
  };
}
