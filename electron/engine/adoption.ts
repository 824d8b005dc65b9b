/** Accounts that came out of a file begin to live, and the window is told of all that came with them. */
import type { Change } from '../../shared/contract.ts';
import * as accounts from '../store/accounts.ts';
import { Account } from './account.ts';
import type { Household } from './engine.ts';

/** @param touched chats whose messages the window asks for again */
export function adoptAccounts(
  house: Household,
  newAccounts: readonly number[],
  touched: readonly number[] = [],
): void {
  const profile = house.profile();
  for (const record of accounts.listAccounts(profile.database)) {
    if (!newAccounts.includes(record.id)) continue;
    const account = new Account(profile, record);
    account.link.setActive(house.isWatched());
    house.accounts.set(record.id, account);
  }
  const history = touched.map((chat): Change => ({ put: 'history', chat }));
  profile.announce([...house.snapshot().changes, ...history]);
  for (const id of newAccounts) {
    const account = house.accounts.get(id);
    if (account?.record().enabled === true) account.start();
  }
}
