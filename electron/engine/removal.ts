/**
 * What a person deletes from this device: one message, or all of a chat. It is gone from the database file, what of it
 * waits in the outbox is not sent, and copies in an archive do not bring it back. Others keep theirs.
 */
import type { Change } from '../../shared/contract.ts';
import { removeSending } from '../store/attachments.ts';
import type { ChatRecord } from '../store/chats.ts';
import * as chats from '../store/chats.ts';
import type { Database } from '../store/database.ts';
import { noteDeletion } from '../store/deletions.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { noteMessageRemoval, noteRemoval } from '../store/removed.ts';
import { forgetWaiting } from '../store/waiting.ts';
import type { Account } from './account.ts';
import { releaseCaption, sweepFiles } from './attachments.ts';
import { chatRow } from './chats.ts';
import { withdrawErrands } from './errand.ts';
import { forgetLog, sweep } from './sweep.ts';

/** Deletes every message of a chat; the chat itself stays, with its draft and its settings. */
export function clearChat(account: Account, { id }: ChatRecord): void {
  const { profile } = account;
  const { database } = profile;
  profile.commit((changes) => {
    noteRemoval(database, id);
    forgetWords(account, id);
    if (messages.hasFew(database, id)) messages.deleteMessages(database, id);
    else deleteSlowly(database, id, false);
    chats.refreshLast(database, id);
    changes.push({ put: 'no-messages', chat: id }, { put: 'chat', row: chatRow(account, id) });
  });
  account.transfers.forget();
  forgetLog(profile);
  sweep(profile);
}

/** Removes a chat from this device, with everything in it. */
export function removeChat(account: Account, id: number): void {
  const { profile } = account;
  const { database } = profile;
  account.rooms.removed(id);
  account.calls.endIn(id);
  profile.commit((changes) => {
    noteRemoval(database, id);
    if (messages.hasFew(database, id)) chats.deleteChat(database, id);
    else {
      deleteSlowly(database, id, true);
      chats.resetChat(database, id);
    }
    changes.push({ put: 'no-chat', chat: id });
  });
  account.transfers.forget();
  forgetLog(profile);
  sweep(profile);
}

/** What was said about messages of a chat, and is neither said nor heard yet. */
function forgetWords(account: Account, chat: number): void {
  withdrawErrands(account, chat);
  forgetWaiting(account.profile.database, chat);
}

/** Nothing of it leaves any more, nothing is shown, and the rows go one after the other. */
function deleteSlowly(database: Database, chat: number, isWhole: boolean): void {
  outbox.removeOfChat(database, chat);
  removeSending(database, chat);
  const upTo = messages.lastIdBefore(database, chat, Number.MAX_SAFE_INTEGER) ?? 0;
  noteDeletion(database, chat, { upTo, isWhole });
}

/** Deletes one message here. */
export function removeMessage(account: Account, chat: ChatRecord, message: messages.MessageRecord): void {
  const { profile } = account;
  profile.commit((changes) => {
    noteMessageRemoval(profile.database, account.id, chat.address, message);
    withdrawErrands(account, chat.id, ({ target }) => target === message.id);
    takeOut(account, message, changes);
  });
  forgetLog(profile);
}

/** Takes back a message that has not left, or that failed: nobody else has a copy, so that none can come back. */
export function discardMessage(account: Account, message: messages.MessageRecord): void {
  account.profile.commit((changes) => {
    takeOut(account, message, changes);
  });
  sweepFiles(account.profile);
}

/** Out of the outbox, the chat and the window. Runs inside a transaction. */
function takeOut(account: Account, { id, chat }: messages.MessageRecord, changes: Change[]): void {
  const { database } = account.profile;
  releaseCaption(account, id, changes);
  outbox.removeByMessage(database, id);
  messages.deleteMessage(database, id);
  account.transfers.forget();
  chats.refreshLast(database, chat);
  changes.push({ put: 'no-message', chat, message: id }, { put: 'chat', row: chatRow(account, chat) });
}
