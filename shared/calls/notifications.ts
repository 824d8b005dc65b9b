/** The calls about what may disturb the person. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';
import { muteSpans } from '../quiet.ts';
import { notificationsSchema } from '../rows/notifications.ts';

const { preview, quiet, rules } = notificationsSchema.entries;

export const notifications = {
  /** Changes what is named and leaves the rest as it is. */
  'notifications.set': { input: v.partial(v.strictObject({ preview, quiet })), output: nothing },
  'notifications.setRule': {
    input: v.strictObject({ account: id, rule: rules.item.entries.rule }),
    output: nothing,
  },
  /** Silence everywhere for a while, or its end. */
  'notifications.mute': { input: v.strictObject({ span: v.picklist(muteSpans) }), output: nothing },
} as const;
