/**
 * The files of messages in an export: what a program is told of each, and, when the person wants them, their contents in
 * clear in a folder beside the document. The folder is made for the first of them and goes again when the export fails.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Refusal } from '../../shared/answer.ts';
import type { FileEntry, MessageEntry } from '../../shared/transcript.ts';
import { keptName } from '../files/name.ts';
import { listBetween, type AttachmentRecord } from '../store/attachments.ts';
import { readAddress } from '../xmpp/xep/xep0103.ts';
import { writeCopy } from './clear-copy.ts';
import type { Profile } from './profile.ts';
import { explain } from './target-file.ts';

/** The folder of the files that belong to a document. */
export function folderBeside(document: string): string {
  return join(dirname(document), `${basename(document, extname(document))} files`);
}

export interface FilesOrder {
  /** The document that they belong to. */
  readonly document: string;
  /** Their contents are wanted. */
  readonly isWanted: boolean;
  readonly signal: AbortSignal;
  /** Told how many bytes more are written. */
  readonly onBytes: (bytes: number) => void;
}

export class ExportFiles {
  readonly folder: string;
  readonly #profile: Profile;
  readonly #order: FilesOrder;
  readonly #taken = new Set<string>();
  /** The next number for a name that is taken. */
  readonly #counts = new Map<string, number>();
  #isMade = false;

  /** @throws Refusal `already-there` when there is something in the place of the folder */
  constructor(profile: Profile, order: FilesOrder) {
    this.#profile = profile;
    this.#order = order;
    this.folder = folderBeside(order.document);
    if (order.isWanted && existsSync(this.folder)) throw new Refusal('already-there');
  }

  /** The messages of a page with what is to be told of their files, which are written by then. @throws as `exportChats` */
  async addTo(chat: number, page: readonly MessageEntry[]): Promise<readonly MessageEntry[]> {
    const [first, last] = [page[0], page.at(-1)];
    if (first === undefined || last === undefined) return page;
    const records = listBetween(this.#profile.database, chat, first.id, last.id);
    if (records.length === 0) return page;
    const entries = new Map<number, FileEntry[]>();
    for (const record of records) {
      const file = this.#order.isWanted ? await this.#write(record) : undefined;
      const entry = {
        ...entryOf(record),
        ...(file !== undefined && { file }),
        ...(this.#order.isWanted && file === undefined && { isMissing: true as const }),
      };
      entries.set(record.message, [...(entries.get(record.message) ?? []), entry]);
    }
    return page.map((message) => {
      const files = entries.get(message.id);
      return files === undefined ? message : { ...message, files };
    });
  }

  /** Nothing of it stays. */
  async discard(): Promise<void> {
    if (this.#isMade) await rm(this.folder, { recursive: true, force: true });
  }

  /** Returns the name that it has got; nothing when it is not here. */
  async #write({ name, blob, size }: AttachmentRecord): Promise<string | undefined> {
    const { host, files } = this.#profile;
    const { signal, onBytes } = this.#order;
    if (blob === undefined || size === undefined) return undefined;
    if (!this.#isMade) {
      await mkdir(this.folder, { mode: 0o700 }).catch((error: unknown) => {
        throw explain(error);
      });
      this.#isMade = true;
    }
    const free = this.#freeName(keptName(name));
    const onPiece = (bytes: number): void => {
      if (signal.aborted) throw new Refusal('cancelled');
      onBytes(bytes);
    };
    try {
      const place = { path: files.pathOf(blob.name), key: blob.key, size };
      await writeCopy(join(this.folder, free), host.id(), place, onPiece);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'damaged') throw error;
      host.log('export', 'file-damaged', { error: error.message });
      return undefined; // the others are worth having all the same
    }
    this.#taken.add(foldOf(free));
    return free;
  }

  /** Of two that look the same to a file system, the second has a number. */
  #freeName(name: string): string {
    const ending = extname(name);
    const stem = name.slice(0, name.length - ending.length);
    const key = foldOf(name);
    let free = name;
    // Thousands of files may be called the same.
    for (let count = this.#counts.get(key) ?? 2; this.#taken.has(foldOf(free)); count += 1) {
      free = `${stem} ${String(count)}${ending}`;
      this.#counts.set(key, count + 1);
    }
    return free;
  }
}

/** As the least exact of file systems compares names. */
function foldOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** What an export tells of a file. The keys come in the order of the schema: equal rows are equal bytes. */
export function entryOf(record: AttachmentRecord): FileEntry {
  const { name, mediaType, size, width, height, description, hash, address, secret } = record;
  const place = address === undefined || secret !== undefined ? undefined : readAddress(address);
  const sha256 = hash === undefined ? undefined : Buffer.from(hash, 'base64');
  return {
    name,
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(description !== '' && { description }),
    ...(sha256?.length === 32 && { sha256: sha256.toString('hex') }),
    ...(place !== undefined && { address: place }),
  };
}
