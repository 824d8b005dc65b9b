/** Finds what a call means by its ids and addresses, and refuses what is not there. */
import { Refusal } from '../../shared/answer.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import type { Account } from './account.ts';
import type { Household } from './engine.ts';

/** Each of them throws Refusal `not-found`, or `profile-locked`. */
export interface Find {
  accountOf(id: number): Account;
  chatOf(id: number): { readonly account: Account; readonly chat: chats.ChatRecord };
  messageOf(id: number): { readonly account: Account; readonly message: messages.MessageRecord };
}

export function createFind(house: Household): Find {
  const accountOf = (id: number): Account => {
    house.profile();
    const account = house.accounts.get(id);
    if (account === undefined) throw new Refusal('not-found');
    return account;
  };
  return {
    accountOf,
    chatOf(id) {
      const chat = chats.getChat(house.profile().database, id);
      if (chat === undefined) throw new Refusal('not-found');
      return { account: accountOf(chat.account), chat };
    },
    messageOf(id) {
      const message = messages.getMessage(house.profile().database, id);
      if (message === undefined) throw new Refusal('not-found');
      return { account: accountOf(message.account), message };
    },
  };
}

/**
 * The account or person that a call names.
 * @throws Refusal `not-an-address` when the text is no bare address with a local part
 */
export function addressOf(text: string): BareJid {
  const address = readBareJid(text.trim());
  if (address === undefined || !address.includes('@')) throw new Refusal('not-an-address');
  return address;
}
