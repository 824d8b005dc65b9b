/**
 * XEP-0410 MUC Self-Ping (Schrödinger's Chat), version 1.1.0. https://xmpp.org/extensions/xep-0410.html
 * Whether a room still takes us for an occupant: we ping ourselves through it. When to ask is decided by the engine; not
 * while a new nickname is under way (#impl).
 */
import type { BareJid } from '../../../shared/jid.ts';
import { StanzaError, WireClosed, type Wire } from '../wire.ts';
import { occupantJid } from './xep0045.ts';
import { askPing } from './xep0199.ts';

/** Rooms announce it. */
export const features: readonly string[] = [];

export type Occupancy = 'joined' | 'not-joined' | 'unknown';

/** #performingselfping: another client of ours, or the one that had our nickname, was reached: we are inside. */
const INSIDE: ReadonlySet<string> = new Set([
  'service-unavailable',
  'feature-not-implemented',
  'item-not-found',
]);
/** The room was not reached, and nothing is known. */
const UNREACHED: ReadonlySet<string> = new Set(['remote-server-not-found', 'remote-server-timeout']);

/** @param condition of the error that came back for a ping to our own occupant */
export function readOccupancy(condition: string): Occupancy {
  if (INSIDE.has(condition)) return 'joined';
  return UNREACHED.has(condition) ? 'unknown' : 'not-joined';
}

/**
 * Asks. Never throws what the room or the connection says: silence is `unknown`, and so is a nickname that can be none.
 * @param timeout milliseconds to wait for the answer
 */
export async function askSelfPing(
  wire: Pick<Wire, 'request'>,
  room: BareJid,
  nick: string,
  timeout?: number,
): Promise<Occupancy> {
  const to = occupantJid(room, nick);
  if (to === undefined) return 'unknown';
  try {
    await askPing(wire, to, timeout);
    return 'joined';
  } catch (error) {
    if (error instanceof StanzaError) return readOccupancy(error.condition);
    if (error instanceof WireClosed) return 'unknown';
    throw error;
  }
}
