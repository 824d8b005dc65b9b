/** Whether what was said may disturb the person: not in a chat that is muted, and not from somebody who is blocked. */
import { isMuted } from '../../shared/mute.ts';
import { getChat } from '../store/chats.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import type { Notice } from './host.ts';

/** Tells the person, if they want to be told now. */
export function notify(account: Account, notice: Notice): void {
  const { database, host } = account.profile;
  const chat = getChat(database, notice.chat);
  if (chat === undefined || isMuted(chat, host.now()) || isBlocked(account, chat.address)) return;
  host.notify(notice);
}
