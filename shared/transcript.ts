/**
 * The file that "export" writes for programs, version 1. It is JSON (RFC 8259) in UTF-8: accounts hold chats, chats hold
 * messages. Each of them begins on a line of its own and a message is one line, so that a million of them can be read
 * and written one by one. Accounts and chats come in the order of their addresses, messages in the order of time, keys
 * in the order of the schemas: the same rows give the same bytes.
 *
 *     {"format":"waxwing-export","version":1,"accounts":[
 *     {"address":"romeo@montague.example","chats":[
 *     {"address":"juliet@capulet.example","at":1700000000000,…,"messages":[
 *     {"id":1700000000000000,"time":"2023-11-14T22:13:20.000Z",…},
 *     {"id":…}
 *     ]}
 *     ]}
 *     ]}
 *
 * Files lie in a folder beside it that is called as it is, with " files" instead of its ending, when the person wanted
 * them; `file` is the name in there.
 *
 * Whoever reads it ignores keys that they do not know and refuses a version that they do not know. Passwords, keys and
 * contacts are not in it.
 */
import * as v from 'valibot';
import { readBareJid } from './jid.ts';
import { pastCallSchema } from './rows/call.ts';
import { LONGEST_FOLDER_NAME, MOST_FOLDERS } from './rows/folder.ts';
import { deliveries, unreadableReasons } from './rows/message.ts';
import { id, time } from './parts.ts';

const address = v.pipe(
  v.string(),
  v.check((text) => readBareJid(text) === text),
);
const wireId = v.exactOptional(v.string());

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const side = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** A file of a message. */
export const fileEntrySchema = v.object({
  name: v.string(),
  mediaType: v.exactOptional(v.string()),
  /** Bytes. */
  size: v.exactOptional(count),
  width: v.exactOptional(side),
  height: v.exactOptional(side),
  description: v.exactOptional(v.string()),
  /** Of the contents, in hexadecimal. */
  sha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  /** Where it lies for others, when it lies there as it is: the keys to what is encrypted are in no export. */
  address: v.exactOptional(v.string()),
  /** What it is called in the folder of files. */
  file: v.exactOptional(v.string()),
  /** Files were wanted, and this one was not here, or is damaged. */
  isMissing: v.exactOptional(v.literal(true)),
});
export type FileEntry = v.InferOutput<typeof fileEntrySchema>;

export const messageEntrySchema = v.object({
  /** Microseconds since 1970, unique in the file: the order of ids is the order of time. */
  id: v.pipe(id, v.minValue(1)),
  /** The same time for readers of other programs (ISO 8601); the id is what counts. */
  time: v.string(),
  isOutgoing: v.boolean(),
  /** Bare address of the author; in a room the address of the occupant, unless it was written by us. */
  sender: v.string(),
  /** In a room: who that was, by whatever name; and whether it mentions us. */
  occupant: v.exactOptional(v.string()),
  isMention: v.exactOptional(v.literal(true)),
  text: v.string(),
  /** A message that had not left is `failed` with the code `not-sent`: nobody sends it again unasked. */
  delivery: v.picklist(deliveries),
  failure: v.exactOptional(v.object({ code: v.string(), detail: v.optional(v.string()) })),
  encryption: v.picklist(['none', 'omemo']),
  device: v.exactOptional(id),
  trust: v.exactOptional(v.picklist(['verified', 'blind', 'undecided', 'distrusted'])),
  unreadable: v.exactOptional(v.picklist(unreadableReasons)),
  /** How it is to be shown: as it is written (XEP-0393), covered (XEP-0382). */
  isUnstyled: v.exactOptional(v.literal(true)),
  spoiler: v.exactOptional(v.string()),
  /** The ids it travelled under (the stanza's own, and those of XEP-0359): by them an archive's copy is known again. */
  stanzaId: wireId,
  originId: wireId,
  archiveId: wireId,
  /** What it answers, by the id that travelled (XEP-0461), and what it quoted of it. */
  answers: v.exactOptional(v.object({ id: v.string(), author: wireId, quote: wireId })),
  /** When its words were changed for the last time, and when it was taken back, in milliseconds since 1970. */
  edited: v.exactOptional(time),
  retracted: v.exactOptional(time),
  isMarkable: v.exactOptional(v.literal(true)),
  /** The person keeps it at the top of the chat. */
  isPinned: v.exactOptional(v.literal(true)),
  /** It tells of a call, which had this id; a silent one is nothing to catch up with. */
  call: v.exactOptional(pastCallSchema),
  callSid: wireId,
  isSilent: v.exactOptional(v.literal(true)),
  /** What people feel about it (XEP-0444); `sender` is a bare address, in a room who says so, called as in `called`. */
  reactions: v.exactOptional(
    v.array(
      v.object({
        sender: v.string(),
        called: v.exactOptional(v.string()),
        emojis: v.array(v.string()),
        at: time,
        encryption: v.picklist(['none', 'omemo']),
      }),
    ),
  ),
  /** What it has besides its text: `file`, `image`. */
  traits: v.exactOptional(v.string()),
  files: v.exactOptional(v.array(fileEntrySchema)),
});
export type MessageEntry = v.InferOutput<typeof messageEntrySchema>;

export const chatEntrySchema = v.object({
  address,
  /** Milliseconds since 1970 of the last activity. */
  at: time,
  /** Message ids: how far we, and how far they have read; 0 for not at all. */
  readUpTo: id,
  displayedUpTo: id,
  draft: v.string(),
  encryptionMode: v.picklist(['automatic', 'on', 'off']),
  wasEncrypted: v.boolean(),
  /** Where the person put it; what is missing says that they did not. */
  pinned: v.exactOptional(id),
  isArchived: v.exactOptional(v.literal(true)),
  mutedUntil: v.exactOptional(time),
  isMarkedUnread: v.exactOptional(v.literal(true)),
  /** The folders that the person put it into, each with its place among them. */
  folders: v.exactOptional(
    v.pipe(
      v.array(
        v.object({
          name: v.pipe(v.string(), v.minLength(1), v.maxLength(LONGEST_FOLDER_NAME)),
          place: v.pipe(v.number(), v.safeInteger()),
        }),
      ),
      v.maxLength(MOST_FOLDERS),
    ),
  ),
  /** It is a room: what we are called in it, what the person calls it, whether they want to be in it. */
  room: v.exactOptional(v.object({ nick: v.string(), name: v.string(), isWanted: v.boolean() })),
});
export type ChatEntry = v.InferOutput<typeof chatEntrySchema>;

export const accountEntrySchema = v.object({ address });
export type AccountEntry = v.InferOutput<typeof accountEntrySchema>;

export const fileHeadSchema = v.object({ format: v.literal('waxwing-export'), version: v.literal(1) });
export const fileHead: v.InferOutput<typeof fileHeadSchema> = { format: 'waxwing-export', version: 1 };
