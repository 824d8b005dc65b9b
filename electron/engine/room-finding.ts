/**
 * Looking for rooms: what a service of rooms lists, or what a search service finds (XEP-0433), which learns what is looked
 * for. Only the service that the person named, or that of our own server, is asked.
 */
import { Refusal } from '../../shared/answer.ts';
import type { FoundRoom, Output } from '../../shared/contract.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import { askInfo, askItems, type Info } from '../xmpp/xep/xep0030.ts';
import { NS as NS_ROOMS } from '../xmpp/xep/xep0045.ts';
import { askRooms } from '../xmpp/xep/xep0045-info.ts';
import { askChannels, readDialect } from '../xmpp/xep/xep0433.ts';
import type { Account } from './account.ts';
import { serviceOf, wireOf } from './room-making.ts';

/** Rooms asked for at once, and more than anybody looks through. */
const PAGE = 100;
const MOST = 1_000;
/** So many services of a server are asked whether they have rooms. */
const MOST_SERVICES = 16;

interface Place {
  readonly address: BareJid;
  readonly info: Info;
}

/**
 * @param at a service of rooms, one that searches, or a server that has either; our own server's when it is not given
 * @param search words of the name or the address
 * @throws Refusal `not-an-address`; StanzaError, WireClosed
 */
export async function findRooms(
  account: Account,
  at: string | undefined,
  search: string | undefined,
): Promise<Output<'rooms.find'>> {
  const wire = wireOf(account);
  const place = await placeOf(account, wire, at?.trim() ?? '');
  if (place === undefined) return { rooms: [] };
  const { address, info } = place;
  const words = search?.trim() ?? '';
  const dialect = readDialect(info.features);
  if (dialect === undefined) return { rooms: await listed(wire, address, words), service: address };
  const query = { sort: 'users' as const, page: { max: PAGE }, ...(words !== '' && { words }) };
  const page = await askChannels(wire, address, query, dialect);
  const rooms = (page?.channels ?? []).map(({ address: room, name, description, language, users }) => ({
    address: room,
    name: name ?? '',
    ...(description !== undefined && { description }),
    ...(users !== undefined && { occupants: users }),
    ...(language !== undefined && { language }),
  }));
  return { rooms, service: address };
}

async function placeOf(account: Account, wire: Wire, text: string): Promise<Place | undefined> {
  if (text === '') {
    await account.disco.explore(wire);
    const own = readBareJid(serviceOf(account) ?? '');
    return own && { address: own, info: await askInfo(wire, own) };
  }
  const address = readBareJid(text);
  if (address === undefined || address.includes('@')) throw new Refusal('not-an-address');
  const info = await askInfo(wire, address);
  return hasRooms(info) ? { address, info } : await serviceAt(wire, address);
}

const hasRooms = ({ features }: Info): boolean =>
  features.has(NS_ROOMS) || readDialect(features) !== undefined;

/** The service of another server, if it says that it has one. */
async function serviceAt(wire: Wire, server: BareJid): Promise<Place | undefined> {
  const items = await askItems(wire, server);
  for (const { jid, node } of items.slice(0, MOST_SERVICES)) {
    const address = node === undefined ? readBareJid(jid) : undefined;
    if (address === undefined || address.includes('@')) continue;
    try {
      const info = await askInfo(wire, address);
      if (hasRooms(info)) return { address, info };
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error; // one that says nothing has nothing for us
    }
  }
  return undefined;
}

/** What a service lists, page by page; a service that repeats itself is not asked for ever. */
async function listed(wire: Wire, service: BareJid, words: string): Promise<FoundRoom[]> {
  const wanted = words.toLocaleLowerCase();
  const found = new Map<string, FoundRoom>();
  const seen = new Set<string>();
  let after: string | undefined;
  for (let asked = 0; asked < MOST; asked += PAGE) {
    const page = { max: PAGE, ...(after !== undefined && { after }) };
    const { rooms, set } = await askRooms(wire, service, page);
    for (const { address, name = '' } of rooms) {
      const isMatch = address.includes(wanted) || name.toLocaleLowerCase().includes(wanted);
      if (isMatch && found.size < MOST) found.set(address, { address, name });
    }
    after = set.last;
    if (rooms.length === 0 || after === undefined || seen.has(after)) break;
    seen.add(after);
  }
  const compare = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true }).compare;
  const shown = ({ name, address }: FoundRoom): string => (name === '' ? address : name);
  return [...found.values()].sort((a, b) => compare(shown(a), shown(b)));
}
