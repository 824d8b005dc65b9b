/** Requests by the server that they come from: a flood stands together, and one decision ends it. Pure. */
import type { ContactRequestRow } from '../../shared/contract.ts';

/** So many from one server are shown as one. */
export const FLOOD = 3;

export interface RequestGroup {
  /** Absent for those that come one by one. */
  readonly server?: string;
  readonly requests: readonly ContactRequestRow[];
}

/** @param requests newest first; the groups and what is in them keep that order */
export function groupRequests(requests: readonly ContactRequestRow[]): RequestGroup[] {
  const byServer = Map.groupBy(requests, serverOf);
  const floods = [...byServer].filter(([, some]) => some.length >= FLOOD);
  const flooding = new Set(floods.map(([server]) => server));
  const single = requests.filter((request) => !flooding.has(serverOf(request)));
  return [
    ...(single.length > 0 ? [{ requests: single }] : []),
    ...floods.map(([server, some]) => ({ server, requests: some })),
  ];
}

/** How many came within the last hour. */
export function countRecent(requests: readonly ContactRequestRow[], now: number): number {
  return requests.filter(({ at }) => now - at < 3_600_000).length;
}

export function serverOf({ address }: Pick<ContactRequestRow, 'address'>): string {
  return address.slice(address.indexOf('@') + 1);
}

export const keyOf = ({ account, address }: Pick<ContactRequestRow, 'account' | 'address'>): string =>
  `${account} ${address}`;
