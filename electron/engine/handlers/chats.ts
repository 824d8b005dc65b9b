/** The calls about chats, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { chats as calls } from '../../../shared/calls/chats.ts';
import type { BareJid } from '../../../shared/jid.ts';
import { createOmemoNetwork } from '../../omemo/devices.ts';
import { isBlocked } from '../blocking.ts';
import * as chatVerbs from '../chats.ts';
import { reviewDoubts } from '../doubts.ts';
import { addressOf, type Find } from '../find.ts';
import { markRead } from '../read-state.ts';
import { clearChat, removeChat } from '../removal.ts';

export function chatsHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'chats.open': ({ account, address }) => ({
      chat: chatVerbs.openChat(find.accountOf(account), addressOf(address)),
    }),
    'chats.remove': ({ chat: id }) => {
      const { account, chat } = find.chatOf(id);
      removeChat(account, chat.id);
      return {};
    },
    'chats.clear': ({ chat: id }) => {
      const { account, chat } = find.chatOf(id);
      clearChat(account, chat);
      return {};
    },
    'chats.markRead': ({ chat: id, message }) => {
      const { account, chat } = find.chatOf(id);
      markRead(account, chat, message);
      return {};
    },
    'chats.setDraft': ({ chat: id, text, reply }) => {
      const { account, chat } = find.chatOf(id);
      chatVerbs.setDraft(account, chat.id, text, reply);
      return {};
    },
    'chats.setTyping': ({ chat: id, isTyping }) => {
      const { account, chat } = find.chatOf(id);
      chatVerbs.sendTyping(account, chat.id, isTyping);
      return {};
    },
    'chats.setEncryption': ({ chat: id, mode }) => {
      const { account, chat } = find.chatOf(id);
      chatVerbs.setEncryption(account, chat.id, mode);
      return {};
    },
    'chats.devices': async ({ chat: id }) => {
      const { account, chat } = find.chatOf(id);
      const peer = chat.address as BareJid;
      if (account.wire !== undefined && !isBlocked(account, peer))
        await account.omemo.prepareFor(peer, createOmemoNetwork(account.wire));
      reviewDoubts(account);
      return { devices: [...account.omemo.devices(peer), ...account.omemo.devices(account.address)] };
    },
  };
}
