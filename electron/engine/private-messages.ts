/**
 * Messages from one occupant of a room to another (XEP-0045 #privatemessage). They are no part of what is said in the room,
 * nor of a chat with the person behind the name, and have no place of their own here yet: who sends one is told so.
 */
import { bareOf, type Jid } from '../../shared/jid.ts';
import { writeMessage, type Message } from '../xmpp/message.ts';
import type { Account } from './account.ts';

/** The rule by which they are dropped. */
export const PRIVATE = 'private-message';

/** @param other whom it is from, or to if it is ours; an occupant when that is in one of our rooms (H29) */
export function isPrivate(account: Account, other: Jid | undefined, { type }: Message): boolean {
  if (other === undefined || type === 'error') return false;
  const room = bareOf(other);
  return room !== other && account.rooms.get(room) !== undefined;
}

/** Tells them that nobody has read it, once for what has words; a copy of what another device got is answered there. */
export function refusePrivate(account: Account, { from, id, body }: Message): void {
  if (from === undefined || body === undefined || bareOf(from) === account.address) return;
  const text = 'Private messages in rooms are not supported: write to the address instead.';
  account.wire?.send(
    writeMessage({
      to: from,
      type: 'error',
      ...(id !== undefined && { id }),
      error: { condition: 'feature-not-implemented', type: 'cancel', text },
    }),
  );
}
