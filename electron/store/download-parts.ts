/** Pieces of files that were fetched in part, in order. Knows no disk. */
import { prepare, type Database } from './database.ts';

export interface DownloadPart {
  /** Its name in the folder of files, and the key that opens it. */
  readonly name: string;
  readonly key: Uint8Array;
  /** Bytes, as they lie at the other end. */
  readonly size: number;
  readonly validator: string;
}

/** From the beginning on, without a gap. */
export function listParts(database: Database, attachment: number): DownloadPart[] {
  return prepare<[number], DownloadPart>(
    database,
    `SELECT blob AS name, blob_key AS key, size, validator FROM download_parts
     WHERE attachment = ? ORDER BY position`,
  ).all(attachment);
}

export function insertPart(
  database: Database,
  attachment: number,
  position: number,
  part: DownloadPart,
): void {
  prepare<[number, number, string, Uint8Array, number, string]>(
    database,
    `INSERT INTO download_parts (attachment, position, blob, blob_key, size, validator) VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(attachment, position, part.name, part.key, part.size, part.validator);
}

/** Returns whether there were any. */
export function removeParts(database: Database, attachment: number): boolean {
  const sql = 'DELETE FROM download_parts WHERE attachment = ?';
  return prepare<[number]>(database, sql).run(attachment).changes > 0;
}
