/** The calls about the desktop around the window. */
import * as v from 'valibot';
import { nothing } from '../parts.ts';
import { desktopSchema, windowRoleSchema } from '../rows/desktop.ts';

export const desktop = {
  /** Changes what is named and leaves the rest as it is. */
  'desktop.set': { input: v.partial(desktopSchema), output: nothing },
  /** Opens a window for a chat, or for a picture in it, or brings the one to the front that there is. */
  'desktop.openWindow': { input: windowRoleSchema, output: nothing },
  /** Which language the window speaks, as a tag of BCP 47, so that menus and dialogs outside of it do as well. */
  'desktop.speak': {
    input: v.strictObject({ locale: v.pipe(v.string(), v.maxLength(64)) }),
    output: nothing,
  },
} as const;
