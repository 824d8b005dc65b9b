/** What the upload service of an account takes (XEP-0363), as far as it is known. */
import { TAG } from '../files/seal.ts';
import { NS, readLimit } from '../xmpp/xep/xep0363.ts';
import type { Account } from './account.ts';

/** In bytes, what fits whether or not it is encrypted; no limit when the service names none. */
export function uploadLimit({ disco }: Account): {
  service: 'offered' | 'missing' | 'unknown';
  limit?: number;
} {
  const service = disco.serviceWith(NS);
  // Services are explored after the server itself.
  if (service === undefined) return { service: disco.services.length > 0 ? 'missing' : 'unknown' };
  const limit = readLimit(service.info);
  return { service: 'offered', ...(limit !== undefined && { limit: Math.max(0, limit - TAG) }) };
}
