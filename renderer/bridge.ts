/**
 * The preload's two functions as a typed Port. This is the only file that knows where they come from.
 */
import type { Port } from '../shared/contract.ts';

/** @throws when the window was opened without its preload: nothing works then, and nothing should pretend to. */
export function openBridge(): Port {
  const { bridge } = window as unknown as { readonly bridge?: Port };
  if (bridge === undefined) throw new Error('The window has no bridge to the engine.');
  return bridge;
}
