/** Files and pictures of people as the window shows them: pieces of those that are here, with the type that their contents have. */
import { readBlob } from '../files/blob.ts';
import { getAttachment } from '../store/attachments.ts';
import { getPicture } from '../store/pictures.ts';
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

/** What is shown: the number of a file, or the hash of a person's picture. */
export type Shown = number | string;

/**
 * Some bytes of a file from a place on; fewer at its end.
 * @returns nothing for a file that is not here
 * @throws BrokenSeal where it is not as it was written; what the file system says
 */
export async function readPiece(
  profile: Profile,
  file: Shown,
  start: number,
  length: number,
): Promise<Piece | undefined> {
  if (typeof file === 'string') return readPicture(profile, file, start, length);
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

function readPicture(profile: Profile, hash: string, start: number, length: number): Piece | undefined {
  const picture = getPicture(profile.database, hash);
  if (picture === undefined) return undefined;
  const { type, bytes } = picture;
  return { type, size: bytes.length, bytes: Uint8Array.from(bytes.subarray(start, start + length)) };
}
