/**
 * Asking people into a room: through the room, which may make them members by that and whose word their programs believe,
 * and directly, for whoever does not hear strange rooms (XEP-0249). Their programs show the two as one.
 */
import { Refusal } from '../../shared/answer.ts';
import { bareOf, type BareJid } from '../../shared/jid.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { askAffiliations, setAffiliations } from '../xmpp/xep/xep0045-admin.ts';
import { writeInvite } from '../xmpp/xep/xep0045-invite.ts';
import { writeDirectInvite } from '../xmpp/xep/xep0249.ts';
import type { Account } from './account.ts';
import type { Room } from './room.ts';

/**
 * Asks people into a room that we are in.
 * @throws Refusal `not-allowed` when we are not in it; StanzaError when they cannot become members; WireClosed
 */
export async function invite(
  account: Account,
  room: Room,
  people: readonly BareJid[],
  reason?: string,
): Promise<void> {
  const { wire, profile } = account;
  if (wire === undefined) throw new WireClosed('nobody hears it');
  if (room.state !== 'in') throw new Refusal('not-allowed');
  const wanted = [...new Set(people)].filter((address) => address !== account.address);
  if (room.features.isMembersOnly) await makeMembers(wire, room, wanted);
  const password = room.record()?.password;
  const said = reason === undefined || reason.trim() === '' ? undefined : reason.trim();
  for (const to of wanted) {
    wire.send(writeInvite(room.address, to, said, profile.host.id()));
    const direct = {
      room: room.address,
      continues: false,
      ...(password !== undefined && { password }),
      ...(said !== undefined && { reason: said }),
    };
    wire.send(writeDirectInvite(to, direct, profile.host.id()));
  }
}

/** The same for a room that has just been made: that stays, whatever its service says. @throws WireClosed */
export async function inviteFirst(account: Account, room: Room, people: readonly BareJid[]): Promise<void> {
  try {
    await invite(account, room, people);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    account.log('invite-failed', { room: room.address, condition: error.condition });
  }
}

/** Into a room for members only nobody else gets. Who is more than a member stays what they are. */
async function makeMembers(wire: Wire, room: Room, people: readonly BareJid[]): Promise<void> {
  const own = room.occupants.get(room.nick)?.affiliation;
  // The service makes members of those whom a member invites, where members may invite (#invite-mediated).
  if (own !== 'owner' && own !== 'admin') return;
  const known = new Set<string>();
  for (const affiliation of ['owner', 'admin', 'member'] as const) {
    for (const { jid } of await list(wire, room, affiliation)) if (jid !== undefined) known.add(bareOf(jid));
  }
  const changes = people
    .filter((jid) => !known.has(jid))
    .map((jid) => ({ jid, affiliation: 'member' as const }));
  await setAffiliations(wire, room.address, changes);
}

/** Some services tell only owners who the owners are. Those can be made less by nobody but owners. */
async function list(
  wire: Wire,
  room: Room,
  affiliation: 'owner' | 'admin' | 'member',
): ReturnType<typeof askAffiliations> {
  try {
    return await askAffiliations(wire, room.address, affiliation);
  } catch (error) {
    if (error instanceof StanzaError && affiliation !== 'member') return [];
    throw error;
  }
}
