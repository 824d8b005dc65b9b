/** The calls about where a chat stands in the list, and whether it may disturb. */
import * as v from 'valibot';
import { id, nothing, time } from '../parts.ts';

export const arrangement = {
  /** Pinned chats stand above the others, in the order in which they were pinned. */
  'chats.setPinned': { input: v.strictObject({ chat: id, isPinned: v.boolean() }), output: nothing },
  /** Out of the list, until somebody writes. */
  'chats.setArchived': { input: v.strictObject({ chat: id, isArchived: v.boolean() }), output: nothing },
  /** No notification before that time; 0 for as usual. */
  'chats.setMuted': { input: v.strictObject({ chat: id, until: time }), output: nothing },
  'chats.setMarkedUnread': { input: v.strictObject({ chat: id, isMarked: v.boolean() }), output: nothing },
} as const;
