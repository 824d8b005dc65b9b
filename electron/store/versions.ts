/**
 * The words that a message has had, the newest of which it shows, and the end of all of them when it is taken back. Who
 * may change what is the caller's to know.
 */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface Version {
  /** The stanza id of what said so, or what else tells it from the others. */
  readonly key: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly device?: number | undefined;
  readonly trust?: string | undefined;
  readonly isUnstyled?: true | undefined;
  readonly spoiler?: string | undefined;
}

interface Row {
  readonly message: number;
  readonly key: string;
  readonly is_original: number;
  readonly text: string;
  readonly at: number;
  readonly device: number | null;
  readonly trust: string | null;
  readonly is_unstyled: number;
  readonly spoiler: string | null;
}

/** So many are kept of one message, the first and the newest among them. */
const MOST = 100;

/**
 * Who speaks. In a room a name is not enough, because somebody else may have it by now: there whoever is the same is it
 * by whatever name, and of what is known of neither the name says nothing. Our own words are always known as such.
 */
interface Author {
  readonly chat: number;
  readonly sender: string;
  readonly occupant?: string | undefined;
}

/** For a message that is called `m`. */
const IS_AUTHOR = `CASE WHEN m.is_outgoing = 1 OR @occupant IS NULL
  THEN m.sender = @sender AND (m.is_outgoing = 1 OR m.occupant IS NULL) ELSE m.occupant = @occupant END`;

/** A row whose words a correction changes: by its own ids, by those of an earlier correction, or as one itself. */
export function findCorrected(
  database: Database,
  {
    chat,
    sender,
    occupant = null,
    target,
  }: Omit<Author, 'occupant'> & {
    readonly occupant?: string | null | undefined;
    readonly target: string;
  },
): number | undefined {
  const row = prepare<
    [{ chat: number; sender: string; occupant: string | null; target: string }],
    { id: number }
  >(
    database,
    `SELECT id FROM (
       SELECT m.id, 1 AS rank FROM messages m WHERE m.chat = @chat AND m.sender = @sender AND m.origin_id = @target
         AND ${IS_AUTHOR}
       UNION ALL SELECT m.id, 1 FROM messages m WHERE m.chat = @chat AND m.stanza_id = @target AND ${IS_AUTHOR}
       UNION ALL SELECT m.id, 2 FROM message_versions v JOIN messages m ON m.id = v.message
         WHERE v.key = @target AND m.chat = @chat AND ${IS_AUTHOR}
       UNION ALL SELECT m.id, 3 FROM messages m WHERE m.chat = @chat AND m.corrects = @target AND ${IS_AUTHOR})
     ORDER BY rank, id DESC LIMIT 1`,
  ).get({ chat, sender, occupant, target });
  return row?.id;
}

/** The corrections that stand for themselves because this message was not there. */
export function listCorrecting(
  database: Database,
  message: Author & { readonly id: number },
  ids: readonly (string | undefined)[],
): number[] {
  const { id: own, chat, sender, occupant = null } = message;
  const found = [...new Set(ids)].flatMap((target) =>
    target === undefined
      ? []
      : prepare<[Record<string, string | number | null>], { id: number }>(
          database,
          `SELECT m.id FROM messages m WHERE m.chat = @chat AND m.corrects = @target AND m.id <> @own AND ${IS_AUTHOR}
           ORDER BY m.id`,
        ).all({ own, chat, sender, occupant, target }),
  );
  return found.map(({ id }) => id);
}

/** It is a message like any other from now on. */
export function standAlone(database: Database, message: number): void {
  prepare<[number]>(database, 'UPDATE messages SET corrects = NULL WHERE id = ?').run(message);
}

/** The versions of a message, the oldest first; none when it was never corrected. */
export function listVersions(database: Database, message: number): Version[] {
  return prepare<[number], Row>(
    database,
    'SELECT * FROM message_versions WHERE message = ? AND is_void = 0 ORDER BY is_original DESC, at, key',
  )
    .all(message)
    .map(({ key, text, at, device, trust, is_unstyled, spoiler }) => ({
      key,
      text,
      at,
      ...(device !== null && { device }),
      ...(trust !== null && { trust }),
      ...(is_unstyled !== 0 && { isUnstyled: true as const }),
      ...(spoiler !== null && { spoiler }),
    }));
}

/** The words of a version, whether or not they got to anybody. */
export function getVersion(database: Database, message: number, key: string): { text: string } | undefined {
  const sql = 'SELECT text FROM message_versions WHERE message = ? AND key = ?';
  return prepare<[number, string], { text: string }>(database, sql).get(message, key);
}

/** The message that has a version of this key in a chat. */
export function findByVersion(database: Database, chat: number, key: string): number | undefined {
  return prepare<[string, number], { id: number }>(
    database,
    'SELECT m.id FROM message_versions v JOIN messages m ON m.id = v.message WHERE v.key = ? AND m.chat = ?',
  ).get(key, chat)?.id;
}

/**
 * Adds other words to a message and shows the newest. Times may be whole seconds, within which the order of arrival
 * counts.
 * @param isLate arrival is in the opposite order
 * @returns false when they are known
 */
export function addVersion(database: Database, message: number, version: Version, isLate = false): boolean {
  if (getVersion(database, message, version.key) !== undefined) return false;
  keepOriginal(database, message);
  insert(database, message, { ...version, at: freeTime(database, message, version.at, isLate) }, false);
  prepare<[{ message: number; most: number }]>(
    database,
    `DELETE FROM message_versions WHERE message = @message AND is_original = 0 AND key IN (
       SELECT key FROM message_versions WHERE message = @message AND is_original = 0
       ORDER BY at DESC, key LIMIT -1 OFFSET @most)`,
  ).run({ message, most: MOST });
  showNewest(database, message);
  return true;
}

