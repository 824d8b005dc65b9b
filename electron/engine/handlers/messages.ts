/** The calls about messages, as the contract lists them. */
import type { messages as calls } from '../../../shared/calls/messages.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import type { BareJid } from '../../../shared/jid.ts';
import { readReaction } from '../../../shared/reaction.ts';
import * as messages from '../../store/messages.ts';
import { getReaders } from '../../store/message-readers.ts';
import { isUnderWay } from '../../store/outbox.ts';
import { listPinned, setPinned } from '../../store/pinned-messages.ts';
import { listVersions } from '../../store/versions.ts';
import { filesOfPage } from '../attachments.ts';
import { historyOf, pageBackwards, pageForwards, withGaps } from '../chat-page.ts';
import { correctMessage } from '../corrections.ts';
import { editMessage } from '../editing.ts';
import { moderate } from '../moderation.ts';
import { forwardMessages } from '../forwarding.ts';
import { retractMessage } from '../retractions.ts';
import { retryMessage, sendMessage } from '../outbound.ts';
import { react, reactionsOfPage } from '../reactions.ts';
import { discardMessage, removeMessage } from '../removal.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';

export function messagesHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'messages.page': async ({ chat: id, before, after, around, limit }) => {
      const { account, chat } = find.chatOf(id);
      if (around !== undefined) {
        const page = messages.pageAround(house.profile().database, chat.id, { around, limit });
        const rows = page.messages.map(messages.toRow);
        return {
          sequence: house.sequence(),
          ...page,
          messages: rows,
          ...filesOfPage(account, chat.id, rows),
          ...reactionsOfPage(account, chat.id, rows),
          gaps: withGaps(account, chat, rows),
        };
      }
      const page =
        after !== undefined && before === undefined
          ? pageForwards(account, chat, { after, limit })
          : await pageBackwards(account, chat, { before, limit });
      const { messages: rows } = page;
      return {
        sequence: house.sequence(),
        ...page,
        ...filesOfPage(account, chat.id, rows),
        ...reactionsOfPage(account, chat.id, rows),
      };
    },
    'messages.fill': async ({ chat: id, gap }) => {
      const { account, chat } = find.chatOf(id);
      await historyOf(account, chat).fill(gap, chat.address as BareJid);
      return {};
    },
    'messages.send': ({ chat: id, ...saying }) => {
      const { account, chat } = find.chatOf(id);
      if (saying.text.trim() === '') throw new Refusal('invalid');
      return { message: sendMessage(account, chat.id, saying) };
    },
    'messages.forward': async ({ messages: ids, chats, withAuthor, isSure = false }) => {
      const sources = [...new Set(ids)].map((id) => {
        const { account, message } = find.messageOf(id);
        return { account, message, chat: find.chatOf(message.chat).chat };
      });
      await forwardMessages(
        sources,
        [...new Set(chats)].map((chat) => find.chatOf(chat)),
        { withAuthor, isSure },
      );
      return {};
    },
    'messages.retry': ({ message: id }) => {
      const { account, message } = find.messageOf(id);
      if (message.delivery !== 'failed') throw new Refusal('too-late');
      retryMessage(account, message);
      return {};
    },
    'messages.correct': ({ message: id, text }) => {
      const { account, message } = find.messageOf(id);
      if (text.trim() === '') throw new Refusal('invalid');
      correctMessage(account, message, text);
      return {};
    },
    'messages.retract': async ({ message: id, reason }) => {
      const { account, message } = find.messageOf(id);
      const room = account.rooms.ofChat(message.chat);
      if (room !== undefined && !message.isOutgoing) await moderate(account, room, message, reason);
      else retractMessage(account, message);
      return {};
    },
    'messages.versions': ({ message: id }) => {
      const { message } = find.messageOf(id);
      const all = listVersions(house.profile().database, message.id);
      return { versions: all.map(({ text, at }) => ({ text, at })) };
    },
    'messages.edit': ({ message: id, text }) => {
      const { account, message } = find.messageOf(id);
      if (text.trim() === '') throw new Refusal('invalid');
      editMessage(account, find.chatOf(message.chat).chat, message, text);
      return {};
    },
    'messages.remove': ({ message: id }) => {
      const { account, message } = find.messageOf(id);
      removeMessage(account, find.chatOf(message.chat).chat, message);
      return {};
    },
    'messages.pin': ({ message: id, isPinned }) => {
      const { message } = find.messageOf(id);
      if (message.retracted !== undefined && isPinned) throw new Refusal('invalid');
      const profile = house.profile();
      profile.commit((changes) => {
        setPinned(profile.database, id, isPinned);
        const pinned = messages.getMessage(profile.database, id);
        if (pinned !== undefined) changes.push({ put: 'message', row: messages.toRow(pinned) });
      });
      return {};
    },
    'messages.pinned': ({ chat: id }) => ({
      messages: listPinned(house.profile().database, find.chatOf(id).chat.id).map(messages.toRow),
    }),
    'messages.react': ({ message: id, emojis }) => {
      const { account, message } = find.messageOf(id);
      if (emojis.some((emoji) => readReaction(emoji) === undefined)) throw new Refusal('invalid');
      react(account, message, emojis);
      return {};
    },
    'messages.readers': ({ message: id }) => {
      const readers = getReaders(house.profile().database, find.messageOf(id).message.id);
      return readers === undefined ? {} : { readers };
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
