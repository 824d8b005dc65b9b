/**
 * What of the engine's news a page is told while the screen is locked: that it is locked. The shell itself, which counts
 * and follows settings, hears everything.
 */
import type { Batch, Change } from '../../shared/contract.ts';

export class Veil {
  #isLocked = false;
  #wasOpen = false;

  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** @returns whether something that was open was locked by these changes */
  see(changes: readonly Change[]): boolean {
    const wasOpen = this.#wasOpen;
    for (const change of changes) {
      if (change.put !== 'profile') continue;
      this.#isLocked = change.row.state === 'screen-locked';
      this.#wasOpen = change.row.state === 'open';
    }
    return this.#isLocked && wasOpen;
  }

  /** What may go on of a batch that was seen; nothing when that is nothing. */
  cover({ sequence, changes }: Batch): Batch | undefined {
    if (!this.#isLocked) return { sequence, changes };
    const told = changes.filter(({ put }) => put === 'profile');
    return told.length === 0 ? undefined : { sequence, changes: told };
  }
}
