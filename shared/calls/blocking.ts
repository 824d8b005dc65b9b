/** The calls about whom a server keeps away from an account. */
import * as v from 'valibot';
import { addressText, contactKey, id, longText, nothing } from '../parts.ts';

/** As many as a person may choose in a list. */
const addresses = v.pipe(v.array(addressText), v.minLength(1), v.maxLength(10_000));

export const reportSchema = v.strictObject({
  reason: v.picklist(['spam', 'abuse']),
  text: v.pipe(longText, v.maxLength(1_000)),
  /** The operators of the other server may see it as well. */
  mayForward: v.boolean(),
});

export const blocking = {
  /** People, whole servers (a domain) or single devices of a person; with a report, each of them is reported. */
  'blocking.block': {
    input: v.strictObject({ account: id, addresses, report: v.optional(reportSchema) }),
    output: nothing,
  },
  'blocking.unblock': { input: v.strictObject({ account: id, addresses }), output: nothing },
  /** Many who asked to see our presence, at once. */
  'contacts.refuseAll': {
    input: v.strictObject({ requests: v.pipe(v.array(contactKey), v.minLength(1), v.maxLength(10_000)) }),
    output: nothing,
  },
} as const;
