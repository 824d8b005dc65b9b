/**
 * What those who run a room do: who is what in it, how it is configured, and its end. Whether we may is the room's to
 * say; what comes of it is seen when the room tells everybody.
 */
import { Refusal } from '../../shared/answer.ts';
import type { FormRow, Input, Output } from '../../shared/contract.ts';
import { localOf, readBareJid, type BareJid } from '../../shared/jid.ts';
import type { Answers } from '../../shared/rows/form.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { askAffiliations, setAffiliation, setRole } from '../xmpp/xep/xep0045-admin.ts';
import { askConfiguration, configure, destroy } from '../xmpp/xep/xep0045-owner.ts';
import { readRoomUser } from '../xmpp/xep/xep0045.ts';
import { readChallenges } from '../xmpp/xep/xep0158.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { checkedAnswers } from './registration.ts';
import { wireOf } from './room-making.ts';
import type { Room } from './room.ts';

/** More than a list on a screen shows, and a window takes at once. */
const MOST_PEOPLE = 10_000;

type Affiliation = Input<'rooms.affiliations'>['affiliation'];

/** @throws StanzaError, WireClosed */
export async function listAffiliated(
  account: Account,
  room: Room,
  affiliation: Affiliation,
): Promise<Output<'rooms.affiliations'>> {
  const items = await askAffiliations(wireOf(account), room.address, affiliation);
  const people = items
    .slice(0, MOST_PEOPLE)
    .flatMap(({ jid, nick, reason }) =>
      jid === undefined
        ? []
        : [{ address: jid, ...(nick !== undefined && { nick }), ...(reason !== undefined && { reason }) }],
    );
  return { people };
}

/**
 * @param text an address; whole domains can be banned, and nothing else
 * @throws Refusal `not-an-address`; StanzaError, WireClosed
 */
export async function changeAffiliation(
  account: Account,
  room: Room,
  text: string,
  affiliation: Affiliation,
  reason?: string,
): Promise<void> {
  const address = readBareJid(text.trim());
  const mayBeDomain = affiliation === 'outcast' || affiliation === 'none';
  if (address === undefined || (localOf(address) === undefined && !mayBeDomain))
    throw new Refusal('not-an-address');
  await setAffiliation(wireOf(account), room.address, address, affiliation, reason);
}

/** @throws Refusal `not-found` when nobody in it is called so; StanzaError, WireClosed */
export async function changeRole(
  account: Account,
  room: Room,
  { nick, role, reason }: Pick<Input<'rooms.setRole'>, 'nick' | 'role' | 'reason'>,
): Promise<void> {
  const wire = wireOf(account);
  if (room.occupants.get(nick) === undefined) throw new Refusal('not-found');
  await setRole(wire, room.address, nick, role, reason);
}

// ————— Configuration —————————————————————————————————————————————————————————————————————————————————————————

/** @throws Refusal `not-allowed` when there is nothing to fill in; StanzaError, WireClosed */
export async function configurationOf(account: Account, room: Room): Promise<FormRow> {
  const form = await askConfiguration(wireOf(account), room.address);
  if (form === undefined) throw new Refusal('not-allowed');
  const { title, instructions, fields } = form;
  return { title, instructions, fields: readChallenges(fields, []).filter(({ type }) => type !== 'hidden') };
}

/**
 * Changes what was answered and leaves the rest as it is.
 * @throws Refusal `invalid` with the names of the fields that cannot be so; StanzaError, WireClosed
 */
export async function changeConfiguration(account: Account, room: Room, answers: Answers): Promise<void> {
  const wire = wireOf(account);
  const { fields } = await configurationOf(account, room);
  const given = new Set(answers.map(({ name }) => name));
  const asked = fields.filter(({ name, type }) => given.has(name) && type !== 'fixed');
  await configure(wire, room.address, checkedAnswers(asked, answers));
  await room.relearn(wire);
}

/** #roomconfig-notify: statuses with which a room says that it is another way now. */
const RECONFIGURED = [104, 170, 171, 172, 173, 174];
/** Rooms that are asked what they are like now; true when they have to be asked once more after that. */
const asking = new WeakMap<Room, boolean>();

/**
 * What a room tells in a message of its own: what somebody is who is not in it (#grantmember), or that it is not as it
 * was. Nobody else says such things (H32).
 */
export function hearRoomItself(account: Account, stanza: Element): void {
  const room = account.rooms.get(stanza.attrs['from'] ?? '');
  const user = room && readRoomUser(stanza);
  if (room === undefined || user === undefined) return;
  if (user.item !== undefined) room.noteMember(user.item);
  const isChanged = RECONFIGURED.some((each) => user.statuses.includes(each));
  if (isChanged && stanza.attrs['type'] === 'groupchat') askAgain(account, room);
}

function askAgain(account: Account, room: Room): void {
  const { wire } = account;
  if (wire === undefined || room.state !== 'in') return;
  if (asking.has(room)) {
    asking.set(room, true);
    return;
  }
  asking.set(room, false);
  void (async () => {
    try {
      await room.relearn(wire);
      if (asking.get(room) === true) await room.relearn(wire);
    } catch (error) {
      if (!(error instanceof StanzaError || error instanceof WireClosed)) throw error;
      account.log('room-silent', { error: String(error) });
    } finally {
      asking.delete(room);
    }
  })().catch((error: unknown) => {
    account.log('room-failed', { error: String(error) });
  });
}

/**
 * Ends a room for everybody; we do not want to be in it any more.
 * @param alternate where to go instead
 * @throws StanzaError, WireClosed
 */
export async function destroyRoom(
  account: Account,
  room: Room,
  reason: string | undefined,
  alternate: BareJid | undefined,
): Promise<void> {
  await destroy(wireOf(account), room.address, reason, alternate);
  account.rooms.leave(room);
}
