/** The row of a message. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';
import { pastCallSchema } from './call.ts';

export const deliveries = ['received', 'queued', 'sent', 'delivered', 'displayed', 'failed'] as const;
export type Delivery = (typeof deliveries)[number];

/** Why a message has no readable text. */
export const unreadableReasons = [
  'not-for-this-device', // no key for us in it
  'no-session', // the session is gone or never was
  'forged', // authentication failed
  'malformed',
  'unsupported', // an encryption we do not speak
] as const;

/** A message that another one answers. Without an id it is not here, and the text is what came along as a quote. */
export const quoteSchema = v.strictObject({
  message: v.optional(id),
  /** Bare address of its author; absent where nobody but the one who quotes it says so. */
  sender: v.optional(v.string()),
  /** The beginning of it; absent where it cannot be read, or nothing came along. */
  text: v.optional(v.string()),
  /** Its author has taken it back. */
  isRetracted: v.optional(v.literal(true)),
});
export type Quote = v.InferOutput<typeof quoteSchema>;

export const messageSchema = v.strictObject({
  /** Microseconds since 1970, made unique: the order of ids is the order of time. */
  id,
  account: id,
  chat: id,
  isOutgoing: v.boolean(),
  /** Bare address of the author; in a room the address of the occupant, unless it was written by us. */
  sender: v.string(),
  /** In a room: tells its author from others of the same name. */
  occupant: v.optional(v.string()),
  /** It mentions us. */
  isMention: v.optional(v.literal(true)),
  /** The person keeps it at the top of the chat. */
  isPinned: v.optional(v.literal(true)),
  /** It tells of a call that is over, and has no words. */
  call: v.optional(pastCallSchema),
  text: v.string(),
  at: time,
  delivery: v.picklist(deliveries),
  /** For `failed`: what went wrong, in the contract's words, and the server's text if it gave one. */
  failure: v.optional(v.strictObject({ code: v.string(), detail: v.optional(v.string()) })),
  encryption: v.picklist(['none', 'omemo']),
  /** The sending device, for encrypted messages. */
  device: v.optional(id),
  trust: v.optional(v.picklist(['verified', 'blind', 'undecided', 'distrusted'])),
  unreadable: v.optional(v.picklist(unreadableReasons)),
  /** The author wants it shown as it is written, without styling. */
  isUnstyled: v.optional(v.literal(true)),
  /** The author wants it covered until somebody asks for it: what it is about, or nothing. */
  spoiler: v.optional(v.string()),
  /** What it answers. */
  reply: v.optional(quoteSchema),
  /** When its words were changed for the last time. */
  edited: v.optional(time),
  /** When its author took it back: it has no words any more. */
  retracted: v.optional(time),
  /** Its author, or somebody in their name, asked to take it back, unencrypted, while it is encrypted. */
  retractionAsked: v.optional(v.literal(true)),
  /** A change of ours that others do not have yet, or never will. */
  change: v.optional(
    v.strictObject({
      kind: v.picklist(['correction', 'retraction']),
      state: v.picklist(['waiting', 'failed']),
      failure: v.optional(v.string()),
    }),
  ),
});
export type MessageRow = v.InferOutput<typeof messageSchema>;

/** Words that a message has had. */
export const versionSchema = v.strictObject({ text: v.string(), at: time });
export type MessageVersion = v.InferOutput<typeof versionSchema>;

/** For whom a message of ours was encrypted. */
export const messageReadersSchema = v.strictObject({
  /** How many devices of theirs, and of ours beside this one. */
  theirs: v.pipe(v.number(), v.integer(), v.minValue(0)),
  ours: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Those that got nothing. */
  skipped: v.array(
    v.strictObject({
      address: v.string(),
      device: id,
      reason: v.picklist([
        'undecided', // the person has not decided about its key
        'distrusted', // the person does not trust it
        'no-devices', // they have none; of nobody in particular
        'no-bundle', // its keys could not be fetched
        'bad-bundle', // its keys are not valid
        'older-protocol', // it does not understand this kind of message
      ]),
    }),
  ),
});
export type MessageReaders = v.InferOutput<typeof messageReadersSchema>;
