/** The kinds of errands there are, and whom of them something concerns. What an errand is: errand.ts. */
import type { Change } from '../../shared/contract.ts';
import type { ChatRecord } from '../store/chats.ts';
import type { Account } from './account.ts';
import { correctionErrands } from './corrections.ts';
import type { Errand, ErrandKind, Outcome, Statement } from './errand.ts';
import { reactionErrands } from './reactions.ts';
import { retractionErrands } from './retractions.ts';

const kinds = {
  reactions: reactionErrands,
  correction: correctionErrands,
  retraction: retractionErrands,
} satisfies {
  [K in Errand['kind']]: ErrandKind<Extract<Errand, { kind: K }>>;
};

/** What an errand says now; see `ErrandKind.state`. */
export function stateErrand(account: Account, chat: ChatRecord, errand: Errand): Statement | undefined {
  switch (errand.kind) {
    case 'reactions':
      return kinds.reactions.state(account, chat, errand);
    case 'correction':
      return kinds.correction.state(account, chat, errand);
    case 'retraction':
      return kinds.retraction.state(account, chat, errand);
  }
}

/** Tells whoever it concerns what became of a stanza. Runs inside a transaction. */
export function settleErrand(
  account: Account,
  chat: number,
  stanzaId: string,
  outcome: Outcome,
  changes: Change[],
): boolean {
  return Object.values(kinds).some((kind) => kind.settle(account, chat, stanzaId, outcome, changes));
}
