/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html
 * What occupants see and say: who is in a room and as what, entering, leaving, another nickname, the subject. That a
 * stanza comes from the room that it speaks of is the caller's to check (H29, H32); who may do what is the service's.
 */
import {
  readBareJid,
  readJid,
  resourceOf,
  withResource,
  type BareJid,
  type FullJid,
  type Jid,
} from '../../../shared/jid.ts';
import { child, childElements, childText, NS_CLIENT, stanza, textOf, xml, type Element } from '../xml.ts';
import { writeDateTime } from './xep0082.ts';

export const NS = 'http://jabber.org/protocol/muc';
export const NS_USER = 'http://jabber.org/protocol/muc#user';
export const NS_ADMIN = 'http://jabber.org/protocol/muc#admin';
export const NS_OWNER = 'http://jabber.org/protocol/muc#owner';
/** #disco-client */
export const features = [NS];

/** From the least to the most (#roles). */
export const ROLES = ['none', 'visitor', 'participant', 'moderator'] as const;
export type Role = (typeof ROLES)[number];
/** In the order of the text; who is banned has less than who is nothing (#affil). */
export const AFFILIATIONS = ['none', 'outcast', 'member', 'admin', 'owner'] as const;
export type Affiliation = (typeof AFFILIATIONS)[number];

/** In characters; the rest of what somebody gives for a reason is cut off. */
const LONGEST_REASON = 500;
const LONGEST_PASSWORD = 1_024;
const LONGEST_SUBJECT = 4_096;
const MOST_STATUSES = 32;

/** What somebody is in a room. */
export interface RoomItem {
  /** `none` when it is not said, or not known. */
  readonly affiliation: Affiliation;
  readonly role: Role;
  /** The real address, where the room shows it to us. */
  readonly jid?: Jid;
  readonly nick?: string;
  readonly reason?: string;
  /** Who made it so: a nickname, or else a bare address. */
  readonly actor?: string;
}

/** `<x xmlns='…muc#user'/>` of a presence or a message. */
export interface RoomUser {
  readonly item?: RoomItem;
  /** Status codes (#registrar-statuscodes), each once. */
  readonly statuses: readonly number[];
  /** The room is no more (#destroyroom). */
  readonly destroyed?: {
    readonly alternate?: BareJid;
    readonly reason?: string;
    readonly password?: string;
  };
}

/** What a service says about an occupant or itself; `undefined` without it. */
export function readRoomUser(stanza: Element): RoomUser | undefined {
  const mark = child(stanza, 'x', NS_USER);
  if (mark === undefined) return undefined;
  const item = child(mark, 'item', NS_USER);
  const destroy = child(mark, 'destroy', NS_USER);
  const codes = childElements(mark, 'status', NS_USER).flatMap(({ attrs: { code } }) =>
    code !== undefined && /^[1-9]\d\d$/.test(code) ? [Number(code)] : [],
  );
  return {
    ...(item !== undefined && { item: readRoomItem(item) }),
    statuses: [...new Set(codes)].slice(0, MOST_STATUSES),
    ...(destroy !== undefined && { destroyed: readDestroyed(destroy) }),
  };
}

export function writeRoomUser({ item, statuses, destroyed }: RoomUser): Element {
  return xml(
    'x',
    NS_USER,
    {},
    item && writeRoomItem(item, NS_USER),
    destroyed &&
      xml(
        'destroy',
        NS_USER,
        { jid: destroyed.alternate },
        destroyed.password !== undefined && xml('password', NS_USER, {}, destroyed.password),
        destroyed.reason !== undefined && xml('reason', NS_USER, {}, destroyed.reason),
      ),
    statuses.map((code) => xml('status', NS_USER, { code })),
  );
}

/** Reads an `<item/>` of occupants or of lists; one address or name in it that is none says nothing. */
export function readRoomItem(element: Element): RoomItem {
  const { attrs } = element;
  const jid = attrs['jid'] === undefined ? undefined : readJid(attrs['jid']);
  const nick = readNick(attrs['nick']);
  const reason = readReason(element);
  const actor = child(element, 'actor');
  // #kick: the nickname says who it was to everybody, the address only in rooms that show it.
  const by = readNick(actor?.attrs['nick']) ?? readBareJid(actor?.attrs['jid'] ?? '');
  return {
    affiliation: AFFILIATIONS.find((each) => each === attrs['affiliation']) ?? 'none',
    role: ROLES.find((each) => each === attrs['role']) ?? 'none',
    ...(jid !== undefined && { jid }),
    ...(nick !== undefined && { nick }),
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { actor: by }),
  };
}

export function writeRoomItem(
  { affiliation, role, jid, nick, reason, actor }: RoomItem,
  ns: string,
): Element {
  return xml(
    'item',
    ns,
    { affiliation, role, jid, nick },
    actor !== undefined && xml('actor', ns, { nick: actor }),
    reason !== undefined && xml('reason', ns, {}, reason),
  );
}

function readDestroyed(element: Element): NonNullable<RoomUser['destroyed']> {
  const alternate = readBareJid(element.attrs['jid'] ?? '');
  const reason = readReason(element);
  const password = readPassword(element);
  return {
    ...(alternate !== undefined && { alternate }),
    ...(reason !== undefined && { reason }),
    ...(password !== undefined && { password }),
  };
}

