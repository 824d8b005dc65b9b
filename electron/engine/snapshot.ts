/** Every row but messages, as puts: what a window needs to paint. */
import type { Change } from '../../shared/contract.ts';
import * as chats from '../store/chats.ts';
import * as contacts from '../store/contacts.ts';
import type { Account } from './account.ts';
import { blockedRow } from './blocking.ts';
import { rowOf } from './chats.ts';
import { getDesktop } from './desktop.ts';
import { getNotifications } from './disturbance.ts';
import { folderChange } from './folders.ts';
import type { Profile } from './profile.ts';
import { inviteChanges } from './room-invites.ts';
import { contactRows } from './roster.ts';

/** @param open the accounts */
export function everyRow(profile: Profile, open: ReadonlyMap<number, Account>): Change[] {
  const changes: Change[] = [
    { put: 'desktop', row: getDesktop(profile.database) },
    folderChange(profile),
    { put: 'notifications', row: getNotifications(profile.database) },
  ];
  for (const account of open.values()) {
    changes.push({ put: 'account', row: account.row() });
    changes.push({ put: 'blocked', row: blockedRow(account) });
    for (const contact of contactRows(account)) changes.push({ put: 'contact', row: contact });
  }
  for (const request of contacts.listContactRequests(profile.database)) {
    changes.push({ put: 'contact-request', row: request });
  }
  for (const chat of chats.listChats(profile.database)) {
    const account = open.get(chat.account);
    if (account !== undefined) changes.push({ put: 'chat', row: rowOf(account, chat) });
  }
  for (const account of open.values()) {
    for (const room of account.rooms.rows()) changes.push({ put: 'room', row: room });
    changes.push(...inviteChanges(account));
  }
  for (const call of profile.calls.rows()) changes.push({ put: 'call', row: call });
  return changes;
}
