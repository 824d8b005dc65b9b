/** What the upload service of an account takes (XEP-0363), as far as it is known. */
import { TAG } from '../files/seal.ts';
import { NS, readLimit } from '../xmpp/xep/xep0363.ts';
import type { ChatRecord } from '../store/chats.ts';
import type { Account } from './account.ts';
import { canPublish, MOST_DIRECT } from './direct-serve.ts';

/** In bytes, what fits whether or not it is encrypted; no limit when the service names none. */
export function uploadLimit(
  account: Account,
  chat?: ChatRecord,
): {
  service: 'offered' | 'missing' | 'unknown';
  limit?: number;
} {
  const { disco } = account;
  const service = disco.serviceWith(NS);
  // Services are explored after the server itself.
  if (service === undefined && disco.services.length === 0) return { service: 'unknown' };
  if (service === undefined) {
    const isDirect = chat !== undefined && canPublish(account, chat);
    return isDirect ? { service: 'offered', limit: MOST_DIRECT - TAG } : { service: 'missing' };
  }
  const limit = readLimit(service.info);
  return { service: 'offered', ...(limit !== undefined && { limit: Math.max(0, limit - TAG) }) };
}
