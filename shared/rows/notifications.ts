/** The row of what may disturb this person, and how much of it is shown. One for the whole profile. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

/** What may disturb, of an account: as for a room. In one's own chats everything is meant for oneself. */
const rules = ['all', 'mentions', 'none'] as const;
export type NotificationRule = (typeof rules)[number];
/** What others who look at the screen may read in a notification. */
const previews = ['all', 'name', 'nothing'] as const;
export type NotificationPreview = (typeof previews)[number];

const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_439));
export const quietSchema = v.strictObject({
  isOn: v.boolean(),
  days: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))), v.maxLength(7)),
  from: minute,
  to: minute,
});

export const notificationsSchema = v.strictObject({
  preview: v.picklist(previews),
  quiet: quietSchema,
  /** Nothing disturbs until then. */
  mutedUntil: v.optional(time),
  /** Of accounts that have another rule than `all`. */
  rules: v.array(v.strictObject({ account: id, rule: v.picklist(rules) })),
});
export type NotificationsRow = v.InferOutput<typeof notificationsSchema>;
