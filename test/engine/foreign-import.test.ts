/** Conversations of Gajim and Dino come in once, beside what is there, and a hostile file changes nothing. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../electron/engine/engine.ts';
import { importForeign, importServerData, kindOf } from '../../electron/engine/foreign-import.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { insertAccount, listAccounts } from '../../electron/store/accounts.ts';
import { findChat, listChats, openChat } from '../../electron/store/chats.ts';
import { prepare, type Database } from '../../electron/store/database.ts';
import { pageMessages } from '../../electron/store/messages.ts';
import { Refusal } from '../../shared/answer.ts';
import { add, juliet, temporaryDatabase } from '../store/profile.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';

const romeo = 'romeo@montague.example';
const AT = 1_700_000_000;

/** Gajim 1.7.3, `common/storage/archive.py`. */
const gajim = `
  CREATE TABLE jids(jid_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, jid TEXT UNIQUE, type INTEGER);
  CREATE TABLE logs(log_line_id INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, account_id INTEGER, jid_id INTEGER,
    contact_name TEXT, occupant_id TEXT, real_jid TEXT, time INTEGER, kind INTEGER, show INTEGER, message TEXT,
    error TEXT, subject TEXT, additional_data TEXT, stanza_id TEXT, message_id TEXT, encryption TEXT,
    encryption_state TEXT, marker INTEGER);
  CREATE TABLE last_archive_message(jid_id INTEGER PRIMARY KEY UNIQUE, last_mam_id TEXT, oldest_mam_timestamp TEXT,
    last_muc_timestamp TEXT);
  CREATE INDEX idx_logs_jid_id_time ON logs (jid_id, time DESC);
  PRAGMA user_version=7;`;
const gajimRows = `
  INSERT INTO jids (jid_id, jid, type) VALUES (1, 'juliet@capulet.example', 0), (2, '${romeo}', 0),
    (3, 'verona@rooms.example', 1), (4, 'verona@rooms.example/tybalt', 0);
  INSERT INTO logs (account_id, jid_id, time, kind, message, message_id, stanza_id, encryption, error) VALUES
    (1, 2, ${String(AT)}.25, 4, 'one', 'm1', 'a1', NULL, NULL),
    (1, 2, ${String(AT + 1)}, 6, 'two', 'm2', NULL, 'OMEMO', NULL),
    (1, 2, ${String(AT + 2)}, 3, 'a single one', NULL, NULL, NULL, NULL),
    (1, 2, ${String(AT + 3)}, 6, 'not delivered', 'm3', NULL, NULL, '{"type":"cancel"}'),
    (1, 2, ${String(AT + 4)}, 0, 'a status', NULL, NULL, NULL, NULL),
    (1, 2, ${String(AT + 4)}, 4, NULL, NULL, NULL, NULL, NULL),
    (1, 3, ${String(AT + 5)}, 2, 'in a room', NULL, NULL, NULL, NULL),
    (1, 3, ${String(AT + 5)}, 4, 'by a room', NULL, NULL, NULL, NULL),
    (1, 4, ${String(AT + 5)}, 4, 'within a room', NULL, NULL, NULL, NULL),
    (NULL, 2, ${String(AT + 6)}, 4, 'of nobody', NULL, NULL, NULL, NULL);`;

/** Dino 0.4.2, as the program itself makes it (version 26). */
const dino = `
  CREATE TABLE _meta (name TEXT PRIMARY KEY, int_val INTEGER, text_val TEXT);
  CREATE TABLE account (id INTEGER PRIMARY KEY AUTOINCREMENT, bare_jid TEXT NOT NULL UNIQUE, resourcepart TEXT,
    password TEXT, alias TEXT, enabled INTEGER, roster_version TEXT, mam_earliest_synced INTEGER);
  CREATE TABLE jid (id INTEGER PRIMARY KEY AUTOINCREMENT, bare_jid TEXT NOT NULL UNIQUE);
  CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, stanza_id TEXT, server_id TEXT,
    account_id INTEGER NOT NULL, counterpart_id INTEGER NOT NULL, our_resource TEXT, counterpart_resource TEXT,
    direction INTEGER NOT NULL, type INTEGER, time INTEGER, local_time INTEGER, body TEXT, encryption INTEGER,
    marked INTEGER);
  INSERT INTO _meta VALUES ('version', 26, NULL);`;
