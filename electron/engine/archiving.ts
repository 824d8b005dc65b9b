/** What our server keeps in our archive (XEP-0441): found out after signing in, and changed when a person asks for it. */
import type { AccountRow } from '../../shared/contract.ts';
import { Refusal } from '../../shared/answer.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import { askChange, askPreferences, type Preferences } from '../xmpp/xep/xep0441.ts';
import type { Account } from './account.ts';

export type Archiving = NonNullable<AccountRow['archiving']>;

const MEANINGS: Readonly<Record<Preferences['otherwise'], Archiving>> = {
  always: 'everything',
  roster: 'contacts',
  never: 'nothing',
};

/**
 * Asks what is kept; `undefined` when the server does not say.
 * @throws WireClosed
 */
export async function learnArchiving(wire: Wire): Promise<Archiving | undefined> {
  try {
    const preferences = await askPreferences(wire);
    return preferences && MEANINGS[preferences.otherwise];
  } catch (error) {
    if (error instanceof StanzaError) return undefined; // it has an archive and no say in it (#config)
    throw error;
  }
}

/**
 * Asks the server to keep everything but what is excepted already.
 * @throws Refusal `offline`, `not-allowed` when the server keeps less all the same; StanzaError, WireClosed
 */
export async function keepHistory(account: Account): Promise<void> {
  const { wire } = account;
  if (wire === undefined) throw new Refusal('offline');
  const { always = [], never = [] } = (await askPreferences(wire)) ?? {};
  const decided = await askChange(wire, { otherwise: 'always', always, never });
  if (decided !== undefined) account.history.setArchiving(MEANINGS[decided.otherwise]);
  if (decided?.otherwise !== 'always') throw new Refusal('not-allowed');
}
