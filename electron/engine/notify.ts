/**
 * Tells the person what was said, if they want to be told now, and no more of it than they want on their screen. Whether
 * they do is decided in `disturbance.ts`.
 */
import { wallAt } from '../../shared/quiet.ts';
import { getChat } from '../store/chats.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { getNotifications, mayDisturb } from './disturbance.ts';
import type { Notice } from './host.ts';

/** @param isMention it is meant for us by name, which matters in rooms */
export function notify(account: Account, notice: Notice, isMention = false): void {
  const { database, host } = account.profile;
  const chat = getChat(database, notice.chat);
  if (chat === undefined) return;
  const row = getNotifications(database);
  const now = host.now();
  const occasion = {
    account: account.id,
    isBlocked: isBlocked(account, chat.address),
    isRoom: chat.kind === 'room',
    isMention,
    mutedUntil: chat.mutedUntil,
  };
  if (!mayDisturb(occasion, row, now, wallAt(now))) return;
  const { title, body, call } = notice;
  host.notify({
    chat: notice.chat,
    title: row.preview === 'nothing' ? '' : title,
    body: row.preview === 'all' ? body : '',
    ...(call !== undefined && { call }),
  });
}
