/** The calls about chats. */
import * as v from 'valibot';
import { chatKey, contactKey, id, longText, nothing } from '../parts.ts';
import { deviceSchema } from '../rows/device.ts';

export const chats = {
  /** Opens (and if need be creates) the chat with an address. */
  'chats.open': { input: contactKey, output: chatKey },
  /** Removes a chat and its messages from this device. */
  'chats.remove': { input: chatKey, output: nothing },
  /** Deletes all messages of a chat from this device; the chat stays. */
  'chats.clear': { input: chatKey, output: nothing },
  /** Everything up to this message was seen by the person. */
  'chats.markRead': { input: v.strictObject({ chat: id, message: id }), output: nothing },
  /** With `reply`, a message that the draft answers; 0 for none, nothing for the one that it has. */
  'chats.setDraft': {
    input: v.strictObject({ chat: id, text: longText, reply: v.optional(id) }),
    output: nothing,
  },
  /** The person is writing (`true`), paused or cleared the field (`false`). */
  'chats.setTyping': { input: v.strictObject({ chat: id, isTyping: v.boolean() }), output: nothing },
  'chats.setEncryption': {
    input: v.strictObject({ chat: id, mode: v.picklist(['automatic', 'on', 'off']) }),
    output: nothing,
  },
  /** The devices behind a chat: theirs and our own, with fingerprints. Fetches what is missing. */
  'chats.devices': { input: chatKey, output: v.strictObject({ devices: v.array(deviceSchema) }) },
} as const;
