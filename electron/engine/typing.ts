/** Who is writing (XEP-0085). Lives in memory; a notice that is never taken back ends by itself. */
import type { BareJid } from '../../shared/jid.ts';
import { findChat } from '../store/chats.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';

/** XEP-0085 §5.4 leaves "composing" open-ended; after this many milliseconds of silence we stop believing it. */
const BELIEVED_FOR = 30_000;

/** Notes that the other side of a chat began or stopped writing. A chat that does not exist is not created for it. */
export function setTyping(account: Account, peer: BareJid, isTyping: boolean): void {
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
        setTyping(account, peer, false);
      }, BELIEVED_FOR),
    );
  }
  if ((timer !== undefined) !== isTyping) {
    account.profile.announce([{ put: 'chat', row: chatRow(account, chat.id) }]);
  }
}
