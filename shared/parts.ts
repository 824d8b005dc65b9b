/** What rows and calls are made of: texts with a limit, ids, times. A limit here is the bridge's; the wire has its own. */
import * as v from 'valibot';

/** Length limits keep a hostile or broken window from filling the engine; the wire has limits of its own. */
export const shortText = v.pipe(v.string(), v.maxLength(1_024));
export const longText = v.pipe(v.string(), v.maxLength(100_000));
export const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Milliseconds since 1970, UTC. */
export const time = v.pipe(v.number(), v.minValue(0));
export const addressText = v.pipe(v.string(), v.minLength(1), v.maxLength(3_071));
export const fingerprint = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** SHA-1 of a picture, in hex. */
export const pictureHash = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));

/** How a message is to be shown: as it was typed (XEP-0393), or covered (XEP-0382), with what it is about. */
export const lookSchema = v.strictObject({
  isUnstyled: v.exactOptional(v.literal(true)),
  spoiler: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
});

export const nothing = v.strictObject({});
export const account = v.strictObject({ account: id });
export const contactKey = v.strictObject({ account: id, address: addressText });
export const chatKey = v.strictObject({ chat: id });
export const password = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));
