/** The calls about rooms, as the contract lists them. */
import type { rooms as calls } from '../../../shared/calls/rooms.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import type { Account } from '../account.ts';
import { addressOf, type Find } from '../find.ts';
import type { Room } from '../room.ts';
import { moderateAll } from '../moderation.ts';
import { findRooms } from '../room-finding.ts';
import { acceptInvite, declineInvite } from '../room-invites.ts';
import { invite, inviteFirst } from '../room-inviting.ts';
import {
  changeAffiliation,
  changeConfiguration,
  changeRole,
  configurationOf,
  destroyRoom,
  listAffiliated,
} from '../room-running.ts';

export function roomsHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  const roomOf = (id: number): { account: Account; room: Room } => {
    const { account } = find.chatOf(id);
    const room = account.rooms.ofChat(id);
    if (room === undefined) throw new Refusal('not-found');
    return { account, room };
  };
  return {
    'rooms.join': ({ account, address, nick, password }) => ({
      chat: find.accountOf(account).rooms.join(addressOf(address), {
        ...(nick !== undefined && { nick }),
        ...(password !== undefined && { password }),
      }),
    }),
    'rooms.leave': ({ chat }) => {
      const { account, room } = roomOf(chat);
      account.rooms.leave(room);
      return {};
    },
    'rooms.retry': ({ chat, nick, password }) => {
      const { account, room } = roomOf(chat);
      account.rooms.join(room.address, {
        ...(nick !== undefined && { nick }),
        ...(password !== undefined && { password }),
      });
      return {};
    },
    'rooms.create': async ({ account: id, name, isPrivate, address, people }) => {
      const account = find.accountOf(id);
      const asked = people.map(addressOf);
      const chat = await account.rooms.make({
        name: name.trim(),
        isPrivate,
        ...(address !== undefined && { address: addressOf(address) }),
      });
      const room = account.rooms.ofChat(chat);
      // It is there: who could not be asked in can be asked again.
      if (room !== undefined) await inviteFirst(account, room, asked);
      return { chat };
    },
    'rooms.occupants': ({ chat, ...page }) => {
      const { room } = roomOf(chat);
      return room.occupants.list(page, room.nick);
    },
    'rooms.setNick': ({ chat, nick }) => {
      const { account, room } = roomOf(chat);
      account.rooms.setNick(room, nick);
      return {};
    },
    'rooms.setSubject': ({ chat, subject }) => {
      const { account, room } = roomOf(chat);
      account.rooms.setSubject(room, subject);
      return {};
    },
    'rooms.setNotify': ({ chat, notify }) => {
      const { account, room } = roomOf(chat);
      account.rooms.set(room, { notify });
      return {};
    },
    'rooms.rename': ({ chat, name }) => {
      const { account, room } = roomOf(chat);
      account.rooms.set(room, { name: name.trim() });
      return {};
    },
    'rooms.invite': async ({ chat, people, reason }) => {
      const { account, room } = roomOf(chat);
      await invite(account, room, people.map(addressOf), reason);
      return {};
    },
    'rooms.acceptInvite': ({ account, address }) => ({
      chat: acceptInvite(find.accountOf(account), addressOf(address)),
    }),
    'rooms.declineInvite': ({ account, address }) => {
      declineInvite(find.accountOf(account), addressOf(address));
      return {};
    },
    'rooms.affiliations': async ({ chat, affiliation }) => {
      const { account, room } = roomOf(chat);
      return await listAffiliated(account, room, affiliation);
    },
    'rooms.setAffiliation': async ({ chat, address, affiliation, reason }) => {
      const { account, room } = roomOf(chat);
      await changeAffiliation(account, room, address, affiliation, reason);
      return {};
    },
    'rooms.setRole': async ({ chat, ...change }) => {
      const { account, room } = roomOf(chat);
      await changeRole(account, room, change);
      return {};
    },
    'rooms.takeBackAll': async ({ chat, occupant, reason }) => {
      const { account, room } = roomOf(chat);
      return { count: await moderateAll(account, room, occupant, reason) };
    },
    'rooms.configuration': async ({ chat }) => {
      const { account, room } = roomOf(chat);
      return { form: await configurationOf(account, room) };
    },
    'rooms.configure': async ({ chat, answers }) => {
      const { account, room } = roomOf(chat);
      await changeConfiguration(account, room, answers);
      return {};
    },
    'rooms.destroy': async ({ chat, reason, alternate }) => {
      const { account, room } = roomOf(chat);
      await destroyRoom(account, room, reason, alternate === undefined ? undefined : addressOf(alternate));
      return {};
    },
    'rooms.find': async ({ account, at, search }) => await findRooms(find.accountOf(account), at, search),
  };
}
