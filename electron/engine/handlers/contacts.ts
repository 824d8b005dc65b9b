/** The calls about contacts, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { contacts as calls } from '../../../shared/calls/contacts.ts';
import { getContactRequest } from '../../store/contacts.ts';
import { followMove } from '../moves.ts';
import * as roster from '../roster.ts';
import { addressOf, type Find } from '../find.ts';

export function contactsHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'contacts.add': async ({ account, address, name, token }) => ({
      chat: await roster.addContact(find.accountOf(account), addressOf(address), name?.trim() ?? '', token),
    }),
    'contacts.rename': async ({ account, address, name }) => {
      await roster.renameContact(find.accountOf(account), addressOf(address), name);
      return {};
    },
    'contacts.remove': async ({ account, address }) => {
      await roster.dropContact(find.accountOf(account), addressOf(address));
      return {};
    },
    'contacts.accept': async ({ account: id, address }) => {
      const [account, bare] = [find.accountOf(id), addressOf(address)];
      const request = getContactRequest(account.profile.database, id, bare);
      const chat = roster.acceptContact(account, bare);
      if (request?.movedFrom !== undefined) await followMove(account, addressOf(request.movedFrom), bare);
      return { chat };
    },
    'contacts.refuse': ({ account, address }) => {
      roster.refuseContact(find.accountOf(account), addressOf(address));
      return {};
    },
  };
}
