/** The calls about what people say of themselves: others when somebody looks, and we ourselves. */
import * as v from 'valibot';
import { account, contactKey, id, nothing } from '../parts.ts';
import { cardSchema } from '../rows/card.ts';
import { fileSchema } from '../rows/file.ts';

/** The most bytes of a picture. */
export const LARGEST_PICTURE = 262_144;
/** Files of one page of `people.files`. */
export const FILES = 60;

export const people = {
  /** The card of somebody: asked of contacts, and what is known of it otherwise. `isOld`: it could not be asked for now. */
  'people.card': {
    input: contactKey,
    output: v.strictObject({ card: v.optional(cardSchema), isOld: v.boolean() }),
  },
  /** What is noted here about somebody; it never leaves this device. */
  'people.note': { input: contactKey, output: v.strictObject({ text: v.string() }) },
  'people.setNote': {
    input: v.strictObject({ ...contactKey.entries, text: v.pipe(v.string(), v.maxLength(10_000)) }),
    output: nothing,
  },
  /** The pictures of a chat, or its other files: the newest first, those of messages before the message `before`. */
  'people.files': {
    input: v.strictObject({ chat: id, kind: v.picklist(['pictures', 'others']), before: v.optional(id) }),
    output: v.strictObject({ sequence: id, files: v.array(fileSchema), isComplete: v.boolean() }),
  },
  /** Our own card, as the server has it. */
  'self.card': { input: account, output: v.strictObject({ card: cardSchema }) },
  /** Publishes it for the contacts; what other programs wrote beside it stays. Refused `invalid` with a nickname that is none. */
  'self.saveCard': { input: v.strictObject({ account: id, card: cardSchema }), output: nothing },
  /** Publishes a picture (PNG, no side longer than 512 pixels) for the contacts. */
  'self.setPicture': {
    input: v.strictObject({
      account: id,
      picture: v.pipe(v.instance(Uint8Array), v.maxLength(LARGEST_PICTURE)),
    }),
    output: nothing,
  },
  'self.removePicture': { input: account, output: nothing },
} as const;
