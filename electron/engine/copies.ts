/**
 * Copies of files that the person asked for, outside the profile: written in clear where they said, and remembered until
 * the program ends, so that one can be opened or shown. A program is never opened without saying what it is.
 */
import { existsSync } from 'node:fs';
import { Refusal } from '../../shared/answer.ts';
import type { Blob } from '../files/blob.ts';
import { isRisky } from '../files/name.ts';
import type { AttachmentRecord } from '../store/attachments.ts';
import { writeCopy } from './clear-copy.ts';
import type { Household } from './engine.ts';
import type { FileErrand } from './file-errand.ts';
import type { Profile } from './profile.ts';

export class Copies {
  readonly #house: Household;
  readonly #errand: FileErrand;
  readonly #paths = new Map<number, string>();

  constructor(house: Household, errand: FileErrand) {
    this.#house = house;
    this.#errand = errand;
  }

  /** @throws Refusal `too-late` when it is not here, `cancelled`, `busy`, `damaged`, `storage`, `not-allowed` */
  async save(record: AttachmentRecord): Promise<string> {
    const { host } = this.#house;
    const profile = this.#house.profile();
    const blob = blobOf(profile, record);
    return this.#errand.withFile({ kind: 'save', name: record.name }, async (path, signal) => {
      await writeCopy(path, host.id(), blob, () => signal.throwIfAborted());
      this.#paths.set(record.id, path);
      return path;
    });
  }

  /** @throws as `save`; Refusal `forbidden` for what may be a program, unless the person is sure */
  async open(record: AttachmentRecord, isSure: boolean): Promise<void> {
    if (isRisky(record.name) && !isSure) throw new Refusal('forbidden', 'it may be a program');
    this.#house.host.desktop?.('open', await this.#copyOf(record));
  }

  /** @throws as `save` */
  async reveal(record: AttachmentRecord): Promise<void> {
    this.#house.host.desktop?.('reveal', await this.#copyOf(record));
  }

  async #copyOf(record: AttachmentRecord): Promise<string> {
    const known = this.#paths.get(record.id);
    return known !== undefined && existsSync(known) ? known : await this.save(record);
  }
}

/** Where a file lies in the profile. @throws Refusal `too-late` when it is not here */
export function blobOf(profile: Profile, { blob, size }: AttachmentRecord): Blob {
  if (blob === undefined || size === undefined) throw new Refusal('too-late');
  return { path: profile.files.pathOf(blob.name), key: blob.key, size };
}
