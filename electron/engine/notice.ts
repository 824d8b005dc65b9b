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
  const { chat, sender, isMention } = message;
  const name = account.rooms.get(peer) === undefined ? displayName(account, peer) : nickIn(sender);
  return noticeFrom(account, peer, chat, sender, previewOf(message, name), isMention);
}

/**
 * The same of anything that somebody says.
 * @param sender in a room, their address there
 */
export function noticeFrom(
  account: Account,
  peer: BareJid,
  chat: number,
  sender: string,
  body: string,
  isMention = false,
): Notice | undefined {
  const room = account.rooms.get(peer);
  if (room === undefined) return { chat, title: displayName(account, peer), body };
  const { notify: wanted = 'mentions', name = '' } = room.row() ?? {};
  if (wanted === 'none' || (wanted === 'mentions' && !isMention)) return undefined;
  return { chat, title: titleOf(room.address, name), body: `${nickIn(sender)}: ${body}` };
}

const nickIn = (occupant: string): string => occupant.slice(occupant.indexOf('/') + 1);
