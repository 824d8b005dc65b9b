/** The files of messages: what is known of each, where it lies, and the keys to it. Knows no disk and no network. */
import { fileFailures, type FileFailure } from '../../shared/contract.ts';
import { flag, oneOf } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { hiddenUpTo } from './deletions.ts';

const states = ['sending', 'offered', 'here'] as const;

/** A key and an initialisation vector of AES-GCM. */
export interface Secret {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

export interface AttachmentRecord {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly message: number;
  readonly isOutgoing: boolean;
  readonly name: string;
  /** By its contents when it is here, else as it is said to be. */
  readonly mediaType?: string;
  /** Of the contents, in bytes. */
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  /** Of a sound or film, in milliseconds: as it is said to be, or as it was measured. */
  readonly length?: number;
  /** How loud a sound is from its beginning to its end, each from 0 to 255. */
  readonly peaks?: Uint8Array;
  /** A `data:` address of a tiny picture of it. */
  readonly thumbnail?: string;
  readonly description: string;
  /** SHA-256 of the contents, base64. */
  readonly hash?: string;
  readonly state: (typeof states)[number];
  readonly failure?: FileFailure;
  /** Its name in the folder of files, and the key that opens it. */
  readonly blob?: { readonly name: string; readonly key: Uint8Array };
  /** Where it lies for others. */
  readonly address?: string;
  /** Opens what lies there; absent when it lies there as it is. */
  readonly secret?: Secret;
  /** A message that leaves behind this one. */
  readonly follower?: number;
}

export type NewAttachment = Omit<AttachmentRecord, 'id' | 'chat' | 'isOutgoing'>;

interface Row {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly message: number;
  readonly is_outgoing: number;
  readonly name: string;
  readonly media_type: string | null;
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly length: number | null;
  readonly peaks: Uint8Array | null;
  readonly thumbnail: string | null;
  readonly description: string;
  readonly hash: string | null;
  readonly state: string;
  readonly failure: string | null;
  readonly blob: string | null;
  readonly blob_key: Uint8Array | null;
  readonly address: string | null;
  readonly wire_key: Uint8Array | null;
  readonly wire_iv: Uint8Array | null;
  readonly follower: number | null;
}

const SELECT = 'SELECT a.*, m.chat, m.is_outgoing FROM attachments a JOIN messages m ON m.id = a.message';

/** Adds a file to a message. Returns its id; ids grow and are never used again. */
export function insertAttachment(database: Database, file: NewAttachment): number {
  const result = prepare<[Omit<Row, 'id' | 'chat' | 'is_outgoing'>]>(
    database,
    `INSERT INTO attachments (account, message, name, media_type, size, width, height, length, peaks, thumbnail,
       description, hash, state, failure, blob, blob_key, address, wire_key, wire_iv, follower)
     VALUES (@account, @message, @name, @media_type, @size, @width, @height, @length, @peaks, @thumbnail,
       @description, @hash, @state, @failure, @blob, @blob_key, @address, @wire_key, @wire_iv, @follower)`,
  ).run({
    account: file.account,
    message: file.message,
    name: file.name,
    media_type: file.mediaType ?? null,
    size: file.size ?? null,
    width: file.width ?? null,
    height: file.height ?? null,
    length: file.length ?? null,
    peaks: file.peaks ?? null,
    thumbnail: file.thumbnail ?? null,
    description: file.description,
    hash: file.hash ?? null,
    state: file.state,
    failure: file.failure ?? null,
    blob: file.blob?.name ?? null,
    blob_key: file.blob?.key ?? null,
    address: file.address ?? null,
    wire_key: file.secret?.key ?? null,
    wire_iv: file.secret?.iv ?? null,
    follower: file.follower ?? null,
  });
  return Number(result.lastInsertRowid);
}

export function getAttachment(database: Database, id: number): AttachmentRecord | undefined {
  const row = prepare<[number], Row>(database, `${SELECT} WHERE a.id = ?`).get(id);
  return row && readAttachment(row);
}

/** A file of ours that others fetch from us, by how its address ends. */
export function getPublished(
  database: Database,
  account: number,
  ending: string,
): AttachmentRecord | undefined {
  const row = prepare<[{ account: number; ending: string }], Row>(
    database,
    `${SELECT} WHERE a.account = @account AND m.is_outgoing = 1 AND a.address LIKE 'xmpp:%'
       AND substr(a.address, -length(@ending)) = @ending`,
  ).get({ account, ending });
  return row && readAttachment(row);
}

/** The files of a message, in the order in which they were added. */
export function listOfMessage(database: Database, message: number): AttachmentRecord[] {
  return prepare<[number], Row>(database, `${SELECT} WHERE a.message = ? ORDER BY a.id`)
    .all(message)
    .map(readAttachment);
}

/** The files of the messages of a chat between two ids, both included. */
export function listBetween(
  database: Database,
  chat: number,
  first: number,
  last: number,
): AttachmentRecord[] {
  return prepare<[number, number, number], Row>(
    database,
    `${SELECT} WHERE m.chat = ? AND m.id BETWEEN ? AND ? ORDER BY a.message, a.id`,
  )
    .all(chat, first, last)
    .map(readAttachment);
}

/**
 * The pictures of a chat, or its other files, the newest message first: those of messages before `before` (a message's
 * id), of hidden ones none.
 */
export function listOfChat(
  database: Database,
  chat: number,
  { isPicture, before, limit }: { isPicture: boolean; before: number; limit: number },
): AttachmentRecord[] {
  return prepare<[number, number, number, number, number], Row>(
    database,
    `${SELECT} WHERE m.chat = ? AND m.id > ? AND m.id < ?
       AND coalesce(a.media_type LIKE 'image/%', 0) = ? ORDER BY a.message DESC, a.id DESC LIMIT ?`,
  )
    .all(chat, hiddenUpTo(database, chat), before, flag(isPicture), limit)
    .map(readAttachment);
}

/** What an account has to upload, in the order in which it was said; what failed waits for the person. */
export function listSending(database: Database, account: number): AttachmentRecord[] {
  return prepare<[number], Row>(
    database,
    `${SELECT} WHERE a.account = ? AND a.state = 'sending' AND a.failure IS NULL ORDER BY a.id`,
  )
    .all(account)
    .map(readAttachment);
}

/** True while a file of this message has still to be uploaded. */
export function isSending(database: Database, message: number): boolean {
  const sql = `SELECT 1 FROM attachments WHERE message = ? AND state = 'sending' LIMIT 1`;
  return prepare<[number]>(database, sql).get(message) !== undefined;
}

/** Sets why a file did not get where it should; nothing forgets that. */
export function setFailure(database: Database, id: number, failure: FileFailure | undefined): void {
  prepare<[string | null, number]>(database, 'UPDATE attachments SET failure = ? WHERE id = ?').run(
    failure ?? null,
    id,
  );
}

/** How it is encrypted for others from now on; with nothing it is not. Whatever was uploaded before is void. */
export function setSecret(database: Database, id: number, secret: Secret | undefined): void {
  prepare<[Uint8Array | null, Uint8Array | null, number]>(
    database,
    `UPDATE attachments SET wire_key = ?, wire_iv = ?, address = NULL, state = 'sending' WHERE id = ?`,
  ).run(secret?.key ?? null, secret?.iv ?? null, id);
}

/** It lies there for others. */
export function setUploaded(database: Database, id: number, address: string): void {
  prepare<[string, number]>(
    database,
    `UPDATE attachments SET address = ?, state = 'here', failure = NULL WHERE id = ?`,
  ).run(address, id);
}

/** How it sounds, as the window measured. */
export function setSound(database: Database, id: number, sound: { length: number; peaks: Uint8Array }): void {
  prepare<[number, Uint8Array, number]>(
    database,
    'UPDATE attachments SET length = ?, peaks = ? WHERE id = ?',
  ).run(sound.length, sound.peaks, id);
}

/** How large it is, as its place says. */
export function setSize(database: Database, id: number, size: number): void {
  prepare<[number, number]>(database, 'UPDATE attachments SET size = ? WHERE id = ?').run(size, id);
}

/** What is known of a file once it is here. */
export interface Contents {
  readonly blob: { readonly name: string; readonly key: Uint8Array };
  readonly size: number;
  readonly hash: string;
  readonly mediaType?: string;
  readonly width?: number;
  readonly height?: number;
}

/** It was fetched, and is what was sent. */
export function setFetched(database: Database, id: number, contents: Contents): void {
  prepare<[Record<string, string | number | Uint8Array | null>]>(
    database,
    `UPDATE attachments SET blob = @blob, blob_key = @key, size = @size, hash = @hash, media_type = @type,
       width = @width, height = @height, state = 'here', failure = NULL WHERE id = @id`,
  ).run({
    id,
    blob: contents.blob.name,
    key: contents.blob.key,
    size: contents.size,
    hash: contents.hash,
    type: contents.mediaType ?? null,
    width: contents.width ?? null,
    height: contents.height ?? null,
  });
}

/** Nothing of a chat is uploaded any more: what it still had to send is forgotten. */
export function removeSending(database: Database, chat: number): void {
  prepare<[{ chat: number }]>(
    database,
    `DELETE FROM attachments WHERE account = (SELECT account FROM chats WHERE id = @chat) AND state = 'sending'
       AND (SELECT chat FROM messages WHERE id = message) = @chat`,
  ).run({ chat });
}

/** The messages of a chat behind `upTo` (a message id) that wait for a file of one up to there. */
export function listFollowers(database: Database, chat: number, upTo: number): number[] {
  return prepare<[{ chat: number; upTo: number }], { follower: number }>(
    database,
    `SELECT a.follower FROM attachments a JOIN messages m ON m.id = a.message
     WHERE a.follower > @upTo AND a.state = 'sending' AND m.chat = @chat AND m.id <= @upTo ORDER BY a.follower`,
  )
    .all({ chat, upTo })
    .map(({ follower }) => follower);
}

/** The files that are here, of a chat or of all, and their bytes. */
export function measureHere(database: Database, chat?: number): { files: number; bytes: number } {
  const sql = `SELECT count(*) AS files, coalesce(sum(a.size), 0) AS bytes FROM attachments a
     JOIN messages m ON m.id = a.message LEFT JOIN deletions d ON d.chat = m.chat
     WHERE a.blob IS NOT NULL AND m.id > coalesce(d.up_to, 0) AND (@chat IS NULL OR m.chat = @chat)`;
  const row = prepare<[{ chat: number | null }], { files: number; bytes: number }>(database, sql).get({
    chat: chat ?? null,
  });
  return row ?? { files: 0, bytes: 0 };
}

/** The names of all files that the database knows, in the folder of files, those in pieces as well. */
export function listBlobs(database: Database): Set<string> {
  const rows = prepare<[], { blob: string }>(
    database,
    'SELECT blob FROM attachments WHERE blob IS NOT NULL UNION ALL SELECT blob FROM download_parts',
  ).all();
  return new Set(rows.map(({ blob }) => blob));
}

function readAttachment(row: Row): AttachmentRecord {
  return {
    id: row.id,
    account: row.account,
    chat: row.chat,
    message: row.message,
    isOutgoing: row.is_outgoing !== 0,
    name: row.name,
    ...(row.media_type !== null && { mediaType: row.media_type }),
    ...(row.size !== null && { size: row.size }),
    ...(row.width !== null && { width: row.width }),
    ...(row.height !== null && { height: row.height }),
    ...(row.length !== null && { length: row.length }),
    ...(row.peaks !== null && { peaks: row.peaks }),
    ...(row.thumbnail !== null && { thumbnail: row.thumbnail }),
    description: row.description,
    ...(row.hash !== null && { hash: row.hash }),
    state: oneOf(states, row.state, 'offered'),
    ...(row.failure !== null && { failure: oneOf(fileFailures, row.failure, 'unreachable') }),
    ...(row.blob !== null && row.blob_key !== null && { blob: { name: row.blob, key: row.blob_key } }),
    ...(row.address !== null && { address: row.address }),
    ...(row.wire_key !== null && row.wire_iv !== null && { secret: { key: row.wire_key, iv: row.wire_iv } }),
    ...(row.follower !== null && { follower: row.follower }),
  };
}
