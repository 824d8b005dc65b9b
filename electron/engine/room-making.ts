/**
 * Making a room: it is entered before it is there, which makes it (XEP-0045 #createroom), and configured before anybody
 * else gets in. What becomes of it after that is room.ts's.
 */
import { Refusal } from '../../shared/answer.ts';
import { domainOf, readBareJid, type BareJid } from '../../shared/jid.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { NS as NS_ROOMS } from '../xmpp/xep/xep0045.ts';
import { askConfiguration, cancelCreation, configure, createInstantly } from '../xmpp/xep/xep0045-owner.ts';
import type { Account } from './account.ts';
import type { Room } from './room.ts';

export interface NewRoom {
  readonly name: string;
  /** Members only, everybody sees who is who, in no list. */
  readonly isPrivate: boolean;
  readonly address?: BareJid | undefined;
}

/** What is asked of a new room, where it has such a field. */
function wishesFor({ name, isPrivate }: NewRoom): Readonly<Record<string, readonly string[]>> {
  const yes = ['1'];
  const no = ['0'];
  return {
    'muc#roomconfig_roomname': [name],
    'muc#roomconfig_persistentroom': yes,
    'muc#roomconfig_publicroom': isPrivate ? no : yes,
    'muc#roomconfig_membersonly': isPrivate ? yes : no,
    // Only where everybody sees everybody's address can they encrypt for each other.
    'muc#roomconfig_whois': [isPrivate ? 'anyone' : 'moderators'],
    'muc#roomconfig_allowinvites': isPrivate ? no : yes,
    'muc#roomconfig_changesubject': isPrivate ? yes : no,
    'muc#roomconfig_moderatedroom': no,
    // Prosody's, ejabberd's and the extension's own names for the same thing.
    'muc#roomconfig_enablearchiving': yes,
    'muc#roomconfig_enablelogging': no,
    mam: yes,
  };
}

/**
 * The room that nobody has made yet, at an address of its own.
 * @throws Refusal `not-found` when our server has no rooms
 */
export function addressFor(account: Account, { name, address }: NewRoom): BareJid {
  if (address !== undefined) return address;
  const service = serviceOf(account);
  if (service === undefined) throw new Refusal('not-found');
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')
    .slice(0, 32);
  // Two groups may be called the same, and nobody should find one by guessing.
  const random = account.profile.host
    .id()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, '')
    .slice(0, 10);
  const made = readBareJid(`${words === '' ? 'room' : words}-${random}@${service}`);
  if (made === undefined) throw new Refusal('invalid');
  return made;
}

/** Where our server has its rooms: a service for people's rooms, not a gateway to another network's. */
export function serviceOf(account: Account): string | undefined {
  const found = account.disco.services.filter(
    ({ info }) =>
      info.features.has(NS_ROOMS) &&
      info.identities.some(({ category, type }) => category === 'conference' && type === 'text'),
  );
  const domain = domainOf(account.address);
  return (found.find(({ address }) => address.endsWith(`.${domain}`)) ?? found[0])?.address;
}

/**
 * Configures a room that we have just made.
 * @throws StanzaError, WireClosed
 */
export async function furnish(wire: Wire, room: Room, wanted: NewRoom): Promise<void> {
  try {
    const form = await askConfiguration(wire, room.address);
    if (form === undefined) {
      await createInstantly(wire, room.address);
      return;
    }
    const offered = new Set(form.fields.map(({ name }) => name));
    const values = Object.entries(wishesFor(wanted)).filter(([name]) => offered.has(name));
    await configure(wire, room.address, new Map(values));
  } catch (error) {
    // It would stay locked, and nobody could have one at its address (#createroom-reserved).
    if (error instanceof StanzaError) await cancelCreation(wire, room.address);
    throw error;
  }
}

/** @throws WireClosed when there is no stream to make it on */
export function wireOf(account: Account): Wire {
  if (account.wire === undefined) throw new WireClosed('a room is made where it is');
  return account.wire;
}
