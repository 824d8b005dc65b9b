/** What can be changed of what was said: by whom, and while what is true. Pure. */
import type { MessageRow } from '../../shared/contract.ts';

/** Only words of ours; with `hasFiles` it is not words. */
export function isEditable({ isOutgoing, unreadable, retracted }: MessageRow, hasFiles: boolean): boolean {
  return isOutgoing && unreadable === undefined && retracted === undefined && !hasFiles;
}

/** A message of ours that others may have, and that it makes sense to ask them to delete. */
export function isRetractable({ isOutgoing, delivery, retracted, change }: MessageRow): boolean {
  const isOut = delivery === 'sent' || delivery === 'delivered' || delivery === 'displayed';
  return isOutgoing && isOut && (retracted === undefined || change?.state === 'failed');
}
