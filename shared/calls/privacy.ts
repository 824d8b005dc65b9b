/** The calls about what the person allows to be told about this computer. */
import * as v from 'valibot';
import { nothing } from '../parts.ts';

export const privacySchema = v.strictObject({
  /** The operating system, to contacts who ask. */
  tellsSystem: v.boolean(),
  /** The time here and its zone, to contacts who ask. */
  tellsTime: v.boolean(),
});
export type Privacy = v.InferOutput<typeof privacySchema>;

export const privacy = {
  'privacy.get': { input: nothing, output: privacySchema },
  'privacy.set': { input: privacySchema, output: nothing },
} as const;
