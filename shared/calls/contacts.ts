/** The calls about contacts and their requests. */
import * as v from 'valibot';
import { addressText, contactKey, id, nothing, shortText } from '../parts.ts';

export const contacts = {
  'contacts.add': {
    input: v.strictObject({
      account: id,
      address: addressText,
      name: v.optional(shortText),
      /** Of their invitation: shown to them, so that they need not be asked. */
      token: v.optional(shortText),
    }),
    output: v.strictObject({ chat: id }),
  },
  'contacts.rename': {
    input: v.strictObject({ account: id, address: addressText, name: shortText }),
    output: nothing,
  },
  'contacts.remove': { input: contactKey, output: nothing },
  'contacts.accept': { input: contactKey, output: v.strictObject({ chat: id }) },
  'contacts.refuse': { input: contactKey, output: nothing },
} as const;
