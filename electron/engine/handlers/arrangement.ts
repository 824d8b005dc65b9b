/** The calls about where a chat stands, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { arrangement as calls } from '../../../shared/calls/arrangement.ts';
import * as arrangement from '../arrangement.ts';
import type { Find } from '../find.ts';

export function arrangementHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'chats.setPinned': ({ chat, isPinned }) => {
      arrangement.setPinned(find.chatOf(chat).account, chat, isPinned);
      return {};
    },
    'chats.setArchived': ({ chat, isArchived }) => {
      arrangement.setArchived(find.chatOf(chat).account, chat, isArchived);
      return {};
    },
    'chats.setMuted': ({ chat, until }) => {
      arrangement.setMuted(find.chatOf(chat).account, chat, until);
      return {};
    },
    'chats.setMarkedUnread': ({ chat, isMarked }) => {
      arrangement.setMarkedUnread(find.chatOf(chat).account, chat, isMarked);
      return {};
    },
  };
}
