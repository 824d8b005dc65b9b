/** What it takes to reach an account's server, out of what a stream was told. */
import type { StreamOptions } from './stream-options.ts';
import type { DialLimits } from './transport/dial.ts';
import { readLocation } from './transport/location.ts';
import { systemNetwork } from './transport/network.ts';
import type { ReachOptions } from './transport/reach.ts';

export function reachOptions(
  options: StreamOptions,
  domain: string,
  limits: DialLimits,
  log: NonNullable<ReachOptions['log']>,
): ReachOptions {
  const { address, server, proxy, resume, pins, ca, certificate, paths, network = systemNetwork } = options;
  const preferred = server === undefined ? readLocation(resume?.location) : undefined;
  return {
    account: address,
    domain,
    pins,
    network,
    limits,
    log,
    ...(server !== undefined && { server }),
    ...(proxy !== undefined && { proxy }),
    ...(preferred !== undefined && { preferred }),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { client: certificate }),
    ...(paths !== undefined && { paths }),
  };
}
