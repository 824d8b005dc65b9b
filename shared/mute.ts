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
}

export function isMuted({ mutedUntil = 0 }: Pick<Chat, 'mutedUntil'>, now: number): boolean {
  return mutedUntil > now;
}

/** What a chat adds to the number on the icon and in the title: one that is muted or put away does not ask for attention. */
export function attentionOf(chat: Chat, now: number): number {
  if (isMuted(chat, now) || chat.isArchived === true) return 0;
  return Math.max(chat.unread, chat.isMarkedUnread === true ? 1 : 0);
}
