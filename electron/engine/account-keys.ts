/** The keys of an account, beside its database and by its clock. Only makes them; what they do is in omemo/. */
import { Omemo } from '../omemo/omemo.ts';
import type { Account } from './account.ts';

export function keysOf(account: Account): Omemo {
  const { profile, id, address } = account;
  return new Omemo({
    database: profile.database,
    account: id,
    address,
    now: () => profile.host.now(),
    log: (event, data) => account.log(event, data),
  });
}
