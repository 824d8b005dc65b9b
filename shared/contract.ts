/**
 * The contract between the engine and the window: every call, every row, every change.
 * What is not listed here cannot be asked for and cannot be shown. Values are structured-clone plain.
 */
import * as v from 'valibot';
import { accounts } from './calls/accounts.ts';
import { arrangement } from './calls/arrangement.ts';
import { backup } from './calls/backup.ts';
import { blocking } from './calls/blocking.ts';
import { calling } from './calls/calling.ts';
import { capture } from './calls/capture.ts';
import { certificate } from './calls/certificate.ts';
import { chats } from './calls/chats.ts';
import { stanzaConsole } from './calls/console.ts';
import { contacts } from './calls/contacts.ts';
import { desktop } from './calls/desktop.ts';
import { devices } from './calls/devices.ts';
import { diagnosis } from './calls/diagnosis.ts';
import { files } from './calls/files.ts';
import { lock } from './calls/lock.ts';
import { folders } from './calls/folders.ts';
import { messages } from './calls/messages.ts';
import { notifications } from './calls/notifications.ts';
import { people } from './calls/people.ts';
import { privacy } from './calls/privacy.ts';
import { profile } from './calls/profile.ts';
import { registration } from './calls/registration.ts';
import { server } from './calls/server.ts';
import type { StanzaCondition } from './conditions.ts';
import { retention } from './calls/retention.ts';
import { rooms } from './calls/rooms.ts';
import { search } from './calls/search.ts';
import { storage } from './calls/storage.ts';
import { transcript } from './calls/transcript.ts';
import { updates } from './calls/updates.ts';
import { id, nothing } from './parts.ts';
import { accountSchema } from './rows/account.ts';
import { blockedSchema } from './rows/blocked.ts';
import { callSchema } from './rows/call.ts';
import { chatSchema } from './rows/chat.ts';
import type { Problem } from './rows/connection.ts';
import { contactRequestSchema, contactSchema } from './rows/contact.ts';
import { desktopSchema, windowRoleSchema } from './rows/desktop.ts';
import { deviceSchema } from './rows/device.ts';
import { fileSchema } from './rows/file.ts';
import { lockSchema } from './rows/lock.ts';
import { folderSchema } from './rows/folder.ts';
import { messageSchema } from './rows/message.ts';
import { notificationsSchema } from './rows/notifications.ts';
import { reactionsSchema } from './rows/reaction.ts';
import { profileSchema } from './rows/profile.ts';
import { roomInviteSchema, roomSchema } from './rows/room.ts';
import { updateSchema } from './rows/update.ts';

export * from './rows/account.ts';
export * from './rows/blocked.ts';
export * from './rows/call.ts';
export * from './rows/card.ts';
export * from './rows/chat.ts';
export * from './rows/connection.ts';
export * from './rows/contact.ts';
export * from './rows/desktop.ts';
export * from './rows/device.ts';
export * from './rows/file.ts';
export * from './rows/folder.ts';
export * from './rows/form.ts';
export * from './rows/gap.ts';
export * from './rows/lock.ts';
export * from './rows/message.ts';
export * from './rows/notifications.ts';
export * from './rows/profile.ts';
export * from './rows/reaction.ts';
export * from './rows/room.ts';
export * from './rows/server.ts';
export * from './rows/update.ts';

// ————— Changes ———————————————————————————————————————————————————————————————————————————————————————————————

