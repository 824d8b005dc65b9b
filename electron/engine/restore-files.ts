/**
 * The contents of files out of a backup: each is encrypted anew, under another key and name, and belongs to its message
 * once it is whole and what the backup says. What is not, is known by its name only; no message is lost for it.
 */
import type { Unfinished } from '../files/folder.ts';
import { setFetched } from '../store/attachments.ts';
import { contentsOf } from './download.ts';
import type { Profile } from './profile.ts';

/** A file whose contents may follow. */
export interface Expected {
  readonly attachment: number;
  readonly size: number;
  readonly sha256: string;
}

export class RestoreFiles {
  readonly #profile: Profile;
  #expected: Expected | undefined;
  #unfinished: Unfinished | undefined;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** The contents of this one follow; of none, when nothing is known of it or it is here already. */
  async expect(file: Expected | undefined): Promise<void> {
    await this.finish();
    this.#expected = file;
  }

  /** @throws what the file system says */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#expected === undefined) return;
    this.#unfinished ??= await this.#profile.files.create();
    const { writer } = this.#unfinished;
    if (writer.size + bytes.length > this.#expected.size) await this.discard();
    else await writer.write(bytes);
  }

  /** What was written so far is all of it. @throws what the file system says */
  async finish(): Promise<void> {
    const [expected, unfinished] = [this.#expected, this.#unfinished];
    if (expected === undefined || unfinished === undefined) return;
    const { database, files, host } = this.#profile;
    const written = await unfinished.writer.finish();
    if (written.size !== expected.size || written.hash.toString('hex') !== expected.sha256) {
      host.log('restore', 'file-damaged', { file: expected.attachment });
      await this.discard();
      return;
    }
    this.#profile.commit(() => {
      setFetched(database, expected.attachment, contentsOf(unfinished, written));
    });
    this.#profile.settle();
    files.keep(unfinished);
    [this.#expected, this.#unfinished] = [undefined, undefined];
  }

  /** Nothing of the one that is under way stays. */
  async discard(): Promise<void> {
    const unfinished = this.#unfinished;
    [this.#expected, this.#unfinished] = [undefined, undefined];
    if (unfinished !== undefined) await this.#profile.files.abandon(unfinished);
  }
}
