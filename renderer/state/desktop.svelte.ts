/** What the person wants of the desktop around the window: mirrored from the engine, changed by asking it. */
import type { Change, DesktopRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export class Desktop {
  readonly #call: Call;
  #row = $state.raw<DesktopRow>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** Absent while the profile is not open. */
  get row(): DesktopRow | undefined {
    return this.#row;
  }

  async set(changed: Partial<DesktopRow>): Promise<void> {
    await this.#call('desktop.set', changed);
  }

  apply(change: Change): void {
    if (change.put === 'desktop') this.#row = change.row;
  }
}