/** Takes a version out, as if it had never been. */
export function removeVersion(database: Database, message: number, key: string): void {
  prepare<[number, string]>(database, 'DELETE FROM message_versions WHERE message = ? AND key = ?').run(
    message,
    key,
  );
  showNewest(database, message);
}

/** It never got to anybody: the words before it count again. */
export function voidVersion(database: Database, message: number, key: string): void {
  prepare<[number, string]>(
    database,
    'UPDATE message_versions SET is_void = 1 WHERE message = ? AND key = ? AND is_original = 0',
  ).run(message, key);
  showNewest(database, message);
}

/** The words of a message as it came, while it was corrected; undefined when it never was. */
export function originalText(database: Database, message: number): string | undefined {
  const sql = 'SELECT text FROM message_versions WHERE message = ? AND is_original = 1';
  return prepare<[number], { text: string }>(database, sql).get(message)?.text;
}

/** Nothing of what it said is left: no words, no files, no feelings about it, no quotes. */
export function erase(database: Database, message: number, at: number): void {
  const step = (sql: string): void => {
    prepare<[number]>(database, sql).run(message);
  };
  step('DELETE FROM message_versions WHERE message = ?');
  step('DELETE FROM attachments WHERE message = ?');
  step('DELETE FROM reactions WHERE message = ?');
  step('UPDATE messages SET reply_quote = NULL WHERE reply_message = ?');
  step('UPDATE chats SET draft_reply = NULL WHERE draft_reply = ?');
  prepare<[number, number]>(
    database,
    `UPDATE messages SET text = '', traits = '', unreadable = NULL, is_unstyled = 0, spoiler = NULL, reply_id = NULL,
       reply_author = NULL, reply_quote = NULL, reply_message = NULL, edited_at = NULL, retraction_asked = NULL,
       retracted_at = ? WHERE id = ?`,
  ).run(Math.floor(at), message);
}

/** Somebody asked for the end of it in a way that nobody can trust. */
export function noteAsked(database: Database, message: number, at: number): void {
  prepare<[number, number]>(
    database,
    'UPDATE messages SET retraction_asked = min(coalesce(retraction_asked, 9e15), ?) WHERE id = ?',
  ).run(Math.floor(at), message);
}

/** A change of ours to one of our messages, by the id of the stanza that says it. */
export interface OwnChange {
  readonly kind: 'correction' | 'retraction';
  /** Absent: our server has it. */
  readonly state?: 'waiting' | 'failed';
  readonly failure?: string;
}

export function setChange(database: Database, message: number, key: string, change: OwnChange): void {
  prepare<[string, string, number]>(
    database,
    'UPDATE messages SET change_id = ?, change = ? WHERE id = ?',
  ).run(key, JSON.stringify(change), message);
}

/** The message whose last change this stanza says. */
export function findByChange(database: Database, chat: number, key: string): number | undefined {
  const sql = 'SELECT id FROM messages WHERE chat = ? AND change_id = ?';
  return prepare<[number, string], { id: number }>(database, sql).get(chat, key)?.id;
}

/** Answers to the one answer the other from now on. */
export function moveAnswers(database: Database, from: number, to: number): void {
  prepare<[number, number]>(database, 'UPDATE messages SET reply_message = ? WHERE reply_message = ?').run(
    to,
    from,
  );
}

function keepOriginal(database: Database, message: number): void {
  prepare<[number]>(
    database,
    `INSERT INTO message_versions (message, key, is_original, text, at, device, trust, is_unstyled, spoiler)
     SELECT id, coalesce(stanza_id, origin_id, ''), 1, text, id / 1000, device, trust, is_unstyled, spoiler
     FROM messages WHERE id = ? ON CONFLICT DO NOTHING`,
  ).run(message);
}

function insert(database: Database, message: number, version: Version, isOriginal: boolean): void {
  prepare<[Row]>(
    database,
    `INSERT INTO message_versions (message, key, is_original, text, at, device, trust, is_unstyled, spoiler)
     VALUES (@message, @key, @is_original, @text, @at, @device, @trust, @is_unstyled, @spoiler)`,
  ).run({
    message,
    key: version.key,
    is_original: flag(isOriginal),
    text: version.text,
    at: version.at,
    device: version.device ?? null,
    trust: version.trust ?? null,
    is_unstyled: flag(version.isUnstyled === true),
    spoiler: version.spoiler ?? null,
  });
}

/** A time of its own in the second that is given whole, before or behind the others in it. */
function freeTime(database: Database, message: number, at: number, isLate: boolean): number {
  const time = Math.floor(at);
  const second = Math.floor(time / 1_000) * 1_000;
  const others = prepare<[number, number, number], { first: number | null; last: number | null }>(
    database,
    `SELECT min(at) AS first, max(at) AS last FROM message_versions
     WHERE message = ? AND is_original = 0 AND at BETWEEN ? AND ?`,
  ).get(message, time === second ? second - 500 : time, time === second ? second + 999 : time);
  if (others?.first == null || others.last == null) return time;
  return isLate ? others.first - 1 : others.last + 1;
}

function showNewest(database: Database, message: number): void {
  prepare<[{ message: number }]>(
    database,
    `UPDATE messages SET (text, device, trust, is_unstyled, spoiler, edited_at) =
       (SELECT text, device, trust, is_unstyled, spoiler, CASE is_original WHEN 1 THEN NULL ELSE at END
        FROM message_versions WHERE message = @message AND is_void = 0 ORDER BY is_original, at DESC, key DESC LIMIT 1)
     WHERE id = @message AND EXISTS (SELECT 1 FROM message_versions WHERE message = @message)`,
  ).run({ message });
}
