/** The calls about rooms, as the contract lists them. */
import type { rooms as calls } from '../../../shared/calls/rooms.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import type { Find } from '../find.ts';

export function roomsHandlers(_find: Find): Pick<Handlers, keyof typeof calls> {
  const refuse = (): never => {
    throw new Refusal('not-allowed');
  };
  return {
    'rooms.join': refuse,
    'rooms.leave': refuse,
    'rooms.retry': refuse,
    'rooms.create': refuse,
    'rooms.occupants': refuse,
    'rooms.setNick': refuse,
    'rooms.setSubject': refuse,
    'rooms.setNotify': refuse,
    'rooms.rename': refuse,
    'rooms.invite': refuse,
    'rooms.acceptInvite': refuse,
    'rooms.declineInvite': refuse,
    'rooms.affiliations': refuse,
    'rooms.setAffiliation': refuse,
    'rooms.setRole': refuse,
    'rooms.configuration': refuse,
    'rooms.configure': refuse,
    'rooms.destroy': refuse,
    'rooms.find': refuse,
  };
}