export const changeSchema = v.variant('put', [
  v.strictObject({ put: v.literal('profile'), row: profileSchema }),
  v.strictObject({ put: v.literal('lock'), row: lockSchema }),
  v.strictObject({ put: v.literal('desktop'), row: desktopSchema }),
  v.strictObject({ put: v.literal('notifications'), row: notificationsSchema }),
  v.strictObject({ put: v.literal('update'), row: updateSchema }),
  // What the window speaks, for menus and dialogs outside of it.
  v.strictObject({ put: v.literal('language'), locale: v.string() }),
  v.strictObject({ put: v.literal('account'), row: accountSchema }),
  v.strictObject({ put: v.literal('contact'), row: contactSchema }),
  v.strictObject({ put: v.literal('contact-request'), row: contactRequestSchema }),
  v.strictObject({ put: v.literal('blocked'), row: blockedSchema }),
  v.strictObject({ put: v.literal('chat'), row: chatSchema }),
  // All of them, in their order.
  v.strictObject({ put: v.literal('folders'), rows: v.array(folderSchema) }),
  v.strictObject({ put: v.literal('room'), row: roomSchema }),
  // Who is in a room has changed: who shows that asks again.
  v.strictObject({ put: v.literal('occupants'), chat: id }),
  v.strictObject({ put: v.literal('room-invite'), row: roomInviteSchema }),
  v.strictObject({ put: v.literal('message'), row: messageSchema }),
  v.strictObject({ put: v.literal('file'), row: fileSchema }),
  // All that is felt about a message, at once.
  v.strictObject({ put: v.literal('reactions'), row: reactionsSchema }),
  // How much of a file has gone its way, in bytes.
  v.strictObject({ put: v.literal('transfer'), file: id, done: id, total: v.optional(id) }),
  v.strictObject({ put: v.literal('device'), row: deviceSchema }),
  v.strictObject({ put: v.literal('call'), row: callSchema }),
  // Of many archived messages only the chat is told: who shows it asks for its pages again.
  v.strictObject({ put: v.literal('history'), chat: id }),
  // An `xmpp:` address from outside the window, which waits for the person to say what becomes of it.
  v.strictObject({ put: v.literal('intent'), uri: v.string() }),
  // A chat that somebody asked for outside the window, by its notification.
  v.strictObject({ put: v.literal('wanted'), chat: id }),
  v.strictObject({ put: v.literal('no-intent') }),
  // A window of its own for a chat: the shell opens it.
  v.strictObject({ put: v.literal('window'), role: windowRoleSchema }),
  // How far an export or import is, in messages.
  v.strictObject({ put: v.literal('progress'), done: id, total: id }),
  // Stanzas of an account that somebody looks at, without their secrets, and how many more there were.
  v.strictObject({
    put: v.literal('stanzas'),
    account: id,
    stanzas: v.array(
      v.strictObject({
        at: v.number(),
        isOutgoing: v.boolean(),
        xml: v.string(),
        isCut: v.optional(v.boolean()),
      }),
    ),
    dropped: id,
  }),
  // A drop is written as a put of nothing, so that one `apply` serves all; the key fields say which row goes.
  v.strictObject({ put: v.literal('no-account'), account: id }),
  v.strictObject({ put: v.literal('no-contact'), account: id, address: v.string() }),
  v.strictObject({ put: v.literal('no-contact-request'), account: id, address: v.string() }),
  v.strictObject({ put: v.literal('no-chat'), chat: id }),
  v.strictObject({ put: v.literal('no-room-invite'), account: id, address: v.string() }),
  v.strictObject({ put: v.literal('no-message'), chat: id, message: id }),
  // All messages that a chat has had until now, or only those up to one of them.
  v.strictObject({ put: v.literal('no-messages'), chat: id, upTo: v.optional(id) }),
  v.strictObject({ put: v.literal('no-device'), account: id, address: v.string(), device: id }),
  v.strictObject({ put: v.literal('no-gap'), gap: id }),
  // Some time after it ended, so that the window can say how.
  v.strictObject({ put: v.literal('no-call'), call: id }),
]);
export type Change = v.InferOutput<typeof changeSchema>;

/** One committed transaction's changes. The window ignores a batch older than its snapshot. */
export const batchSchema = v.strictObject({ sequence: id, changes: v.array(changeSchema) });
export type Batch = v.InferOutput<typeof batchSchema>;

// ————— Calls ———————————————————————————————————————————————————————————————————————————————————————————————

export const calls = {
  /** Everything but messages, with the sequence number it is true at. */
  'app.snapshot': {
    input: nothing,
    output: v.strictObject({ sequence: id, changes: v.array(changeSchema) }),
  },
  ...profile,
  ...lock,
  ...accounts,
  ...certificate,
  ...registration,
  ...contacts,
  ...blocking,
  ...chats,
  ...rooms,
  ...people,
  ...arrangement,
  ...folders,
  ...messages,
  ...files,
  ...devices,
  ...server,
  ...privacy,
  ...desktop,
  ...notifications,
  ...updates,
  ...diagnosis,
  ...search,
  ...transcript,
  ...backup,
  ...retention,
  ...storage,
  ...calling,
  ...capture,
  ...stanzaConsole,
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type Input<N extends CallName> = v.InferInput<Calls[N]['input']>;
export type Output<N extends CallName> = v.InferOutput<Calls[N]['output']>;

/** What crosses the bridge back: errors are values. */
export type Reply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly problem?: Problem;
      readonly condition?: StanzaCondition;
    };

/** The two members every bridge has: Electron's, the worker thread's, and the one inside a test. */
export interface Port {
  call(name: string, input: unknown): Promise<Reply>;
  /** Returns the function that ends the subscription. */
  onChange(listener: (batch: Batch) => void): () => void;
}
