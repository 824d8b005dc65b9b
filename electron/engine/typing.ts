/** Who is writing (XEP-0085). Lives in memory; a notice that is never taken back ends by itself. */
import { resourceOf, type BareJid, type Jid } from '../../shared/jid.ts';
import { findChat } from '../store/chats.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';

/** XEP-0085 §5.4 leaves "composing" open-ended; after this many milliseconds of silence we stop believing it. */
const BELIEVED_FOR = 30_000;

/** Somebody began to write, or stopped. */
export interface Typing {
  readonly sender: Jid;
  readonly isTyping: boolean;
}

/** Notes that the other side of a chat began or stopped writing. A chat that does not exist is not created for it. */
export function setTyping(account: Account, peer: BareJid, { sender, isTyping }: Typing): void {
  const room = account.rooms.get(peer);
  if (room !== undefined) {
    room.typing.set(resourceOf(sender) ?? '', isTyping);
    return;
  }
  const chat = findChat(account.profile.database, account.id, peer);
  if (chat === undefined) return;
  const timer = account.typing.get(chat.id);
  if (timer === undefined && !isTyping) return;
  clearTimeout(timer);
  account.typing.delete(chat.id);
  if (isTyping) {
    account.typing.set(
      chat.id,
      setTimeout(() => {
        setTyping(account, peer, { sender, isTyping: false });
      }, BELIEVED_FOR),
    );
  }
  if ((timer !== undefined) !== isTyping) {
    account.profile.announce([{ put: 'chat', row: chatRow(account, chat.id) }]);
  }
}
