/**
 * Empty encrypted messages (XEP-0384 0.9.1 §4.7): they carry a session on, or a new one to the other side, and nothing to
 * read. Decides when a person wants a session renewed; never renews one by itself (hostile row H47).
 */
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites, type Line } from '../omemo/omemo.ts';
import { writeMessage } from '../xmpp/message.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import type { Account } from './account.ts';

/**
 * Sends one device an empty message in one protocol, which begins a session if there is none.
 * @returns false when it may not or cannot get one
 */
export function sendKeyTransport(account: Account, wire: Wire, line: Line): Promise<boolean> {
  const { omemo, profile, id } = account;
  return omemo.exclusive(async (keys) => {
    const sealed = await keys.keyTransport(line);
    if (sealed === undefined || account.wire !== wire) return false;
    profile.commit(() => {
      applyWrites(profile.database, id, sealed.writes);
    });
    wire.send(
      writeMessage({
        to: line.address,
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
 * Begins new sessions with a device whose messages cannot be read any more, in each protocol that it has, and tells it: what
 * it writes from then on can be read again (XEP-0384 0.9.1 #rules, "clients MUST offer a way to manually replace broken
 * sessions").
 * @throws Refusal `offline`, `not-allowed` when it is distrusted or has no keys; StanzaError when they cannot be had now;
 *   WireClosed
 */
export async function renewSession(account: Account, address: BareJid, device: number): Promise<void> {
  const { omemo, wire } = account;
  if (wire === undefined) throw new Refusal('offline');
  const network = createOmemoNetwork(wire);
  await omemo.refreshDevices(address, network);
  let failure: unknown = new Refusal('not-allowed');
  let isSent = false;
  for (const protocol of await omemo.restartSessions(address, device)) {
    const line = { protocol, address, device };
    try {
      await omemo.prepareSession(line, network);
      isSent = (await sendKeyTransport(account, wire, line)) || isSent;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      failure = error;
    }
  }
  if (!isSent) throw failure;
}
