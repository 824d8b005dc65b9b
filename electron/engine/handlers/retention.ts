/** The calls about how long messages are kept, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { retention as calls } from '../../../shared/calls/retention.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';
import { countExpired, getRetention, setChatRetention, setRetention } from '../retention.ts';

export function retentionHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'retention.get': () => ({ days: getRetention(house.profile().database) }),
    'retention.set': ({ days }) => {
      setRetention(house.profile(), house.accounts, days);
      return {};
    },
    'retention.setChat': ({ chat: id, days }) => {
      const { account, chat } = find.chatOf(id);
      setChatRetention(account, chat.id, days);
      return {};
    },
    'retention.count': ({ chat, days }) => {
      if (chat !== undefined) find.chatOf(chat);
      return { messages: countExpired(house.profile(), days, chat) };
    },
  };
}
