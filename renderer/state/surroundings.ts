/** What the page around an App gives it. */
import type { WindowRole } from '../../shared/contract.ts';
import type { Memory } from './appearance.svelte.ts';

export interface Surroundings {
  readonly languages?: readonly string[];
  readonly memory?: Memory;
  readonly session?: Memory;
  /** The one thing that this window shows; without one it shows everything. */
  readonly role?: WindowRole | undefined;
  /** Ends this window. */
  readonly end?: () => void;
}
