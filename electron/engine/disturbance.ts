/** What the person wants to be told of, kept in the profile; and the decision itself, which is pure. */
import * as v from 'valibot';
import { isMuted } from '../../shared/mute.ts';
import { isQuiet, type Wall } from '../../shared/quiet.ts';
import {
  notificationsSchema,
  type NotificationRule,
  type NotificationsRow,
} from '../../shared/rows/notifications.ts';
import type { Database } from '../store/database.ts';
import { getSetting, setSetting } from '../store/settings.ts';

const KEY = 'notifications';
const usual: NotificationsRow = {
  preview: 'all',
  quiet: { isOn: false, days: [0, 1, 2, 3, 4, 5, 6], from: 1_320, to: 420 },
  rules: [],
};

export function getNotifications(database: Database): NotificationsRow {
  return v.parse(v.fallback(notificationsSchema, usual), getSetting(database, KEY));
}

export function setNotifications(database: Database, row: NotificationsRow): void {
  setSetting(database, KEY, row);
}

/** An account that is gone leaves no rule to the one that gets its number next. */
export function dropRule(database: Database, account: number): NotificationsRow {
  const row = getNotifications(database);
  const next = { ...row, rules: row.rules.filter((each) => each.account !== account) };
  if (next.rules.length < row.rules.length) setNotifications(database, next);
  return next;
}

export function ruleOf({ rules }: NotificationsRow, account: number): NotificationRule {
  return rules.find((each) => each.account === account)?.rule ?? 'all';
}

/** Something that was said, as far as it matters for whether it may disturb. */
export interface Occasion {
  readonly account: number;
  readonly isBlocked: boolean;
  readonly isRoom: boolean;
  /** It is meant for us by name; everything is, in a chat of two. */
  readonly isMention: boolean;
  /** Until when its chat is muted, milliseconds since 1970. */
  readonly mutedUntil: number | undefined;
}

/** Whether it may disturb now. Everything that speaks against it does so alone. */
export function mayDisturb(occasion: Occasion, row: NotificationsRow, now: number, wall: Wall): boolean {
  const rule = ruleOf(row, occasion.account);
  return !(
    occasion.isBlocked ||
    isMuted(occasion, now) ||
    (row.mutedUntil ?? 0) > now ||
    (row.quiet.isOn && isQuiet(row.quiet, wall)) ||
    rule === 'none' ||
    (rule === 'mentions' && occasion.isRoom && !occasion.isMention)
  );
}
