/**
 * Turns messages into the rows of a timeline: one row per message, which also carries the day line or the unread line
 * above it. Pure. Rows keep their height when older ones are put before them: the gap of a group hangs below its last
 * message, and the first loaded row shows its day only when it is known to be the first of the chat.
 */
import type { MessageRow } from '../../shared/contract.ts';
import { isSameDay } from './time.ts';

/** Messages of one author closer than this belong together. */
const TOGETHER = 5 * 60_000;

export interface TimelineItem {
  readonly row: MessageRow;
  /** A line with this day stands above. */
  readonly day: number | undefined;
  /** The line "New messages" stands above. */
  readonly isUnreadStart: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * @param messages ascending by id.
 * @param options.unreadAfter the last message read before the chat was opened; the line stands before the first one
 *   after it that somebody else wrote. `undefined`: no line.
 * @param options.hasOlder true while messages before the first are not loaded.
 */
export function timelineItems(
  messages: readonly MessageRow[],
  options: { readonly unreadAfter: number | undefined; readonly hasOlder: boolean },
): TimelineItem[] {
  const { unreadAfter, hasOlder } = options;
  const firstUnread =
    unreadAfter === undefined
      ? undefined
      : messages.find((message) => !message.isOutgoing && message.id > unreadAfter)?.id;
  return messages.map((row, i) => {
    const [before, after] = [messages[i - 1], messages[i + 1]];
    const isNewDay = before === undefined ? !hasOlder : !isSameDay(before.at, row.at);
    const isUnreadStart = row.id === firstUnread;
    return {
      row,
      day: isNewDay ? row.at : undefined,
      isUnreadStart,
      isFirst: isNewDay || isUnreadStart || before === undefined || !belongTogether(before, row),
      isLast: after === undefined || after.id === firstUnread || !belongTogether(row, after),
    };
  });
}

function belongTogether(a: MessageRow, b: MessageRow): boolean {
  return (
    a.isOutgoing === b.isOutgoing &&
    a.sender === b.sender &&
    a.occupant === b.occupant &&
    Math.abs(b.at - a.at) < TOGETHER &&
    isSameDay(a.at, b.at)
  );
}
