/**
 * Empty encrypted messages (XEP-0384 0.9.1 §4.7): they carry a session on, or a new one to the other side, and nothing to
 * read. Decides when a person wants a session renewed; never renews one by itself (hostile row H47).
 */
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites } from '../omemo/omemo.ts';
import { writeMessage } from '../xmpp/message.ts';
import type { Wire } from '../xmpp/wire.ts';
import type { Account } from './account.ts';

/**
 * Sends one device an empty message, which begins a session if there is none.
 * @returns false when it may not or cannot get one
 */
export function sendKeyTransport(
  account: Account,
  wire: Wire,
  address: BareJid,
  device: number,
): Promise<boolean> {
  const { omemo, profile, id } = account;
  return omemo.exclusive(async (keys) => {
    const sealed = await keys.keyTransport(address, device);
    if (sealed === undefined || account.wire !== wire) return false;
    profile.commit(() => {
      applyWrites(profile.database, id, sealed.writes);
    });
    wire.send(
      writeMessage({
        to: address,
        type: 'chat',
        id: profile.host.id(),
        encrypted: sealed.encrypted,
        storeHint: 'store',
      }),
    );
    return true;
  });
}

/**
 * Begins a new session with a device whose messages cannot be read any more, and tells it: what it writes from then on
 * can be read again (XEP-0384 0.9.1 §6, "clients MUST offer a way to manually replace broken sessions").
 * @throws Refusal `offline`, `not-allowed` when it is distrusted or has no keys; StanzaError when they cannot be had now;
 *   WireClosed
 */
export async function renewSession(account: Account, address: BareJid, device: number): Promise<void> {
  const { omemo, wire } = account;
  if (wire === undefined) throw new Refusal('offline');
  await omemo.restartSession(address, device);
  await omemo.prepareFor(address, createOmemoNetwork(wire));
  if (!(await sendKeyTransport(account, wire, address, device))) throw new Refusal('not-allowed');
}
