/** What a stream can be told beside what every wire is: limits, authorities, a network of one's own, a log. */
import { usualPacing, type PacingLimits } from './pacing.ts';
import { usualDialLimits, type DialLimits } from './transport/dial.ts';
import type { Network } from './transport/network.ts';
import type { Paths } from './transport/paths.ts';
import type { ConnectOptions } from './wire.ts';
import type { StreamLimitsOffer } from './xep/xep0478.ts';

/** Times in milliseconds. */
export interface StreamLimits extends DialLimits, PacingLimits {
  /** For each step of the negotiation. */
  readonly step: number;
  /** For the server's side of an orderly close. */
  readonly close: number;
}

export const usualLimits: StreamLimits = { ...usualDialLimits, ...usualPacing, step: 30_000, close: 2_000 };

/** These limits, with signs of life as often as a server wants them that ends silent streams. */
export function paceWithin(limits: StreamLimits, { idleSeconds }: StreamLimitsOffer): StreamLimits {
  // Well before its time: the sign has a way to go.
  const longest = idleSeconds === undefined ? Infinity : idleSeconds * 800;
  return { ...limits, idle: Math.min(limits.idle, longest) };
}

export interface StreamOptions extends ConnectOptions {
  /** PEM certificates of the only authorities to trust, instead of the usual ones. */
  readonly ca?: readonly string[];
  readonly network?: Network;
  /** What earlier connections learnt about the network; kept for a run of the program. */
  readonly paths?: Paths;
  readonly limits?: Partial<StreamLimits>;
  /** Takes names of events and harmless data: never a body, a password or anything of SASL. */
  readonly log?: (event: string, data?: Readonly<Record<string, unknown>>) => void;
}
