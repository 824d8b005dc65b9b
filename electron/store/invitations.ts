/** The tokens of invitations that we gave to people whose address we do not know yet. */
import { prepare, transaction, type Database } from './database.ts';

/** Of one account, no more than this many wait at a time; the one that ends first gives way. */
const MOST = 256;

/** Keeps a token until `expires`, in milliseconds since 1970. */
export function putInvitation(
  database: Database,
  invitation: { readonly account: number; readonly token: string; readonly expires: number },
): void {
  transaction(database, () => {
    prepare<[typeof invitation]>(
      database,
      'INSERT INTO invitations (token, account, expires) VALUES (@token, @account, @expires)',
    ).run(invitation);
    prepare<[number, number, number]>(
      database,
      `DELETE FROM invitations WHERE account = ? AND token NOT IN
         (SELECT token FROM invitations WHERE account = ? ORDER BY expires DESC LIMIT ?)`,
    ).run(invitation.account, invitation.account, MOST);
  });
}

/** Uses up a token; false when there is none of this account, or its time is over. Forgets what is over, too. */
export function takeInvitation(database: Database, account: number, token: string, now: number): boolean {
  return transaction(database, () => {
    prepare<[number]>(database, 'DELETE FROM invitations WHERE expires <= ?').run(now);
    const { changes } = prepare<[number, string]>(
      database,
      'DELETE FROM invitations WHERE account = ? AND token = ?',
    ).run(account, token);
    return changes > 0;
  });
}
