/** The calls about blocking, and about many who ask at once, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { blocking as calls } from '../../../shared/calls/blocking.ts';
import * as blocking from '../blocking.ts';
import { addressOf, type Find } from '../find.ts';
import { refuseContacts } from '../roster.ts';

export function blockingHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'blocking.block': async ({ account, addresses, report }) => {
      await blocking.block(find.accountOf(account), addresses, report);
      return {};
    },
    'blocking.unblock': async ({ account, addresses }) => {
      await blocking.unblock(find.accountOf(account), addresses);
      return {};
    },
    'contacts.refuseAll': ({ requests }) => {
      for (const [id, some] of Map.groupBy(requests, ({ account }) => account)) {
        const account = find.accountOf(id);
        refuseContacts(
          account,
          some.map(({ address }) => addressOf(address)),
        );
      }
      return {};
    },
  };
}
