/** What a stream that came online tells of itself. Pure. */
import type { Negotiated } from './negotiation.ts';
import type { ConnectionDetails, WireState } from './wire.ts';

export function onlineState(
  { jid, scram, carbons, session, resumed }: Negotiated,
  details: ConnectionDetails | undefined,
): WireState {
  const isOverWeb = details?.transport === 'websocket';
  return {
    kind: 'online',
    jid,
    scram,
    ...(carbons && { carbons }),
    ...(details !== undefined && { details }),
    ...(session !== undefined && { session: isOverWeb ? { ...session, carrier: 'websocket' } : session }),
    ...(resumed !== undefined && { resumed }),
  };
}
