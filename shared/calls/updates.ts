/** The calls about updates of the program. Nothing is fetched or installed but by one of them; only looking may be automatic. */
import * as v from 'valibot';
import { nothing } from '../parts.ts';

const version = v.strictObject({ version: v.pipe(v.string(), v.maxLength(40)) });

export const updates = {
  'updates.set': { input: v.strictObject({ isAutomatic: v.boolean() }), output: nothing },
  /** Looks now. What was skipped is offered again. */
  'updates.check': { input: nothing, output: nothing },
  /** Fetches what is offered; it is installed when the program ends. Refused as `too-late` when that is another version. */
  'updates.download': { input: version, output: nothing },
  'updates.cancel': { input: nothing, output: nothing },
  /** Not to be offered again. */
  'updates.skip': { input: version, output: nothing },
  /** Not to be shown for some days. */
  'updates.later': { input: version, output: nothing },
  /** Ends the program, installs what is ready, and starts it again. Refused as `too-late` when nothing is. */
  'updates.restart': { input: nothing, output: nothing },
} as const;
