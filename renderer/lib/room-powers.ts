/**
 * What we may do to somebody in a room, by the privileges of roles and affiliations (XEP-0045 §5.1.1 and §5.2.1, version
 * 1.35.3). The room has the last word; this keeps away what it would refuse. Pure.
 */
import type { OccupantRow, RoomRow } from '../../shared/contract.ts';

export type Power =
  | 'voice' // let them speak
  | 'silence' // take their voice
  | 'member'
  | 'admin'
  | 'owner'
  | 'none' // take their affiliation
  | 'kick'
  | 'ban';

type Affiliation = OccupantRow['affiliation'];
const ranks: Readonly<Record<Affiliation, number>> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };

/** The affiliations that one of ours may give. */
export function grantable(own: Affiliation): readonly Affiliation[] {
  if (own === 'owner') return ['owner', 'admin', 'member', 'none', 'outcast'];
  return own === 'admin' ? ['member', 'none', 'outcast'] : [];
}

export function powersOver(
  { state, role, affiliation }: Pick<RoomRow, 'state' | 'role' | 'affiliation'>,
  { isOwn, role: theirs, affiliation: rank, address }: OccupantRow,
): Power[] {
  if (state !== 'in' || isOwn) return [];
  const isBelow = ranks[rank] < ranks[affiliation];
  const powers: Power[] = [];
  // §5.1.1: the voice of an admin or owner, or their place, is no moderator's to take.
  if (role === 'moderator' && (isBelow || ranks[rank] < ranks.admin)) {
    if (theirs === 'visitor') powers.push('voice');
    if (theirs === 'participant') powers.push('silence');
  }
  // Whoever is addressed by an affiliation is known by their address.
  const given = address === undefined || !(isBelow || affiliation === 'owner') ? [] : grantable(affiliation);
  for (const each of ['owner', 'admin', 'member', 'none'] as const)
    if (given.includes(each) && each !== rank) powers.push(each);
  if (role === 'moderator' && (isBelow || ranks[rank] < ranks.admin)) powers.push('kick');
  if (given.includes('outcast') && isBelow) powers.push('ban');
  return powers;
}
