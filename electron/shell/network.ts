/** Decides from what is seen at regular intervals whether the network changed or the machine slept. Pure. */
import type { NetworkInterfaceInfo } from 'node:os';

/** Milliseconds between two looks. */
export const INTERVAL = 5_000;
/** A look that comes this much late, in milliseconds, was held up by sleep or a stopped process. */
const SLEPT = 30_000;

/** The addresses that this machine can be reached by, as one comparable text; empty when there is no network. */
export function describeNetwork(
  isOnline: boolean,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string {
  if (!isOnline) return '';
  const addresses = Object.entries(interfaces).flatMap(([name, infos]) =>
    // Temporary IPv6 addresses come and go without anything having changed; the prefix tells the network.
    (infos ?? []).filter((info) => !info.internal).map((info) => `${name} ${prefixOf(info)}`),
  );
  return ['online', ...[...new Set(addresses)].sort()].join('\n');
}

export interface Look {
  /** Milliseconds since 1970: the clock that goes on while the machine sleeps. */
  readonly at: number;
  readonly network: string;
}

/** What to tell the engine after a look: it slept, it came (back) to a network, or nothing. */
export function compareLooks(before: Look, now: Look): 'wake' | 'network' | undefined {
  if (now.network === '') return undefined;
  if (now.at - before.at > INTERVAL + SLEPT) return 'wake';
  return now.network === before.network ? undefined : 'network';
}

function prefixOf({ address, family }: NetworkInterfaceInfo): string {
  return family === 'IPv6' ? address.split(':').slice(0, 4).join(':') : address;
}
