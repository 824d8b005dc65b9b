/** The pictures that people show, each once however many show it, by the SHA-1 of what was published. */
import { prepare, type Database } from './database.ts';

export interface PictureRecord {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export function getPicture(database: Database, hash: string): PictureRecord | undefined {
  const sql = 'SELECT type, bytes FROM pictures WHERE hash = ?';
  return prepare<[string], PictureRecord>(database, sql).get(hash);
}

export function putPicture(database: Database, hash: string, { type, bytes }: PictureRecord): void {
  prepare<[string, string, Uint8Array]>(
    database,
    'INSERT INTO pictures (hash, type, bytes) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING',
  ).run(hash, type, bytes);
}