const dinoRows = `
  INSERT INTO account (id, bare_jid, password, enabled) VALUES (1, 'juliet@capulet.example', 'her secret', 1);
  INSERT INTO jid (id, bare_jid) VALUES (1, '${romeo}'), (2, 'verona@rooms.example');
  INSERT INTO message (stanza_id, server_id, account_id, counterpart_id, direction, type, time, body, encryption, marked)
  VALUES ('m1', 'a1', 1, 1, 0, 1, ${String(AT)}, 'one', 0, 0),
    ('m2', NULL, 1, 1, 1, 1, ${String(AT + 1)}, 'two', 2, 1),
    (NULL, NULL, 1, 1, 0, 1, ${String(AT + 2)}, 'a single one', 0, 0),
    ('m3', NULL, 1, 1, 1, 1, ${String(AT + 3)}, 'not delivered', 0, 5),
    ('g1', NULL, 1, 2, 0, 2, ${String(AT + 4)}, 'in a room', 0, 0),
    (NULL, NULL, 1, 1, 0, 1, ${String(AT + 5)}, '', 0, 0);`;

let folder: string;
let profile: Profile;
beforeEach(() => {
  const { path, remove } = temporaryFolder('foreign');
  onTestFinished(remove);
  folder = path;
  const host = createTestHost({ profile: path });
  profile = createProfile(
    host,
    temporaryDatabase(),
    () => undefined,
    () => undefined,
  );
});

function make(...sql: readonly string[]): string {
  const path = join(folder, 'foreign.db');
  writeFileSync(path, '');
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  for (const each of sql) database.exec(each);
  database.close();
  return path;
}
const take = (path: string, signal = new AbortController().signal, onProgress = (): void => undefined) =>
  importForeign(profile, { path, signal, onProgress });
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );
const everything = (database: Database): unknown =>
  ['accounts', 'chats', 'messages', 'restoring', 'contacts'].map((table) =>
    prepare(database, `SELECT * FROM ${table}`).all(),
  );
function said(): unknown[] {
  const account = listAccounts(profile.database)[0]?.id ?? 0;
  const chat = findChat(profile.database, account, romeo);
  return pageMessages(profile.database, chat?.id ?? 0, { limit: 50 }).messages.map((each) => [
    each.at,
    each.sender,
    each.text,
    each.delivery,
    each.encryption,
  ]);
}
const expected = (first: number): unknown[] => [
  [first, romeo, 'one', 'received', 'none'],
  [(AT + 1) * 1_000, juliet.address, 'two', 'sent', 'omemo'],
  [(AT + 2) * 1_000, romeo, 'a single one', 'received', 'none'],
  [(AT + 3) * 1_000, juliet.address, 'not delivered', 'failed', 'none'],
];

test.each([
  ['Gajim', gajim, gajimRows, AT * 1_000 + 250],
  ['Dino', dino, dinoRows, AT * 1_000],
])('%s: chats between two people come in, read, and once', async (_name, schema, rows, first) => {
  const path = make(schema, rows);
  expect(await kindOf(path)).toBe('database');
  const [bytes, names] = [readFileSync(path), readdirSync(folder)];
  expect(await take(path)).toMatchObject({ chats: 1, messages: 4 });
  expect(said()).toEqual(expected(first));
  expect(listAccounts(profile.database)).toMatchObject([
    { address: juliet.address, enabled: false, password: '' },
  ]);
  expect(listChats(profile.database)).toMatchObject([
    { address: romeo, unread: 0, at: (AT + 3) * 1_000, last: { text: 'not delivered' } },
  ]);
  const before = everything(profile.database);
  expect(await take(path)).toMatchObject({ messages: 0, newAccounts: [] });
  expect(everything(profile.database)).toEqual(before);
  // Neither the file nor anything beside it was written.
  expect(readFileSync(path)).toEqual(bytes);
  expect(readdirSync(folder)).toEqual(names);
});

test('the same conversation out of both programs is there once', async () => {
  await take(make(gajim, gajimRows));
  const path = join(folder, 'foreign.db');
  const { size } = statSync(path);
  expect(size).toBeGreaterThan(0);
  writeFileSync(path, '');
  expect(await take(make(dino, dinoRows))).toMatchObject({ messages: 0 });
  expect(said()).toEqual(expected(AT * 1_000 + 250));
});

test('what is here already is not added again, by any id or by author, time and words', async () => {
  const { database } = profile;
  const account = insertAccount(database, juliet);
  const { chat } = openChat(database, account, romeo, 1);
  add(database, chat, { text: 'one, as it was', archiveId: 'a1', at: AT * 1_000 - 5 });
  add(database, chat, { isOutgoing: true, sender: juliet.address, text: 'two', originId: 'm2', at: 5 });
  add(database, chat, { text: 'a single one', at: (AT + 2) * 1_000 + 700, stanzaId: 'other' });
  // Equal words of somebody else, or at another time, are something else.
  add(database, chat, { text: 'not delivered', at: (AT + 3) * 1_000 });
  expect(await take(make(gajim, gajimRows))).toMatchObject({ messages: 1, newAccounts: [] });
});

