/** The program itself: its version, the next one, and what somebody who helps would want to know. Mirrored from the engine. */
import type { Change, Output, UpdateRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export type CrashReport = Output<'crashes.list'>['reports'][number];

export class Program {
  readonly #call: Call;
  #update = $state.raw<UpdateRow>();
  #crashes = $state.raw<readonly CrashReport[]>([]);

  constructor(call: Call) {
    this.#call = call;
  }

  /** Absent while the profile is not open. */
  get update(): UpdateRow | undefined {
    return this.#update;
  }
  /** As last listed, the newest first. */
  get crashes(): readonly CrashReport[] {
    return this.#crashes;
  }

  async setAutomatic(isAutomatic: boolean): Promise<void> {
    await this.#call('updates.set', { isAutomatic });
  }
  async check(): Promise<void> {
    await this.#call('updates.check', {});
  }
  /** What is done with the version that is offered. */
  async answer(answer: 'download' | 'later' | 'skip', version: string): Promise<void> {
    await this.#call(`updates.${answer}`, { version });
  }
  async cancel(): Promise<void> {
    await this.#call('updates.cancel', {});
  }
  async restart(): Promise<void> {
    await this.#call('updates.restart', {});
  }

  async diagnosis(): Promise<string> {
    return (await this.#call('diagnosis.read', {})).text;
  }
  async listCrashes(): Promise<void> {
    this.#crashes = (await this.#call('crashes.list', {})).reports;
  }
  async readCrash(name: string): Promise<string> {
    return (await this.#call('crashes.read', { name })).text;
  }
  async saveCrash(name: string): Promise<void> {
    await this.#call('crashes.save', { name });
  }
  async removeCrashes(): Promise<void> {
    await this.#call('crashes.remove', {});
    this.#crashes = [];
  }

  apply(change: Change): void {
    if (change.put === 'update') this.#update = change.row;
  }
}
