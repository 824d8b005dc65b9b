/**
 * Answers to messages (XEP-0461): what one of ours says on the wire about the message that it answers, and the rows that
 * change when that one does. An answer in clear never quotes what was encrypted.
 */
import type { Change } from '../../shared/contract.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import type { Answered } from '../store/message-columns.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import { listAnswers } from '../store/replies.ts';
import { NS, writeReply, type Reply } from '../xmpp/xep/xep0461.ts';
import { writeFallback, type Passage } from '../xmpp/xep/xep0428.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import { idInArchive } from './archived-as.ts';
import { withQuote } from './quotes.ts';

/** How an answer names what it answers, in a message with this text. */
export interface Answer {
  readonly text: string;
  readonly reply: Reply;
  /** The parts of the text that quote. */
  readonly quotes: readonly Passage[];
}

/** The ids by which a message of this chat is answered; undefined when it has none, or is not there. */
export function answeredBy(database: Database, chat: number, message: number): Answered | undefined {
  const record = messages.getMessage(database, message);
  if (record?.chat !== chat) return undefined;
  // XEP-0461 #business-id: in a room the id that the room gave it.
  const room = chats.getChat(database, chat);
  if (room?.kind === 'room') {
    const { archiveId } = record;
    return archiveId === undefined ? undefined : { id: idInArchive(room.address as BareJid, archiveId) };
  }
  const id = record.originId ?? record.stanzaId;
  return id === undefined ? undefined : { id, author: record.sender };
}

/** What a message of ours that answers another one says; undefined for one that answers none. */
export function answerOf(
  database: Database,
  { answers, reply, text }: messages.MessageRecord,
  encryption: 'omemo' | 'none',
): Answer | undefined {
  if (answers === undefined) return undefined;
  const author = answers.author === undefined ? undefined : readBareJid(answers.author);
  const named = { id: answers.id, ...(author !== undefined && { author }) };
  const answered = reply?.message === undefined ? undefined : messages.getMessage(database, reply.message);
  if (answered === undefined || !mayQuote(answered, encryption)) return { text, reply: named, quotes: [] };
  const quoting = withQuote(text, answered.text);
  return { text: quoting.text, reply: named, quotes: [quoting.passage] };
}

/** What is covered stays so, and what was encrypted is not said in clear. */
function mayQuote(
  { unreadable, spoiler, encryption }: messages.MessageRecord,
  now: 'omemo' | 'none',
): boolean {
  return unreadable === undefined && spoiler === undefined && (now === 'omemo' || encryption === 'none');
}

/** The same as elements, for the inside of an encrypted message. */
export function answerElements({ reply, quotes }: Answer): Element[] {
  return [writeReply(reply), ...quotes.map((passage) => writeFallback(NS, passage))];
}

/** Announces a message whose words have changed, with all that shows them: its answers, and its chat. */
export function announceChanged(account: Account, id: number, changes: Change[]): void {
  const { database } = account.profile;
  const message = messages.getMessage(database, id);
  if (message === undefined) return;
  changes.push({ put: 'message', row: messages.toRow(message) });
  announceAnswersTo(database, id, changes);
  changes.push({ put: 'chat', row: chatRow(account, message.chat) });
}

/** Announces the answers to a message: their quote has changed. */
export function announceAnswersTo(database: Database, message: number, changes: Change[]): void {
  for (const id of listAnswers(database, message)) {
    const answer = messages.getMessage(database, id);
    if (answer !== undefined) changes.push({ put: 'message', row: messages.toRow(answer) });
  }
}
