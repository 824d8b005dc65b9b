/** Where a person puts a chat. Nobody else is told, not even their own other devices. */
import * as store from '../store/arrangement.ts';
import type { Database } from '../store/database.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';

export function setPinned(account: Account, chat: number, isPinned: boolean): void {
  change(account, chat, (database) => {
    if (isPinned) store.pinChat(database, chat);
    else store.unpinChat(database, chat);
  });
}

export function setArchived(account: Account, chat: number, isArchived: boolean): void {
  change(account, chat, (database) => {
    store.setArchived(database, chat, isArchived);
  });
}

/** @param until milliseconds since 1970 */
export function setMuted(account: Account, chat: number, until: number): void {
  change(account, chat, (database) => {
    store.setMuted(database, chat, until);
  });
}

export function setMarkedUnread(account: Account, chat: number, isMarked: boolean): void {
  change(account, chat, (database) => {
    store.setMarkedUnread(database, chat, isMarked);
  });
}

function change(account: Account, chat: number, work: (database: Database) => void): void {
  const { profile } = account;
  profile.commit((changes) => {
    work(profile.database);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
  });
}
