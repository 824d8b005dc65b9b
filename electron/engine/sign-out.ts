/** Leaving for good: what signs in as well as a password shall be worth nothing once it is deleted here. */
import type { AccountRecord } from '../store/accounts.ts';
import type { CredentialsRecord } from '../store/credentials.ts';
import { connectOptions } from './account-row.ts';
import type { Host } from './host.ts';

/** Milliseconds; nobody waits longer for a server that may be gone. */
const PATIENCE = 5_000;

/**
 * Lets the server forget the account's token (XEP-0484 0.2.0 #invalidation), which takes a connection of its own. Best
 * effort: a token ends by itself, too. Resolves when it is done or was in vain.
 */
export async function invalidateToken(
  host: Host,
  { session: _, ...record }: Omit<AccountRecord, 'id'>,
  credentials: CredentialsRecord,
): Promise<void> {
  if (credentials.memory.token === undefined) return;
  const options = { ...connectOptions(record, credentials), invalidatesToken: true };
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      wire.drop();
    }, PATIENCE);
    const wire = host.connect(options, {
      state: (state) => {
        if (state.kind === 'online') void wire.close();
        if (state.kind !== 'closed') return;
        clearTimeout(timer);
        resolve();
      },
      stanza: () => undefined,
      acknowledged: () => undefined,
      remember: () => undefined,
    });
  });
}