test('many come in, in portions, and a change of mind takes them back', async () => {
  const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO logs (account_id, jid_id, time, kind, message) SELECT 1, 2, ${String(AT)} + i, 4, 'tale ' || i FROM n;`;
  const path = make(gajim, gajimRows, many);
  const before = everything(profile.database);
  const controller = new AbortController();
  expect(await codeOf(take(path, controller.signal, () => controller.abort()))).toBe('cancelled');
  expect(everything(profile.database)).toEqual(before);
  expect(await take(path)).toMatchObject({ messages: 1_004 });
});

test('a hostile file is refused, and nothing of it is taken', async () => {
  const insert = (columns: string, values: string): string =>
    `INSERT INTO logs (account_id, jid_id, kind, ${columns}) VALUES (1, 2, 4, ${values});`;
  const many = Array.from({ length: 300 }, (_, i) => insert('time, message', `${String(AT + i)}, 'x'`)).join(
    '',
  );
  const rows: [string, () => string][] = [
    [
      'text',
      () => (writeFileSync(join(folder, 'foreign.db'), 'SQLite format 3, not'), join(folder, 'foreign.db')),
    ],
    [
      'a head and no body',
      () => (writeFileSync(join(folder, 'foreign.db'), 'SQLite format 3\0'), join(folder, 'foreign.db')),
    ],
    ['nothing', () => (writeFileSync(join(folder, 'foreign.db'), ''), join(folder, 'foreign.db'))],
    ['another schema', () => make('CREATE TABLE logs (a, b)')],
    ['no schema', () => make('CREATE TABLE x (y)', 'DROP TABLE x')],
    [
      'a view that never ends',
      () =>
        make(
          gajim.replace(/CREATE INDEX[^;]*;/u, ''),
          'ALTER TABLE logs RENAME TO real_logs',
          'CREATE VIEW logs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT r.* FROM real_logs r, n',
        ),
    ],
    [
      'a column that is computed',
      () => make(gajim, `ALTER TABLE jids ADD COLUMN slow AS (hex(zeroblob(100000000))) VIRTUAL`, gajimRows),
    ],
    [
      'a text without end',
      () => make(gajim, gajimRows, many, insert('time, message', `${String(AT)}, hex(zeroblob(600000))`)),
    ],
    [
      'bytes for words',
      () => make(gajim, gajimRows, many, insert('time, message', `${String(AT)}, x'00ff'`)),
    ],
    ['words for a time', () => make(gajim, gajimRows, many, insert('time, message', `'never', 'x'`))],
    ['a time beyond all', () => make(gajim, gajimRows, many, insert('time, message', `1e300, 'x'`))],
    ['a time before all', () => make(gajim, gajimRows, many, insert('time, message', `-1, 'x'`))],
    ['no time', () => make(gajim, gajimRows, many, insert('time, message', `NULL, 'x'`))],
    [
      'damage in the middle',
      () => {
        const path = make(gajim, gajimRows, many, many, many);
        const bytes = readFileSync(path);
        bytes.fill(0xff, 3 * 4_096);
        writeFileSync(path, bytes);
        return path;
      },
    ],
    [
      'cut off',
      () => {
        const path = make(gajim, gajimRows, many, many, many);
        writeFileSync(path, readFileSync(path).subarray(0, 5 * 4_096));
        return path;
      },
    ],
  ];
  const before = everything(profile.database);
  const seen: [string, unknown][] = [];
  for (const [name, create] of rows) seen.push([name, await codeOf(take(create()))]);
  expect(seen).toEqual(rows.map(([name]) => [name, 'invalid']));
  expect(everything(profile.database)).toEqual(before);
});

test('a file that is still written to, or cannot be read, is left alone', async () => {
  const path = make(gajim, gajimRows);
  writeFileSync(`${path}-wal`, createHash('sha256').update('not yet in the file').digest());
  expect(await codeOf(take(path))).toBe('busy');
  mkdirSync(join(folder, 'a folder'));
  expect(await codeOf(take(join(folder, 'a folder')))).toBe('not-allowed');
  expect(await codeOf(take(join(folder, 'not there')))).toBe('not-allowed');
  expect(await codeOf(kindOf(join(folder, 'not there')))).toBe('not-allowed');
});

test('the window asks for a file, and shows what came out of it', async () => {
  const path = make(dino, dinoRows);
  const own = temporaryFolder('foreign-engine');
  const engine = createEngine(
    createTestHost({ profile: own.path, chooseFiles: () => Promise.resolve([path]) }),
  );
  onTestFinished(async () => {
    await engine.stop();
    own.remove();
  });
  const mirror = new Mirror(engine);
  await engine.start();
  expect(await mirror.call('transcript.import', {})).toEqual({ chats: 1, messages: 4 });
  expect([...mirror.accounts.values()].map(({ address }) => address)).toEqual([juliet.address]);
  expect((await mirror.history(romeo)).map(({ text }) => text)).toEqual(
    expected(0).map((row) => (row as unknown[])[2]),
  );
});

// ————— XEP-0227 ———————————————————————————————————————————————————————————————————————————————————————————

const message = (id: string, second: number, from: string, inner: string, type = 'chat'): string =>
  `<result xmlns='urn:xmpp:mam:2' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${new Date((AT + second) * 1_000).toISOString()}'/><message xmlns='jabber:client' from='${from}/x' to='${from === romeo ? juliet.address : romeo}' type='${type}'>${inner}</message></forwarded></result>`;
const archiveOf = (results: string): string =>
  `<?xml version='1.0' encoding='UTF-8'?>
<server-data xmlns='urn:xmpp:pie:0'><host jid='capulet.example'><user name='juliet' password='her secret'>
<query xmlns='jabber:iq:roster'><item jid='${romeo}'/></query>
<archive xmlns='urn:xmpp:pie:0#mam'>${results}</archive></user><user name='nurse'/></host></server-data>`;
const results = [
  message('a1', 0, romeo, '<body>one</body>'),
  message(
    'a2',
    1,
    juliet.address,
    "<body>two &amp; a half</body><origin-id xmlns='urn:xmpp:sid:0' id='m2'/>",
  ),
  message('a3', 2, 'verona@rooms.example', '<body>in a room</body>', 'groupchat'),
  message('a4', 3, romeo, "<body>filler</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>"),
  message('a5', 4, romeo, "<received xmlns='urn:xmpp:receipts' id='m2'/>"),
].join('');
function takeData(text: string | Uint8Array): ReturnType<typeof importServerData> {
  const path = join(folder, 'data.xml');
  writeFileSync(path, text);
  return importServerData(profile, {
    path,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

test('the archives of a server come in, once, and nothing else of it', async () => {
  expect(await takeData(archiveOf(results))).toMatchObject({ chats: 1, messages: 2 });
  expect(await kindOf(join(folder, 'data.xml'))).toBe('xml');
  expect(said()).toEqual([
    [AT * 1_000, romeo, 'one', 'received', 'none'],
    [(AT + 1) * 1_000, juliet.address, 'two & a half', 'sent', 'none'],
  ]);
  expect(listAccounts(profile.database)).toMatchObject([
    { address: juliet.address, password: '', enabled: false },
  ]);
  expect(await takeData(`\uFEFF${archiveOf(results)}`)).toMatchObject({ messages: 0 });
});

test('a large archive is read in pieces, wherever they are cut', async () => {
  const many = Array.from({ length: 700 }, (_, i) =>
    message(`b${String(i)}`, i, romeo, `<body>tale ${String(i)} 日本語😀é</body>`),
  );
  expect(await takeData(archiveOf(many.join('\n')))).toMatchObject({ messages: 700 });
  expect(said().map((row) => (row as unknown[])[2])).toContain('tale 699 日本語😀é');
});

test('malformed, endless or foreign XML is refused, and nothing of it is taken', async () => {
  const whole = archiveOf(results);
  const filler = Array.from({ length: 500 }, (_, i) =>
    message(`c${String(i)}`, i, romeo, '<body>x</body>'),
  ).join('');
  const hostile: [string, string | Uint8Array][] = [
    ['cut off', archiveOf(filler).slice(0, -20)],
    ['another root', '<server-data xmlns="urn:example:other"/>'],
    ['a page', '<!DOCTYPE html><html></html>'],
    ['entities', whole.replace('<server-data', '<!DOCTYPE x [<!ENTITY a "aaaa">]><server-data')],
    ['an unknown reference', whole.replace('one', '&a;')],
    ['crossed tags', archiveOf(`${filler}<result xmlns='urn:xmpp:mam:2'><a></b></result>`)],
    ['no UTF-8', Buffer.from(archiveOf(`${filler}<x>\u00e9</x>`), 'latin1')],
    [
      'a body without end',
      archiveOf(filler + message('d', 1, romeo, `<body>${'x'.repeat(1_100_000)}</body>`)),
    ],
    ['a tag without end', archiveOf(`${filler}<x a='${'x'.repeat(1_200_000)}'/>`)],
    ['very deep', archiveOf(filler + '<x>'.repeat(2_000) + '</x>'.repeat(2_000))],
    ['very deep in a message', archiveOf(message('d', 1, romeo, '<x>'.repeat(500) + '</x>'.repeat(500)))],
    [
      'in several files',
      whole.replace(
        '<host',
        `<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='../../secret.xml'/><host`,
      ),
    ],
  ];
  const before = everything(profile.database);
  const seen: [string, unknown][] = [];
  for (const [name, text] of hostile) seen.push([name, await codeOf(takeData(text))]);
  expect(seen).toEqual(hostile.map(([name]) => [name, 'invalid']));
  expect(everything(profile.database)).toEqual(before);
});
