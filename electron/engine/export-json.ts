/** Chats as JSON for programs; `shared/transcript.ts` says what is in it. Pure: rows in, text out. */
import { fileHead, type AccountEntry, type ChatEntry, type MessageEntry } from '../../shared/transcript.ts';

/** What goes before, between and behind; `isFirst` speaks of its siblings. */
export const json = {
  begin: (): string => opened(fileHead, 'accounts'),
  account: (account: AccountEntry, isFirst: boolean): string => next(isFirst) + opened(account, 'chats'),
  chat: (chat: ChatEntry, isFirst: boolean): string => next(isFirst) + opened(chat, 'messages'),
  message: (message: MessageEntry, isFirst: boolean): string => next(isFirst) + JSON.stringify(message),
  /** Closes a chat, an account, and at last the file. */
  end: (): string => '\n]}',
};

function next(isFirst: boolean): string {
  return isFirst ? '\n' : ',\n';
}

/** An object whose last key is a list that is still open. */
function opened(value: object, list: string): string {
  return `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(list)}:[`;
}
