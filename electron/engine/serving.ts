/** Files as the window shows them: pieces of those that are here, with the type that their contents have. */
import { readBlob } from '../files/blob.ts';
import { getAttachment } from '../store/attachments.ts';
import type { Profile } from './profile.ts';

/** The most that is read at once, in bytes. */
const MOST = 1_048_576;

export interface Piece {
  /** By the contents, never by what was said of them; absent for what is not shown. */
  readonly type?: string;
  /** Of the whole file, in bytes. */
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Some bytes of a file from a place on; fewer at its end.
 * @returns nothing for a file that is not here
 * @throws BrokenSeal where it is not as it was written; what the file system says
 */
export async function readPiece(
  profile: Profile,
  file: number,
  start: number,
  length: number,
): Promise<Piece | undefined> {
  const record = getAttachment(profile.database, file);
  if (record?.blob === undefined || record.size === undefined) return undefined;
  const { blob, size, mediaType } = record;
  const parts: Buffer[] = [];
  const place = { path: profile.files.pathOf(blob.name), key: blob.key, size };
  for await (const part of readBlob(place, start, start + Math.min(length, MOST))) parts.push(part);
  return {
    ...(mediaType !== undefined && { type: mediaType }),
    size,
    bytes: Uint8Array.from(Buffer.concat(parts)),
  };
}
