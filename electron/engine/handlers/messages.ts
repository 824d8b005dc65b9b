/** The calls about messages, as the contract lists them. */
import type { messages as calls } from '../../../shared/calls/messages.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import * as messages from '../../store/messages.ts';
import { isUnderWay } from '../../store/outbox.ts';
import { discardMessage, retryMessage, sendMessage } from '../outbound.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';

export function messagesHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'messages.page': ({ chat: id, before, after, around, limit }) => {
      const { chat } = find.chatOf(id);
      if (around !== undefined) {
        const page = messages.pageAround(house.profile().database, chat.id, { around, limit });
        return { sequence: house.sequence(), ...page, messages: page.messages.map(messages.toRow) };
      }
      const page = messages.pageMessages(house.profile().database, chat.id, {
        limit,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      });
      return {
        sequence: house.sequence(),
        messages: page.messages.map(messages.toRow),
        hasMore: page.hasMore,
      };
    },
    'messages.send': ({ chat: id, text }) => {
      const { account, chat } = find.chatOf(id);
      if (text.trim() === '') throw new Refusal('invalid');
      return { message: sendMessage(account, chat.id, text) };
    },
    'messages.retry': ({ message: id }) => {
      const { account, message } = find.messageOf(id);
      if (message.delivery !== 'failed') throw new Refusal('too-late');
      retryMessage(account, message);
      return {};
    },
    'messages.discard': ({ message: id }) => {
      const { account, message } = find.messageOf(id);
      const isWaiting = message.delivery === 'queued' && !isUnderWay(house.profile().database, id);
      if (message.delivery !== 'failed' && !isWaiting) throw new Refusal('too-late');
      discardMessage(account, message);
      return {};
    },
  };
}
