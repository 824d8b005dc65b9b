/** What to do when a room does not let us in, or put us out: the sentences are in the catalogues, by the same codes. */
import type { RoomProblem } from '../../shared/contract.ts';

export type RoomRemedy = 'password' | 'nick' | 'retry' | 'alternate' | 'remove';

/** The best first. */
export const roomRemedies: Readonly<Record<RoomProblem, readonly RoomRemedy[]>> = {
  password: ['password'],
  'members-only': ['retry', 'remove'],
  banned: ['remove'],
  'nick-taken': ['nick'],
  'nick-not-allowed': ['nick'],
  full: ['retry'],
  'not-found': ['retry', 'remove'],
  locked: ['retry'],
  unreachable: ['retry'],
  kicked: ['retry', 'remove'],
  removed: ['retry', 'remove'],
  destroyed: ['alternate', 'remove'],
  'too-many': ['retry'],
  refused: ['retry', 'remove'],
};
