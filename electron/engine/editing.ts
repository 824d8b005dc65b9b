/**
 * Changes what a message of ours says while nobody else has it: one that failed, or that still waits. It keeps its place
 * among the messages and gets other ids: whoever has the earlier words after all does not take the new ones for a copy.
 */
import type { ChatRecord } from '../store/chats.ts';
import { listOfMessage } from '../store/attachments.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { noteMessageRemoval } from '../store/removed.ts';
import { Refusal } from '../../shared/answer.ts';
import type { Account } from './account.ts';
import { progress } from './apply.ts';
import { chatRow } from './chats.ts';

/**
 * A message that waits keeps its place in the outbox, one that failed goes to its end, as with a retry.
 * @throws Refusal `too-late` when it has left, or may have
 */
export function editMessage(
  account: Account,
  chat: ChatRecord,
  message: messages.MessageRecord,
  text: string,
): void {
  const { profile } = account;
  const { database } = profile;
  if (listOfMessage(database, message.id).length > 0) throw new Refusal('not-allowed', 'it is a file');
  const isWaiting = message.delivery === 'queued' && outbox.isUncomposed(database, message.id);
  if (message.delivery !== 'failed' && !isWaiting) throw new Refusal('too-late');
  profile.commit((changes) => {
    // Our archive may have the earlier words.
    if (!isWaiting) noteMessageRemoval(database, account.id, chat.address, message);
    messages.rewrite(database, message.id, { text, stanzaId: profile.host.id() });
    const rewritten = messages.getMessage(database, message.id);
    if (rewritten === undefined) return;
    if (isWaiting) {
      changes.push(
        { put: 'message', row: messages.toRow(rewritten) },
        { put: 'chat', row: chatRow(account, chat.id) },
      );
      return;
    }
    progress(account, rewritten, 'retried', changes);
    outbox.removeByMessage(database, message.id);
    outbox.enqueue(database, { account: account.id, chat: chat.id, message: message.id });
  });
  account.outbox.flush();
}