/** The `<reason/>` in an element, without the space around it, and no longer than anybody reads. */
export function readReason(parent: Element): string | undefined {
  return childText(parent, 'reason')?.trim().slice(0, LONGEST_REASON).toWellFormed() || undefined;
}

/** The `<password/>` in an element; one that is too long is none, because half of it opens nothing. */
export function readPassword(parent: Element): string | undefined {
  const password = childText(parent, 'password');
  return password !== undefined && password !== '' && password.length <= LONGEST_PASSWORD
    ? password
    : undefined;
}

// ————— Names —————————————————————————————————————————————————————————————————————————————————————————————————

/** A nickname as a service may know it (#bizrules-jids); `undefined` for what can be none. */
export function readNick(text: string | undefined): string | undefined {
  const nick = text === undefined ? undefined : resourceOf(`r/${text}`);
  return nick === undefined || nick.trim() === '' ? undefined : nick;
}

/** The address of an occupant; `undefined` when the nickname is not allowed: empty, invisible or over 1,023 bytes. */
export function occupantJid(room: BareJid, nick: string): FullJid | undefined {
  const prepared = readNick(nick);
  return prepared === undefined ? undefined : withResource(room, prepared);
}

// ————— Coming, being there, going ————————————————————————————————————————————————————————————————————————————

export interface Join {
  readonly room: BareJid;
  readonly nick: string;
  readonly password?: string | undefined;
  /** What else our presence says, for example capabilities. */
  readonly children?: readonly Element[];
  /** How much of what was said the service shall repeat (#enter-managehistory); nothing when absent. */
  readonly history?:
    | {
        /** Messages. */
        readonly maxStanzas?: number;
        /** Milliseconds since 1970. */
        readonly since?: number;
      }
    | undefined;
}

/** Enters a room (#enter-muc). The `nick` has been found good by `occupantJid`. */
export function writeJoin({
  room,
  nick,
  password,
  children = [],
  history = { maxStanzas: 0 },
}: Join): Element {
  const { maxStanzas, since } = history;
  return stanza(
    'presence',
    { to: `${room}/${nick}` },
    xml(
      'x',
      NS,
      {},
      xml('history', NS, {
        // Some services know only the one, some only the other way of wanting nothing.
        maxchars: maxStanzas === 0 ? 0 : undefined,
        maxstanzas: maxStanzas,
        since: since === undefined ? undefined : writeDateTime(since),
      }),
      password !== undefined && xml('password', NS, {}, password),
    ),
    children,
  );
}

/** Leaves a room (#exit). */
export function writeLeave(room: BareJid, nick: string, status?: string): Element {
  return stanza(
    'presence',
    { to: `${room}/${nick}`, type: 'unavailable' },
    status !== undefined && xml('status', NS_CLIENT, {}, status),
  );
}

/** Takes another nickname (#changenick), which `occupantJid` has found good. @param children what our presence says there */
export function writeNickChange(room: BareJid, nick: string, children: readonly Element[] = []): Element {
  return stanza('presence', { to: `${room}/${nick}` }, children);
}

/** Why a service lets nobody in (#enter-errorcodes). */
export type JoinRefusal =
  | 'password'
  | 'banned'
  | 'not-found'
  | 'creation-restricted'
  | 'nick-not-allowed'
  | 'members-only'
  | 'nick-taken'
  | 'full';

const REFUSALS: ReadonlyMap<string, JoinRefusal> = new Map([
  ['not-authorized', 'password'],
  ['forbidden', 'banned'],
  ['item-not-found', 'not-found'],
  ['not-allowed', 'creation-restricted'],
  ['not-acceptable', 'nick-not-allowed'],
  ['registration-required', 'members-only'],
  ['conflict', 'nick-taken'],
  ['service-unavailable', 'full'],
]);

/** @param condition of the error that came back for our presence */
export function readJoinRefusal(condition: string): JoinRefusal | undefined {
  return REFUSALS.get(condition);
}

// ————— Subject ———————————————————————————————————————————————————————————————————————————————————————————————

/**
 * What the room is about from now on, `''` for nothing; `undefined` when the message does not say (#subject-mod): beside
 * a body or a thread, or outside of a room, a subject is something else (H34).
 */
export function readSubject(message: Element): string | undefined {
  if (message.name !== 'message' || message.attrs['type'] !== 'groupchat') return undefined;
  if (child(message, 'body', NS_CLIENT) !== undefined || child(message, 'thread', NS_CLIENT) !== undefined) {
    return undefined;
  }
  const subjects = childElements(message, 'subject', NS_CLIENT);
  // RFC 6121 §5.2.4: of several languages the one that is not marked as a translation, else the first.
  const chosen = subjects.find(({ attrs }) => attrs['xml:lang'] === undefined) ?? subjects[0];
  return chosen && textOf(chosen).slice(0, LONGEST_SUBJECT).toWellFormed();
}

export function writeSubject(room: BareJid, id: string, subject: string): Element {
  return stanza('message', { to: room, id, type: 'groupchat' }, xml('subject', NS_CLIENT, {}, subject));
}
