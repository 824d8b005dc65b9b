/** The folders that a person made, in their order, and which chats are in them. */
import { prepare, type Database } from './database.ts';

export interface FolderRecord {
  readonly id: number;
  readonly name: string;
}

/** A folder as an export tells of it. */
export interface NamedFolder {
  readonly name: string;
  readonly place: number;
}

/** For a SELECT in which `chats` is called `c`: a JSON list of ids. */
export const FOLDERS = '(SELECT json_group_array(folder) FROM chat_folders WHERE chat = c.id) AS folders';

export function readFolders(json: string): { folders?: readonly number[] } {
  if (json === '[]') return {};
  return { folders: JSON.parse(json) as number[] }; // our own statement wrote it, from integers
}

export function listFolders(database: Database): FolderRecord[] {
  return prepare<[], FolderRecord>(database, 'SELECT id, name FROM folders ORDER BY place, id').all();
}

/** Adds one behind the others. Returns its id. @throws SQLITE_CONSTRAINT_UNIQUE when there is one of that name */
export function addFolder(database: Database, name: string): number {
  const sql =
    'INSERT INTO folders (name, place) VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM folders))';
  return Number(prepare<[string]>(database, sql).run(name).lastInsertRowid);
}

/** @throws SQLITE_CONSTRAINT_UNIQUE when there is one of that name */
export function renameFolder(database: Database, folder: number, name: string): void {
  prepare<[string, number]>(database, 'UPDATE folders SET name = ? WHERE id = ?').run(name, folder);
}

/** The chats stay. */
export function removeFolder(database: Database, folder: number): void {
  prepare<[number]>(database, 'DELETE FROM folders WHERE id = ?').run(folder);
}

/** Those that are not named come behind the others. */
export function orderFolders(database: Database, ids: readonly number[]): void {
  const rest = listFolders(database).filter(({ id }) => !ids.includes(id));
  const move = prepare<[number, number]>(database, 'UPDATE folders SET place = ? WHERE id = ?');
  for (const [index, id] of [...ids, ...rest.map((each) => each.id)].entries()) move.run(index + 1, id);
}

export function putIntoFolder(database: Database, chat: number, folder: number): void {
  const sql = 'INSERT OR IGNORE INTO chat_folders (chat, folder) VALUES (?, ?)';
  prepare<[number, number]>(database, sql).run(chat, folder);
}

export function takeOutOfFolder(database: Database, chat: number, folder: number): void {
  prepare<[number, number]>(database, 'DELETE FROM chat_folders WHERE chat = ? AND folder = ?').run(
    chat,
    folder,
  );
}

/** The chats in a folder. */
export function chatsIn(database: Database, folder: number): number[] {
  return prepare<[number], { chat: number }>(database, 'SELECT chat FROM chat_folders WHERE folder = ?')
    .all(folder)
    .map(({ chat }) => chat);
}

export function takeOutOfAll(database: Database, chat: number): void {
  prepare<[number]>(database, 'DELETE FROM chat_folders WHERE chat = ?').run(chat);
}

/** In which folders a chat is, for an export. */
export function foldersOf(database: Database, chat: number): NamedFolder[] {
  return prepare<[number], NamedFolder>(
    database,
    `SELECT f.name, f.place FROM chat_folders c JOIN folders f ON f.id = c.folder WHERE c.chat = ?
     ORDER BY f.place, f.id`,
  ).all(chat);
}

/** Puts a chat also where a file says that it was; folders are known by their names. */
export function mergeFolders(database: Database, chat: number, folders: readonly NamedFolder[]): void {
  const add = prepare<[string, number]>(
    database,
    'INSERT INTO folders (name, place) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
  );
  for (const { name, place } of folders) {
    add.run(name, place);
    const sql = 'SELECT id FROM folders WHERE name = ?';
    const folder = prepare<[string], { id: number }>(database, sql).get(name);
    if (folder !== undefined) putIntoFolder(database, chat, folder.id);
  }
}
