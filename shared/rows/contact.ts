/** The rows of contacts, and of people who would like to be one. */
import * as v from 'valibot';
import { id, pictureHash, time } from '../parts.ts';

export const availabilities = ['offline', 'chat', 'online', 'away', 'xa', 'dnd'] as const;
export const contactSchema = v.strictObject({
  account: id,
  address: v.string(),
  /** The name the person gave it in the roster; empty when none. */
  name: v.string(),
  subscription: v.picklist(['none', 'to', 'from', 'both']),
  /** True while our request for their presence waits for an answer. */
  asking: v.boolean(),
  availability: v.picklist(availabilities),
  status: v.string(),
  /** Since when they have not touched their device, if they say so. */
  idleSince: v.optional(time),
  /** A picture that is here: `app://waxwing/avatar/<hash>`. */
  avatar: v.optional(pictureHash),
  /** What they call themselves: to be shown when `name` is empty. */
  called: v.optional(v.string()),
});
export type ContactRow = v.InferOutput<typeof contactSchema>;

/** Somebody asks to see our presence. */
export const contactRequestSchema = v.strictObject({
  account: id,
  address: v.string(),
  /** What they wrote along, shown as plain text. */
  note: v.string(),
  at: time,
  /** The address of a contact that they had before; it has confirmed that they moved. */
  movedFrom: v.optional(v.string()),
});
export type ContactRequestRow = v.InferOutput<typeof contactRequestSchema>;
