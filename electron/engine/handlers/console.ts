/** The calls about the stanzas of an account, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { stanzaConsole as calls } from '../../../shared/calls/console.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';
import { sendByHand } from '../stanza-watch.ts';

export function consoleHandlers({ stanzas }: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'console.watch': ({ account: id }) => {
      const account = find.accountOf(id);
      stanzas.watch(account.id, account.address);
      return {};
    },
    'console.stop': ({ account }) => {
      stanzas.stop(find.accountOf(account).address);
      return {};
    },
    'console.send': ({ account, xml }) => sendByHand(find.accountOf(account), xml),
  };
}
