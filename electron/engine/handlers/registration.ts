/** The calls about accounts on their servers and about invitations, as the contract lists them. */
import type { registration as calls } from '../../../shared/calls/registration.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import { readBareJid } from '../../../shared/jid.ts';
import * as accounts from '../../store/accounts.ts';
import { sweepFiles } from '../attachments.ts';
import { dropRule } from '../disturbance.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';
import { invite } from '../invitations.ts';
import { announceMove } from '../moves.ts';
import { changePassword, removeFromServer } from '../password.ts';
import { Registrations } from '../registration.ts';

export function registrationHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  const registrations = new Registrations(house);
  return {
    'accounts.registrationForm': (place) => registrations.open(place),
    'accounts.register': async ({ registration, answers, keepPassword = true }) => ({
      account: await registrations.submit(registration, answers, keepPassword),
    }),
    'accounts.cancelRegistration': () => {
      registrations.close();
      return {};
    },
    'accounts.changePassword': async ({ account, password, answers }) => {
      const form = await changePassword(find.accountOf(account), password, answers);
      return form === undefined ? {} : { form };
    },
    'accounts.deleteOnServer': async ({ account: id, address, answers }) => {
      const account = find.accountOf(id);
      // What was typed is the confirmation: a window that sends the number alone deletes nothing.
      if (readBareJid(address.trim()) !== account.address) throw new Refusal('not-an-address');
      const form = await removeFromServer(account, answers);
      if (form !== undefined) return { form };
      await account.stop();
      house.accounts.delete(id);
      house.profile().commit((changes) => {
        accounts.deleteAccount(house.profile().database, id);
        changes.push({ put: 'no-account', account: id });
        changes.push({ put: 'notifications', row: dropRule(house.profile().database, id) });
      });
      sweepFiles(house.profile());
      return {};
    },
    'accounts.invite': ({ account }) => invite(find.accountOf(account)),
    'accounts.announceMove': async ({ account, to }) => ({
      told: await announceMove(find.accountOf(account), find.accountOf(to)),
    }),
    'app.openUri': ({ uri }) => {
      house.intent.show(uri);
      return {};
    },
    'app.showChat': ({ chat }) => {
      house.intent.showChat(find.chatOf(chat).chat.id);
      return {};
    },
    'app.dropIntent': () => {
      house.intent.drop();
      return {};
    },
  };
}
