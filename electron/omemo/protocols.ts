/** The two protocols of OMEMO side by side: what the ratchet of each is like, and what a session is with. */
import type { BareJid } from '../../shared/jid.ts';
import type * as keys from '../store/keys.ts';
import { LEGACY, OMEMO_2, type Parameters } from './ratchet/parameters.ts';
import { sessionKey } from './ratchet/sessions.ts';
import { isSameKey } from './trust.ts';

export { PROTOCOLS, type Protocol } from '../store/keys.ts';

export const PARAMETERS: Readonly<Record<keys.Protocol, Parameters>> = { legacy: LEGACY, omemo2: OMEMO_2 };

/** What a session is with: a device, in one protocol. */
export interface Line extends keys.Line {
  readonly address: BareJid;
}

/** True when there is an open session, and with the device that has this key. */
export function isSessionWith(
  protocol: keys.Protocol,
  record: string | undefined,
  identityKey: Uint8Array | undefined,
): boolean {
  const partner = sessionKey(PARAMETERS[protocol], record);
  return partner !== undefined && identityKey !== undefined && isSameKey(partner, identityKey);
}

export function nameOf({ protocol, address, device }: Line): string {
  return `${protocol} ${device}/${address}`;
}
