/** Whether somebody wants to be left alone when a call comes in: then it is shown, and does not ring. Pure. */
import type { NotificationsRow } from '../../shared/contract.ts';
import { isMuted } from '../../shared/mute.ts';
import { isQuiet, wallAt, type Wall } from '../../shared/quiet.ts';

export interface Occasion {
  readonly account: number;
  /** Of the chat with the one who calls. */
  readonly mutedUntil?: number | undefined;
}

/** @param now milliseconds since 1970 @param wall what a clock on the wall shows then */
export function isLeftAlone(
  { account, mutedUntil }: Occasion,
  row: NotificationsRow | undefined,
  now: number,
  wall: Wall = wallAt(now),
): boolean {
  if (isMuted({ mutedUntil }, now)) return true;
  if (row === undefined) return false;
  return (
    isMuted(row, now) ||
    (row.quiet.isOn && isQuiet(row.quiet, wall)) ||
    row.rules.some((rule) => rule.account === account && rule.rule === 'none')
  );
}
