/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html#disco-roominfo
 * What a room is like, from its answer to service discovery, and the rooms of a service.
 */
import { localOf, readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, xml } from '../xml.ts';
import { NS_ITEMS, readItems, type Info } from './xep0030.ts';
import { NS } from './xep0045.ts';
import {
  NS as NS_PAGES,
  readResultSet,
  writePageRequest,
  type PageRequest,
  type ResultSet,
} from './xep0059.ts';
import { readAvatarHashes } from './xep0486.ts';
import { readActivityRate } from './xep0502.ts';

/** It goes with the rest of the extension. */
export const features: readonly string[] = [];

const FORM_INFO = 'http://jabber.org/protocol/muc#roominfo';
/** In characters. */
const LONGEST_NAME = 512;
const LONGEST_TEXT = 4_096;

export interface RoomFeatures {
  /** False: whatever answered is no room and no service of rooms. */
  readonly isRoom: boolean;
  readonly isMembersOnly: boolean;
  /** Everybody sees everybody's real address. */
  readonly isNonAnonymous: boolean;
  readonly isPasswordProtected: boolean;
  readonly isPersistent: boolean;
  /** In no list of rooms. */
  readonly isHidden: boolean;
  /** Visitors may only listen. */
  readonly isModerated: boolean;
  /** XEP-0421 */
  readonly hasOccupantIds: boolean;
  /** XEP-0313 */
  readonly hasArchive: boolean;
  /** Its ids of stanzas are its own, and forged ones are removed (XEP-0359). */
  readonly hasStableIds: boolean;
  /** Our own `id` comes back to us with what we said. */
  readonly reflectsIds: boolean;
  /** Which protocol of XEP-0425. */
  readonly hasModeration?: 'current' | 'older';
  /** It answers for us when we ping ourselves (XEP-0410 #serveroptimization). */
  readonly hasSelfPing: boolean;
  /** It has a card, and so maybe a picture (XEP-0486). */
  readonly hasCard: boolean;
  /** XEP-0317 */
  readonly hasHats: boolean;
  /** May others than moderators change the subject? Absent when it does not say. */
  readonly isSubjectOpen?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly subject?: string;
  /** How many are inside. */
  readonly occupants?: number;
  /** SHA-1 of its picture in lower-case hex (XEP-0486); of several, the first. */
  readonly avatarHash?: string;
  readonly language?: string;
  /** How many messages it repeats at most when somebody enters. */
  readonly maximumHistory?: number;
  /** How many messages are said there in an hour, roughly (XEP-0502). */
  readonly activity?: number;
}

/** What of the answer is not well formed is left out; texts are cut to what anybody reads. */
export function readRoomFeatures(info: Info): RoomFeatures {
  const { features: offered } = info;
  const form = info.forms.find(({ formType }) => formType === FORM_INFO);
  const field = (name: string): string | undefined => form?.fields.get(name)?.[0];
  const isRoom = offered.has(NS) && info.identities.some(({ category }) => category === 'conference');
  const name = info.identities.find(({ category }) => category === 'conference')?.name;
  const moderation = offered.has('urn:xmpp:message-moderate:1')
    ? 'current'
    : offered.has('urn:xmpp:message-moderate:0')
      ? 'older'
      : undefined;
  return {
    isRoom,
    isMembersOnly: offered.has('muc_membersonly'),
    isNonAnonymous: offered.has('muc_nonanonymous'),
    isPasswordProtected: offered.has('muc_passwordprotected'),
    isPersistent: offered.has('muc_persistent'),
    isHidden: offered.has('muc_hidden'),
    isModerated: offered.has('muc_moderated'),
    hasOccupantIds: offered.has('urn:xmpp:occupant-id:0'),
    hasArchive: offered.has('urn:xmpp:mam:2'),
    hasStableIds: offered.has('urn:xmpp:sid:0'),
    reflectsIds: offered.has(`${NS}#stable_id`),
    hasSelfPing: offered.has(`${NS}#self-ping-optimization`),
    hasCard: offered.has('vcard-temp'),
    hasHats: offered.has('urn:xmpp:hats:0'),
    ...defined({
      hasModeration: moderation,
      isSubjectOpen: readBoolean(
        // Three names are in use, for one and the same thing.
        field('muc#roominfo_subjectmod') ??
          field('muc#roomconfig_changesubject') ??
          field('muc#roominfo_changesubject'),
      ),
      name: readText(name, LONGEST_NAME),
      description: readText(field('muc#roominfo_description'), LONGEST_TEXT),
      subject: readText(field('muc#roominfo_subject'), LONGEST_TEXT),
      occupants: readCount(field('muc#roominfo_occupants')),
      avatarHash: readAvatarHashes(info)[0],
      language: readText(field('muc#roominfo_lang'), LONGEST_NAME),
      maximumHistory: readCount(field('muc#maxhistoryfetch')),
      activity: readActivityRate(info),
    }),
  };
}

/** A room that a service lists. */
export interface ListedRoom {
  readonly address: BareJid;
  /** Many services put the number of occupants behind it. */
  readonly name?: string;
}

/**
 * A page of the rooms that a service lists (#disco-rooms). One that knows no pages answers with all of them at once, of
 * which the first are read, and without `last`.
 * @throws StanzaError, WireClosed
 */
export async function askRooms(
  wire: Pick<Wire, 'request'>,
  service: BareJid,
  page: PageRequest,
): Promise<{ readonly rooms: readonly ListedRoom[]; readonly set: ResultSet }> {
  const payload = xml('query', NS_ITEMS, {}, writePageRequest(page));
  const reply = await wire.request({ type: 'get', to: service, payload });
  const query = child(reply, 'query', NS_ITEMS);
  const set = query && child(query, 'set', NS_PAGES);
  const rooms = ((query && readItems(query)) ?? []).flatMap(({ jid, node, name }) => {
    const address = readBareJid(jid);
    // An item with a node is a part of something, and no room.
    if (address === undefined || localOf(address) === undefined || node !== undefined) return [];
    const shown = readText(name, LONGEST_NAME);
    return [{ address, ...(shown !== undefined && { name: shown }) }];
  });
  return { rooms, set: (set && readResultSet(set)) ?? {} };
}

function readText(text: string | undefined, limit: number): string | undefined {
  return text?.trim().slice(0, limit).toWellFormed() || undefined;
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** XEP-0004 §3.3: the lexical forms of a boolean. */
function readBoolean(text: string | undefined): boolean | undefined {
  if (text === '1' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value: an absent part is an absent key, so that values compare equal. */
function defined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
