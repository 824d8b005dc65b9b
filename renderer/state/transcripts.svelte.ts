/** Exporting and importing, backing up and restoring: whether one is under way, and how far it is. The engine asks for the file. */
import type { Change, Output } from '../../shared/contract.ts';
import { Refused, type Call } from './call.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export class Transcripts {
  readonly #call: Call;
  #progress = $state.raw<Progress>();
  #isBusy = $state(false);

  constructor(call: Call) {
    this.#call = call;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** Nothing until the first is written or read. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  apply(change: Change): void {
    if (change.put === 'progress' && this.#isBusy)
      this.#progress = { done: change.done, total: change.total };
  }

  /** @returns how many messages were written; nothing when the person changed their mind. */
  async export(format: 'json' | 'html', chat?: number, withFiles = false): Promise<number | undefined> {
    const done = this.#call('transcript.export', {
      format,
      ...(chat !== undefined && { chat }),
      ...(withFiles && { withFiles }),
    });
    return (await this.#follow(done))?.messages;
  }

  /** The files that are here, of a chat or of all. */
  measureFiles(chat?: number): Promise<Output<'transcript.measureFiles'>> {
    return this.#call('transcript.measureFiles', chat === undefined ? {} : { chat });
  }

  /** @returns how many messages were taken in; nothing when the person changed their mind. */
  async import(): Promise<number | undefined> {
    const done: Promise<Output<'transcript.import'>> = this.#call('transcript.import', {});
    return (await this.#follow(done))?.messages;
  }

  /** @returns how many messages were written; nothing when the person changed their mind. */
  async backUp(passphrase: string, hasCredentials: boolean, withFiles: boolean): Promise<number | undefined> {
    const done = this.#call('backup.write', { passphrase, hasCredentials, withFiles });
    return (await this.#follow(done))?.messages;
  }

  /** @returns whether the person chose a backup. */
  async chooseBackup(): Promise<boolean> {
    return (await this.#follow(this.#call('backup.choose', {}))) !== undefined;
  }

  /** Restores what was chosen. @returns how many messages were new; nothing when the person changed their mind. */
  async restore(passphrase: string): Promise<number | undefined> {
    return (await this.#follow(this.#call('backup.restore', { passphrase })))?.messages;
  }

  async cancel(): Promise<void> {
    if (this.#isBusy) await this.#call('transcript.cancel', {});
  }

  async #follow<T>(work: Promise<T>): Promise<T | undefined> {
    this.#isBusy = true;
    try {
      return await work;
    } catch (failure) {
      if (failure instanceof Refused && failure.code === 'cancelled') return undefined;
      throw failure;
    } finally {
      this.#isBusy = false;
      this.#progress = undefined;
    }
  }
}
