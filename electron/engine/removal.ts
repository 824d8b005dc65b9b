/**
 * What a person deletes from this device: one message, or all of a chat. It is gone from the database file, what of it
 * waits in the outbox is not sent, and copies in an archive do not bring it back. Others keep theirs.
 */
import type { Change } from '../../shared/contract.ts';
import type { ChatRecord } from '../store/chats.ts';
import * as chats from '../store/chats.ts';
import { truncateLog } from '../store/database.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { noteMessageRemoval, noteRemoval } from '../store/removed.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import type { Profile } from './profile.ts';

/** Deletes every message of a chat; the chat itself stays, with its draft and its settings. */
export function clearChat(account: Account, { id }: ChatRecord): void {
  const { profile } = account;
  profile.commit((changes) => {
    noteRemoval(profile.database, id);
    messages.deleteMessages(profile.database, id);
    chats.refreshLast(profile.database, id);
    changes.push({ put: 'no-messages', chat: id }, { put: 'chat', row: chatRow(account, id) });
  });
  forget(profile);
}

/** Deletes one message here. */
export function removeMessage(account: Account, chat: ChatRecord, message: messages.MessageRecord): void {
  const { profile } = account;
  profile.commit((changes) => {
    noteMessageRemoval(profile.database, account.id, chat.address, message);
    takeOut(account, message, changes);
  });
  forget(profile);
}

/** Takes back a message that has not left, or that failed: nobody else has a copy, so that none can come back. */
export function discardMessage(account: Account, message: messages.MessageRecord): void {
  account.profile.commit((changes) => {
    takeOut(account, message, changes);
  });
}

/** Out of the outbox, the chat and the window. Runs inside a transaction. */
function takeOut(account: Account, { id, chat }: messages.MessageRecord, changes: Change[]): void {
  const { database } = account.profile;
  outbox.removeByMessage(database, id);
  messages.deleteMessage(database, id);
  chats.refreshLast(database, chat);
  changes.push({ put: 'no-message', chat, message: id }, { put: 'chat', row: chatRow(account, chat) });
}

/** The log still holds the pages as they were: they go with it. */
function forget(profile: Profile): void {
  profile.whenDurable(() => {
    try {
      truncateLog(profile.database);
    } catch (error) {
      // It is deleted all the same, and the log is overwritten some day: nothing to refuse the person for.
      profile.host.log('removal', 'log-kept', { error: String(error) });
      profile.suspect(error);
    }
  });
}
