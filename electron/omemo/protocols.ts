/** The two protocols of OMEMO side by side: what the ratchet of each is like, and what a session is with. */
import type { BareJid } from '../../shared/jid.ts';
import type * as keys from '../store/keys.ts';
import { LEGACY, OMEMO_2, type Parameters } from './ratchet/parameters.ts';

export { PROTOCOLS, type Protocol } from '../store/keys.ts';

export const PARAMETERS: Readonly<Record<keys.Protocol, Parameters>> = { legacy: LEGACY, omemo2: OMEMO_2 };

/** What a session is with: a device, in one protocol. */
export interface Line extends keys.Line {
  readonly address: BareJid;
}

export function nameOf({ protocol, address, device }: Line): string {
  return `${protocol} ${device}/${address}`;
}
