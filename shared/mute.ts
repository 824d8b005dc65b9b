/** How long a chat can be muted, and what counts as unread with that. */

/** The last moment that a date can say (ECMA-262 §21.4.1.1): muted until somebody changes it. */
export const FOREVER = 8_640_000_000_000_000;

const HOUR = 3_600_000;
/** Milliseconds. */
export const muteDurations = {
  hour: HOUR,
  'eight-hours': 8 * HOUR,
  day: 24 * HOUR,
  week: 168 * HOUR,
  forever: Infinity,
} as const;
export type MuteDuration = keyof typeof muteDurations;

/** When a chat that is muted now (milliseconds since 1970) is not muted any more. */
export function muteUntil(duration: MuteDuration, now: number): number {
  return Math.min(FOREVER, now + muteDurations[duration]);
}

interface Chat {
  readonly unread: number;
  readonly mutedUntil?: number | undefined;
  readonly isMarkedUnread?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
  /** How many of the unread messages mention us. */
  readonly mentions?: number | undefined;
}

export function isMuted({ mutedUntil = 0 }: Pick<Chat, 'mutedUntil'>, now: number): boolean {
  return mutedUntil > now;
}

/**
 * What a chat adds to the number on the icon and in the title: one that is muted or put away does not ask for attention,
 * and a room asks for no more than the person wants to be told of.
 * @param notify of a room
 */
export function attentionOf(chat: Chat, now: number, notify: 'all' | 'mentions' | 'none' = 'all'): number {
  if (isMuted(chat, now) || chat.isArchived === true) return 0;
  const counted = { all: chat.unread, mentions: chat.mentions ?? 0, none: 0 }[notify];
  return Math.max(counted, chat.isMarkedUnread === true ? 1 : 0);
}
