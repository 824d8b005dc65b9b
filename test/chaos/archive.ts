/**
 * What is left after a run, read without the programs that were tested: Prosody's archive from its own SQLite file, and
 * a closed profile with the ids that the window is not told.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { closeDatabase, openDatabase, prepare } from '../../electron/store/database.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { child } from '../../electron/xmpp/xml.ts';
import { openKeyring } from '../support/engine.ts';
import type { XmppServer } from '../support/server.ts';

/** The origin ids of the messages in somebody's archive, in the archive's order. Doubled ones are there twice. */
export function archivedOrigins(server: XmppServer, name: string): string[] {
  // The server writes into it while others still talk.
  const database = new DatabaseSync(join(server.folder, 'data', 'archive.sqlite'), {
    readOnly: true,
    timeout: 10_000,
  });
  try {
    const rows = database
      .prepare(
        `SELECT value FROM prosodyarchive WHERE host = ? AND user = ? AND store LIKE 'archive%' ORDER BY sort_id`,
      )
      .all(server.domain, name) as { value: string }[];
    return rows.flatMap(({ value }) => {
      const message = parseStanza(value);
      const origin = message && child(message, 'origin-id', 'urn:xmpp:sid:0')?.attrs['id'];
      return origin ?? [];
    });
  } finally {
    database.close();
  }
}

/** The text of every message that was written on this device, by its origin id. The engine has to be stopped. */
export async function writtenHere(profile: string): Promise<Map<string, string>> {
  const key = await openVault(profile, openKeyring);
  const database = openDatabase(join(profile, DATABASE_FILE), Uint8Array.from(key));
  try {
    const rows = prepare<[], { origin_id: string; text: string }>(
      database,
      'SELECT origin_id, text FROM messages WHERE is_outgoing = 1 AND origin_id IS NOT NULL',
    ).all();
    return new Map(rows.map(({ origin_id: origin, text }) => [origin, text]));
  } finally {
    closeDatabase(database);
  }
}
