/**
 * The files that an export tells of: their rows, and what lies in the folder beside it. Nothing of that is believed: a
 * file is taken only from that folder, and only when it is what the export says. What is not there is known by its name.
 */
import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../shared/answer.ts';
import type { FileEntry, MessageEntry } from '../../shared/transcript.ts';
import { expectedType } from '../files/kind.ts';
import { keptName } from '../files/name.ts';
import { insertAttachment, setFetched, type Secret } from '../store/attachments.ts';
import { readAddress } from '../xmpp/xep/xep0103.ts';
import { contentsOf } from './download.ts';
import { folderBeside } from './export-files.ts';
import type { Profile } from './profile.ts';
import { explain } from './target-file.ts';

/** Bytes read at once. */
const PIECE = 65_536;

/** A file to be looked for. */
interface Sought {
  readonly attachment: number;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** Adds the row of a file that is not here. Runs inside a transaction. Returns its id. */
export function insertFileEntry(
  { database }: Profile,
  place: { readonly account: number; readonly message: number },
  entry: FileEntry,
  secret?: Secret,
): number {
  const { size, width, height, description = '', sha256 } = entry;
  const name = keptName(entry.name);
  const address = entry.address === undefined ? undefined : readAddress(entry.address);
  const mediaType = expectedType(entry.mediaType, '');
  return insertAttachment(database, {
    ...place,
    name,
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
    ...(width !== undefined && height !== undefined && { width, height }),
    description,
    ...(sha256 !== undefined && { hash: Buffer.from(sha256, 'hex').toString('base64') }),
    state: 'offered',
    ...(address === undefined ? { failure: 'gone' as const } : { address, ...(secret && { secret }) }),
  });
}

export class ImportFiles {
  readonly #profile: Profile;
  readonly #folder: string;
  #sought: Sought[] = [];

  /** @param document the export */
  constructor(profile: Profile, document: string) {
    this.#profile = profile;
    this.#folder = folderBeside(document);
  }

  /** The rows of a message's files. Runs inside a transaction. */
  insert(account: number, { id: message, files = [] }: MessageEntry): void {
    for (const entry of files) {
      const attachment = insertFileEntry(this.#profile, { account, message }, entry);
      const { file: name, size, sha256 } = entry;
      // A name that leads elsewhere is none that an export has.
      if (name === undefined || name !== keptName(name) || size === undefined || sha256 === undefined)
        continue;
      this.#sought.push({ attachment, name, size, sha256 });
    }
  }

  /** A transaction was undone: its files are not looked for. */
  mark(): number {
    return this.#sought.length;
  }
  backTo(mark: number): void {
    this.#sought.length = mark;
  }

  /** Takes in what is there. @throws Refusal `cancelled`, `storage` */
  async take(signal: AbortSignal): Promise<void> {
    const sought = this.#sought;
    this.#sought = [];
    const isThere = await lstat(this.#folder).then(
      (found) => found.isDirectory(), // and no link to one
      () => false,
    );
    if (!isThere) return;
    for (const each of sought) await this.#takeOne(each, signal);
  }

  async #takeOne({ attachment, name, size, sha256 }: Sought, signal: AbortSignal): Promise<void> {
    const { database, files } = this.#profile;
    const file = await openPlain(join(this.#folder, name), size);
    if (file === undefined) return;
    const unfinished = await files.create().catch(async (error: unknown) => {
      await file.close();
      throw explain(error);
    });
    let isKept = false;
    try {
      for await (const piece of piecesOf(file, size)) {
        if (signal.aborted) throw new Refusal('cancelled');
        await unfinished.writer.write(piece);
      }
      const written = await unfinished.writer.finish();
      if (written.size !== size || written.hash.toString('hex') !== sha256) return;
      this.#profile.commit(() => {
        setFetched(database, attachment, contentsOf(unfinished, written));
      });
      this.#profile.settle();
      files.keep(unfinished);
      isKept = true;
    } catch (error) {
      throw explain(error);
    } finally {
      await file.close();
      if (!isKept) await files.abandon(unfinished);
    }
  }
}

/** A file of this size, and no link, device or pipe that only looks like one. */
async function openPlain(path: string, size: number): Promise<FileHandle | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== size) return undefined;
  // Windows has not the last two, and to leave them out is what `undefined` does here.
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
}

/** What is in it, up to `size`; less where it cannot be read. */
async function* piecesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE);
  for (let done = 0; done < size;) {
    const length = Math.min(PIECE, size - done);
    const bytesRead = await file.read(piece, 0, length, done).then(
      (read) => read.bytesRead,
      () => 0,
    );
    if (bytesRead === 0) return;
    done += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}
