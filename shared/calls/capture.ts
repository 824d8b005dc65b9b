/** The calls about what the window captures in a call. The shell hears them on their way, and answers those about screens itself. */
import * as v from 'valibot';
import { nothing } from '../parts.ts';

export const capture = {
  /**
   * The person is about to be in a call: the window may ask for the microphone, and for the camera if that is wanted, and may
   * reach other computers by WebRTC. It ends with the engine's last call, or soon when none begins.
   */
  'app.allowCall': { input: v.strictObject({ hasVideo: v.boolean() }), output: nothing },
  /** The screens and windows that can be shared. @refuses not-allowed outside of calls, or when no key or button was pressed */
  'screens.list': {
    input: nothing,
    output: v.strictObject({
      sources: v.array(
        v.strictObject({
          source: v.string(),
          name: v.string(),
          kind: v.picklist(['screen', 'window']),
          /** A `data:` address. */
          picture: v.optional(v.string()),
        }),
      ),
      /** What is heard on this computer can be shared as well. */
      hasSound: v.boolean(),
    }),
  },
  /** The page gets this one when it asks for a screen next. @refuses as `screens.list` does */
  'screens.choose': {
    input: v.strictObject({
      source: v.pipe(v.string(), v.maxLength(200)),
      withSound: v.optional(v.boolean()),
    }),
    output: nothing,
  },
} as const;
