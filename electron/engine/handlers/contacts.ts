/** The calls about contacts, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { contacts as calls } from '../../../shared/calls/contacts.ts';
import * as roster from '../roster.ts';
import { addressOf, type Find } from '../find.ts';

export function contactsHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'contacts.add': async ({ account, address, name }) => ({
      chat: await roster.addContact(find.accountOf(account), addressOf(address), name?.trim() ?? ''),
    }),
    'contacts.rename': async ({ account, address, name }) => {
      await roster.renameContact(find.accountOf(account), addressOf(address), name);
      return {};
    },
    'contacts.remove': async ({ account, address }) => {
      await roster.dropContact(find.accountOf(account), addressOf(address));
      return {};
    },
    'contacts.accept': ({ account, address }) => ({
      chat: roster.acceptContact(find.accountOf(account), addressOf(address)),
    }),
    'contacts.refuse': ({ account, address }) => {
      roster.refuseContact(find.accountOf(account), addressOf(address));
      return {};
    },
  };
}
