/**
 * The folder of files of a profile: encrypted files under random names, which say nothing. It knows which of them are
 * being written; which others belong to a message the database knows, and what belongs to none is removed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobWriter } from './blob.ts';

export interface Unfinished {
  readonly name: string;
  readonly writer: BlobWriter;
}

export class FileFolder {
  readonly #folder: string;
  /** Being written, or written and not in the database yet. */
  readonly #unfinished = new Set<string>();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Begins a file. @throws what the file system says */
  async create(): Promise<Unfinished> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const name = randomBytes(16).toString('hex');
    this.#unfinished.add(name);
    try {
      return { name, writer: await BlobWriter.create(this.pathOf(name)) };
    } catch (error) {
      this.#unfinished.delete(name);
      throw error;
    }
  }

  /** The database knows it from now on. */
  keep({ name }: Unfinished): void {
    this.#unfinished.delete(name);
  }

  /** A file that nobody needs any more; one that is not there is none. */
  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  /** Nothing of it stays. */
  async abandon({ name, writer }: Unfinished): Promise<void> {
    await writer.abandon();
    this.#unfinished.delete(name);
  }

  /**
   * Removes every file that no message has, one sweep after the other.
   * @param listKnown asked after the folder was read: what was finished in between is among them
   */
  sweep(listKnown: () => Pick<ReadonlySet<string>, 'has'>): Promise<void> {
    const sweep = async (): Promise<void> => {
      const names = await readdir(this.#folder).catch(() => [] as string[]); // there is none as long as nobody sent a file
      if (names.length === 0) return;
      const known = listKnown();
      for (const name of names) {
        if (!known.has(name) && !this.#unfinished.has(name)) await rm(this.pathOf(name), { force: true });
      }
    };
    this.#sweeping = this.#sweeping.then(sweep, sweep);
    return this.#sweeping;
  }
}
