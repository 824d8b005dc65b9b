/** What the person is told of a message: who says what. In a room only what they want to hear from there. */
import { previewOf } from '../../shared/preview.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { MessageRecord } from '../store/messages.ts';
import type { Account } from './account.ts';
import type { Notice } from './host.ts';
import { titleOf } from './room-row.ts';
import { displayName } from './roster.ts';

/** Undefined for what is not worth telling. */
export function noticeOf(account: Account, peer: BareJid, message: MessageRecord): Notice | undefined {
  const { chat, sender } = message;
  const room = account.rooms.get(peer);
  if (room === undefined) {
    const title = displayName(account, peer);
    return { chat, title, body: previewOf(message, title) };
  }
  const { notify: wanted = 'mentions', name = '' } = room.row() ?? {};
  if (wanted === 'none' || (wanted === 'mentions' && message.isMention !== true)) return undefined;
  const nick = sender.slice(sender.indexOf('/') + 1);
  return { chat, title: titleOf(room.address, name), body: `${nick}: ${previewOf(message, nick)}` };
}
