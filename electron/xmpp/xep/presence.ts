/**
 * Presence as RFC 6121 §4 defines it: who is there, and the requests to be seen (§3).
 * https://www.rfc-editor.org/rfc/rfc6121#section-4
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import { childText, is, NS_CLIENT, stanza, xml, type Element } from '../xml.ts';
import { capabilitiesIn, type Capabilities } from './xep0115.ts';
import { photoIn, writePhoto } from './xep0153.ts';
import { delayIn, type Delay } from './xep0203.ts';
import type { Hash } from './xep0300.ts';
import { readId } from './xep0359.ts';
import { idleIn, writeIdle } from './xep0319.ts';
import { hashSetIn } from './xep0390.ts';

/** Part of the core protocol: nothing to advertise. */
export const features: readonly string[] = [];

const TYPES = [
  'unavailable',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
  'probe',
  'error',
] as const;
const SHOWS = ['chat', 'away', 'xa', 'dnd'] as const;
/** A status is one line below a name; longer ones are cut, because everybody's are held in memory. */
const STATUS_LIMIT = 1_024;

export interface Presence {
  /** Absent: our own account speaks. */
  readonly from?: Jid;
  readonly to?: Jid;
  readonly id?: string;
  readonly type: 'available' | (typeof TYPES)[number];
  /** `offline` unless the type is `available`. */
  readonly availability: 'online' | 'offline' | (typeof SHOWS)[number];
  readonly status?: string;
  /** −128 … 127; a negative one wants no messages (§4.7.2.3). */
  readonly priority: number;
  readonly capabilities?: Capabilities;
  /** The same by XEP-0390. */
  readonly hashSet?: readonly Hash[];
  readonly delay?: Delay;
  /** The hash of their picture, empty for none (XEP-0153). */
  readonly photo?: string;
  /** Since when they have not touched their device, by their own account: milliseconds since 1970 (XEP-0319). */
  readonly idleSince?: number;
}

/** Reads a `<presence/>`; `undefined` when it has an unknown type or a malformed address. */
export function readPresence(element: Element): Presence | undefined {
  if (!is(element, 'presence', NS_CLIENT)) return undefined;
  const type =
    element.attrs['type'] === undefined ? 'available' : TYPES.find((each) => each === element.attrs['type']);
  const from = readAddress(element.attrs['from']);
  const to = readAddress(element.attrs['to']);
  if (type === undefined || from === null || to === null) return undefined;
  const id = readId(element.attrs['id']);
  const status = childText(element, 'status')?.slice(0, STATUS_LIMIT).toWellFormed();
  const capabilities = capabilitiesIn(element);
  const hashSet = hashSetIn(element);
  const delay = delayIn(element);
  const photo = photoIn(element);
  const idleSince = idleIn(element);
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(id !== undefined && { id }),
    type,
    availability: type === 'available' ? readShow(childText(element, 'show')) : 'offline',
    ...(status !== undefined && status !== '' && { status }),
    priority: readPriority(childText(element, 'priority')),
    ...(capabilities !== undefined && { capabilities }),
    ...(hashSet !== undefined && { hashSet }),
    ...(delay !== undefined && { delay }),
    ...(photo !== undefined && { photo }),
    ...(idleSince !== undefined && { idleSince }),
  };
}

/** What we say about ourselves. `capabilities` are the elements of self.ts. */
export interface OutgoingPresence extends Partial<
  Pick<Presence, 'id' | 'type' | 'availability' | 'status' | 'priority' | 'photo' | 'idleSince'>
> {
  readonly to?: string;
  readonly from?: string;
  readonly capabilities?: Element | readonly Element[];
  /** What else it carries, such as a token with a request. */
  readonly payload?: Element | undefined;
}

export function writePresence(presence: OutgoingPresence): Element {
  const { from, to, id, type = 'available', availability, status, priority = 0 } = presence;
  const show = SHOWS.find((each) => each === availability);
  return stanza(
    'presence',
    { from, to, id, type: type === 'available' ? undefined : type },
    type === 'available' && show !== undefined && xml('show', NS_CLIENT, {}, show),
    status !== undefined && status !== '' && xml('status', NS_CLIENT, {}, status),
    priority !== 0 && xml('priority', NS_CLIENT, {}, String(priority)),
    presence.capabilities,
    presence.photo !== undefined && writePhoto(presence.photo),
    presence.idleSince !== undefined && writeIdle(presence.idleSince),
    presence.payload,
  );
}

/** `null` for an address that is none: such a stanza must not pass for one without sender, which is our own account's. */
function readAddress(text: string | undefined): Jid | undefined | null {
  return text === undefined ? undefined : (readJid(text) ?? null);
}

/** §4.7.2.1: an unknown value is as good as none. */
function readShow(text: string | undefined): Presence['availability'] {
  return SHOWS.find((each) => each === text?.trim()) ?? 'online';
}

function readPriority(text: string | undefined): number {
  const priority = text !== undefined && /^\s*[+-]?\d{1,3}\s*$/.test(text) ? Number(text) : 0;
  return priority >= -128 && priority <= 127 ? priority : 0;
}
