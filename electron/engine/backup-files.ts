/**
 * The files of messages in a backup: what is known of each with the keys to it, and its contents when they are wanted. A
 * file that cannot be read any more is cut off there, and the restore knows it by its size and hash. Changes no row.
 */
import type { BackupRecord, FileBackup } from '../../shared/backup.ts';
import { readBlob } from '../files/blob.ts';
import { listBetween, type AttachmentRecord } from '../store/attachments.ts';
import { entryOf } from './export-files.ts';
import type { Profile } from './profile.ts';

/** Bytes in a record: a multiple of three, as base64 has it. */
export const PIECE = 49_152;

/** The files of the messages of a chat between two ids, both included. */
export async function* fileRecords(
  profile: Profile,
  chat: number,
  [first, last]: readonly [number, number],
  withFiles: boolean,
): AsyncGenerator<BackupRecord> {
  for (const record of listBetween(profile.database, chat, first, last)) {
    yield recordOf(record);
    if (withFiles) yield* bytesOf(profile, record);
  }
}

function recordOf(record: AttachmentRecord): FileBackup {
  const { address: _address, ...file } = entryOf(record);
  const { message, address, secret } = record;
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    kind: 'file',
    message,
    file: { ...file, ...(address !== undefined && { address }) },
    ...(secret !== undefined && { secret: { key: encode(secret.key), iv: encode(secret.iv) } }),
  };
}

async function* bytesOf(
  profile: Profile,
  { id, blob, size }: AttachmentRecord,
): AsyncGenerator<BackupRecord> {
  if (blob === undefined || size === undefined) return;
  const { files, host } = profile;
  const place = { path: files.pathOf(blob.name), key: blob.key, size };
  const record = (bytes: Uint8Array): BackupRecord => ({
    kind: 'bytes',
    data: Buffer.from(bytes).toString('base64'),
  });
  let held = Buffer.alloc(0);
  try {
    for await (const part of readBlob(place)) {
      held = Buffer.concat([held, part]);
      for (; held.length >= PIECE; held = held.subarray(PIECE)) yield record(held.subarray(0, PIECE));
    }
  } catch (error) {
    host.log('backup', 'file-damaged', { file: id, error: String(error) });
    return;
  }
  // Of an empty file there is an empty one, or it would not be known that it is in it.
  if (held.length > 0 || size === 0) yield record(held);
}
