/** Why a room does not let us in, from the conditions of XEP-0045 #enter-errorcodes; pure. */
import type { RoomProblem, RoomRow } from '../../shared/contract.ts';
import { readJoinRefusal, type RoomUser } from '../xmpp/xep/xep0045.ts';

type Problem = NonNullable<RoomRow['problem']>;

/** Beside those of the extension, what services and servers say. */
const CODES: Readonly<Record<string, RoomProblem>> = {
  'jid-malformed': 'nick-not-allowed',
  gone: 'destroyed',
  'recipient-unavailable': 'locked',
  'remote-server-not-found': 'unreachable',
  'remote-server-timeout': 'unreachable',
  'internal-server-error': 'unreachable',
  'resource-constraint': 'too-many',
};

/** @param detail what the room said to it */
export function problemOf(condition: string, detail?: string): Problem {
  const refusal =
    readJoinRefusal(condition) ?? (Object.hasOwn(CODES, condition) ? CODES[condition] : undefined);
  return {
    // Nobody made it who may, which says no more than any other refusal.
    code: refusal === undefined || refusal === 'creation-restricted' ? 'refused' : refusal,
    ...(detail !== undefined && detail !== '' && { detail }),
  };
}

/** True for what is over after some time, without anybody doing anything. */
export function passes(code: RoomProblem): boolean {
  return code === 'unreachable' || code === 'too-many' || code === 'locked';
}

/** #registrar-statuscodes: why an occupant is in it no longer. */
const DEPARTURES: ReadonlyMap<number, RoomProblem> = new Map([
  [301, 'banned'],
  [307, 'kicked'],
  [321, 'removed'],
  [322, 'members-only'],
  [332, 'unreachable'],
  [333, 'unreachable'],
]);

/** Why we are in a room no longer; undefined when it gives no reason, as for who leaves. */
export function departureOf({ statuses, item, destroyed }: RoomUser): Problem | undefined {
  const detail = destroyed?.reason ?? item?.reason;
  const said = detail === undefined ? {} : { detail };
  if (destroyed !== undefined) {
    const { alternate } = destroyed;
    return { code: 'destroyed', ...said, ...(alternate !== undefined && { alternate }) };
  }
  // Somebody who is banned is put out as well: what lasts longer counts.
  const code = [...DEPARTURES].find(([status]) => statuses.includes(status))?.[1];
  return code && { code, ...said };
}
