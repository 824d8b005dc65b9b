/**
 * What a message of ours says where it is encrypted: its text, and the elements that go into the encryption beside it.
 * Decides nothing about who gets it.
 */
import type { Content } from '../omemo/omemo.ts';
import type { MessageRecord } from '../store/messages.ts';

/** What to encrypt for a message. See `Content` for who can read what of it. */
export function contentOf(message: MessageRecord): Content {
  return { text: message.text, elements: [] };
}
