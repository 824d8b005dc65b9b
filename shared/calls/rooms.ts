/** The calls about rooms. */
import * as v from 'valibot';
import { addressText, chatKey, contactKey, id, longText, nothing, password, shortText } from '../parts.ts';
import { answersSchema, formSchema } from '../rows/form.ts';
import { affiliations, foundRoomSchema, occupantSchema, roles, roomNotices } from '../rows/room.ts';

const nick = v.pipe(v.string(), v.minLength(1), v.maxLength(1_023));
const reason = v.optional(shortText);
const addresses = v.pipe(v.array(addressText), v.maxLength(500));

export const rooms = {
  /** Enters a room and stays in it over restarts; opens its chat at once, whether or not that works. */
  'rooms.join': {
    input: v.strictObject({
      account: id,
      address: addressText,
      nick: v.optional(nick),
      password: v.optional(password),
    }),
    output: chatKey,
  },
  /** Leaves it for good; the chat and what was said stay. */
  'rooms.leave': { input: chatKey, output: nothing },
  /** Tries again to get into a room that we want to be in, as somebody else or with another password if given. */
  'rooms.retry': {
    input: v.strictObject({ chat: id, nick: v.optional(nick), password: v.optional(password) }),
    output: nothing,
  },
  /**
   * Makes a room: private (members only, everybody sees who is who, hidden, kept) or public, with this name, and asks the
   * people in, who are members from the start. Without an address one is made up at the server's service.
   */
  'rooms.create': {
    input: v.strictObject({
      account: id,
      name: shortText,
      isPrivate: v.boolean(),
      address: v.optional(addressText),
      people: addresses,
    }),
    output: chatKey,
  },
  /** Who is in it: moderators first, then by name; of a large room a part, by name or address if asked for. */
  'rooms.occupants': {
    input: v.strictObject({
      chat: id,
      search: v.optional(shortText),
      offset: v.optional(id),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
    }),
    output: v.strictObject({ occupants: v.array(occupantSchema), total: id }),
  },
  'rooms.setNick': { input: v.strictObject({ chat: id, nick }), output: nothing },
  'rooms.setSubject': { input: v.strictObject({ chat: id, subject: longText }), output: nothing },
  'rooms.setNotify': {
    input: v.strictObject({ chat: id, notify: v.picklist(roomNotices) }),
    output: nothing,
  },
  /** What the person calls it; empty for what it calls itself. */
  'rooms.rename': { input: v.strictObject({ chat: id, name: shortText }), output: nothing },
  /** Asks people in; into a room for members only as members, where we may make them such. */
  'rooms.invite': { input: v.strictObject({ chat: id, people: addresses, reason }), output: nothing },
  'rooms.acceptInvite': { input: contactKey, output: chatKey },
  'rooms.declineInvite': { input: contactKey, output: nothing },
  /** Those with an affiliation, whether or not they are in. */
  'rooms.affiliations': {
    input: v.strictObject({ chat: id, affiliation: v.picklist(affiliations) }),
    output: v.strictObject({
      people: v.array(
        v.strictObject({
          address: v.string(),
          nick: v.optional(v.string()),
          reason: v.optional(v.string()),
        }),
      ),
    }),
  },
  'rooms.setAffiliation': {
    input: v.strictObject({
      chat: id,
      address: addressText,
      affiliation: v.picklist(affiliations),
      reason,
    }),
    output: nothing,
  },
  'rooms.setRole': {
    input: v.strictObject({ chat: id, nick, role: v.picklist(roles), reason }),
    output: nothing,
  },
  /** As a moderator takes back all that is here of somebody, whom the room tells from others: how many messages. */
  'rooms.takeBackAll': {
    input: v.strictObject({ chat: id, occupant: shortText, reason }),
    output: v.strictObject({ count: id }),
  },
  'rooms.configuration': { input: chatKey, output: v.strictObject({ form: formSchema }) },
  'rooms.configure': { input: v.strictObject({ chat: id, answers: answersSchema }), output: nothing },
  'rooms.destroy': {
    input: v.strictObject({ chat: id, reason, alternate: v.optional(addressText) }),
    output: nothing,
  },
  /** Rooms at a service: at that of our own server, or the one that the address names. */
  'rooms.find': {
    input: v.strictObject({ account: id, at: v.optional(addressText), search: v.optional(shortText) }),
    output: v.strictObject({ rooms: v.array(foundRoomSchema), service: v.optional(v.string()) }),
  },
} as const;
