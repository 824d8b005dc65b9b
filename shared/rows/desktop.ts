/** The row of what Waxwing is to be on this person's desktop. One for the whole profile. */
import * as v from 'valibot';
import { id } from '../parts.ts';

/** What closing the window means, where there is a tray to come back from; `ask` until the person has said it once. */
const closings = ['ask', 'tray', 'quit'] as const;
export type Closing = (typeof closings)[number];

export const desktopSchema = v.strictObject({
  closing: v.picklist(closings),
  /** A minimised window goes to the tray. */
  minimizesToTray: v.boolean(),
  /** Minutes without a key or the mouse after which contacts see that we are away; 0 when they never do. */
  awayAfter: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_440)),
  /** Waxwing starts, without its window, when the person logs in. */
  startsAtLogin: v.boolean(),
});
/** What a window of its own shows. */
export const windowRoleSchema = v.strictObject({
  chat: id,
  /** A picture in full, and the message that it came with. */
  picture: v.optional(v.strictObject({ message: id, file: id })),
});
export type WindowRole = v.InferOutput<typeof windowRoleSchema>;

export type DesktopRow = v.InferOutput<typeof desktopSchema>;
