/** What whoever released this program has written into it, beside the code: where updates come from, and whether it is for trying only. */
import * as v from 'valibot';

const published = v.object({
  /** Made with whatever was at hand, to be tried and tested: not for others. */
  isTrial: v.optional(v.boolean(), false),
  updates: v.optional(
    v.object({
      feed: v.pipe(v.string(), v.regex(/^https:\/\/[^\s?#]+\/$/u)),
      keys: v.pipe(v.array(v.string()), v.minLength(1)),
      channel: v.picklist(['stable', 'beta']),
      pins: v.exactOptional(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)))),
    }),
  ),
});
export type Published = v.InferOutput<typeof published>;

/** @param text the program's package.json; what cannot be read says nothing */
export function readPublished(text: string): Published {
  try {
    const { waxwing } = JSON.parse(text) as { waxwing?: unknown };
    return v.parse(published, waxwing ?? {});
  } catch {
    return { isTrial: false };
  }
}
