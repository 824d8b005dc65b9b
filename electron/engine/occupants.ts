/**
 * Who is in a room, while we are in it: by name, with what they may do, and with what tells them from others of the same
 * name. That is an id that the room gives and nobody can choose (XEP-0421), or else an address that everybody may see;
 * where there is neither, a name is all there is, and anybody may take it who finds it free.
 */
import { bareOf, type Jid } from '../../shared/jid.ts';
import type { OccupantRow, RoomRow } from '../../shared/contract.ts';
import type { RoomItem } from '../xmpp/xep/xep0045.ts';
import { readHats } from '../xmpp/xep/xep0317.ts';
import { readOccupantId } from '../xmpp/xep/xep0421.ts';
import type { Element } from '../xmpp/xml.ts';
import type { KnownFeatures } from './room-features.ts';
import type { Presence } from '../xmpp/xep/presence.ts';

export interface Occupant {
  readonly nick: string;
  readonly role: RoomRow['role'];
  readonly affiliation: RoomRow['affiliation'];
  /** As the room shows it. */
  readonly address?: Jid;
  readonly identity?: string;
  readonly availability: OccupantRow['availability'];
  readonly status?: string;
  readonly hats?: readonly string[];
}

/** What a presence says of somebody beside their item. */
export type Shown = Pick<Occupant, 'identity' | 'hats'>;

/** Ids and hats count only from rooms that announce them: elsewhere anybody writes their own (XEP-0317, XEP-0421). */
export function shownIn(
  { hasOccupantIds, hasHats }: Pick<KnownFeatures, 'hasOccupantIds' | 'hasHats'>,
  presence: Element,
  address: string | undefined,
): Shown {
  const identity = identityOf(hasOccupantIds ? readOccupantId(presence) : undefined, address);
  const hats = hasHats ? readHats(presence).map(({ title }) => title) : [];
  return { ...(identity !== undefined && { identity }), ...(hats.length > 0 && { hats }) };
}

/** More than any room that a person can follow has; what a room makes up beyond that is not kept. */
const MOST = 20_000;
/** A line below a name. */
const STATUS_LIMIT = 200;

const ORDER: Readonly<Record<Occupant['role'], number>> = {
  moderator: 0,
  participant: 1,
  visitor: 2,
  none: 3,
};

/** What names somebody for good, of what a room says of them; the two kinds cannot be mistaken for each other. */
export function identityOf(id: string | undefined, address: string | undefined): string | undefined {
  if (id !== undefined) return `id:${id}`;
  const bare = address === undefined ? undefined : bareOf(address);
  return bare === undefined ? undefined : `jid:${bare}`;
}

const { compare } = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Which of them are asked for. */
export interface OccupantPage {
  readonly search?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit: number;
}

export class Occupants {
  readonly #byNick = new Map<string, Occupant>();
  /** Their names in the order of the list, until that is another one. */
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#byNick.size;
  }

  /** What all of them are called, in no order. */
  names(): Iterable<string> {
    return this.#byNick.keys();
  }

  get(nick: string): Occupant | undefined {
    return this.#byNick.get(nick);
  }

  /** Somebody came, or is another way now. Returns false when there is no place for them. */
  put(nick: string, item: RoomItem, presence: Presence, shown: Shown): boolean {
    if (!this.#byNick.has(nick) && this.#byNick.size >= MOST) return false;
    if (this.#byNick.get(nick)?.role !== item.role) this.#sorted = undefined;
    const { availability, status } = presence;
    this.#byNick.set(nick, {
      nick,
      role: item.role,
      affiliation: item.affiliation,
      ...(item.jid !== undefined && { address: item.jid }),
      ...shown,
      availability: availability === 'offline' ? 'online' : availability,
      ...(status !== undefined && { status: status.slice(0, STATUS_LIMIT).toWellFormed() }),
    });
    return true;
  }

  remove(nick: string): void {
    if (this.#byNick.delete(nick)) this.#sorted = undefined;
  }

  clear(): void {
    this.#byNick.clear();
    this.#sorted = undefined;
  }

  /** Moderators first, then who may speak, then by name; of those whose name or address holds the words. */
  list(
    { search = '', offset = 0, limit }: OccupantPage,
    ownNick: string,
  ): { occupants: OccupantRow[]; total: number } {
    const wanted = search.trim().toLocaleLowerCase();
    const all = this.#inOrder();
    const found = wanted === '' ? all : all.filter((nick) => this.#isFound(nick, wanted));
    const page = found.slice(offset, offset + limit).flatMap((nick) => this.#byNick.get(nick) ?? []);
    return { occupants: page.map((occupant) => rowOf(occupant, ownNick)), total: found.length };
  }

  #inOrder(): readonly string[] {
    this.#sorted ??= [...this.#byNick.values()]
      .sort((a, b) => ORDER[a.role] - ORDER[b.role] || compare(a.nick, b.nick))
      .map(({ nick }) => nick);
    return this.#sorted;
  }

  #isFound(nick: string, wanted: string): boolean {
    const { address = '' } = this.#byNick.get(nick) ?? {};
    return nick.toLocaleLowerCase().includes(wanted) || (bareOf(address) ?? '').includes(wanted);
  }
}

function rowOf({ address, hats, ...occupant }: Occupant, ownNick: string): OccupantRow {
  const bare = address === undefined ? undefined : bareOf(address);
  return {
    ...occupant,
    ...(bare !== undefined && { address: bare }),
    ...(hats !== undefined && { hats: [...hats] }),
    ...(occupant.nick === ownNick && { isOwn: true as const }),
  };
}
