/**
 * Messages written while the clock of this computer was wrong and no server could be asked: once its clock is known,
 * those that have not left are dated anew. Otherwise one of tomorrow, or of the next decade, would stand at the end of
 * its chat until then. What has left keeps its time: others have seen it.
 */
import * as attachments from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import type { Account } from './account.ts';
import { fileChange, traitsOf } from './attachments.ts';
import { chatRow } from './chats.ts';

/** A message this far ahead of the server's clock was not written then, in milliseconds. */
const AHEAD = 60_000;

export function redateWaiting(account: Account): void {
  const { database } = account.profile;
  const now = account.clock.now();
  const late = outbox
    .listUncomposed(database, account.id)
    .flatMap((id) => messages.getMessage(database, id) ?? [])
    .filter(({ at }) => at > now + AHEAD);
  if (late.length === 0) return;
  account.log('redated', { messages: late.length });
  account.profile.commit((changes) => {
    for (const { id, ...message } of late) {
      const files = attachments.listOfMessage(database, id); // they go with the row
      messages.deleteMessage(database, id);
      const dated = messages.insertMessage(database, { ...message, at: now });
      if (files.length > 0) messages.setTraits(database, dated.id, traitsOf(files));
      outbox.enqueue(database, { account: account.id, chat: message.chat, message: dated.id });
      chats.refreshLast(database, message.chat);
      changes.push(
        { put: 'no-message', chat: message.chat, message: id },
        { put: 'message', row: messages.toRow(dated) },
        { put: 'chat', row: chatRow(account, message.chat) },
        ...files.flatMap((file) => {
          const copy = attachments.insertAttachment(database, { ...file, message: dated.id });
          return fileChange(account, copy);
        }),
      );
    }
  });
}
