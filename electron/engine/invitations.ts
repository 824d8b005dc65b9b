/**
 * Invitations to become a contact: made by the server where it does so (XEP-0401), else by ourselves (XEP-0379). Who
 * shows a token of ours is let in; everybody else is a request for the person.
 */
import { randomBytes } from 'node:crypto';
import type { Output } from '../../shared/contract.ts';
import { domainOf, type BareJid } from '../../shared/jid.ts';
import { readXmppUri, writeXmppUri } from '../../shared/xmpp-uri.ts';
import { putInvitation, takeInvitation } from '../store/invitations.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { writePresence } from '../xmpp/xep/presence.ts';
import { setContact } from '../xmpp/xep/roster.ts';
import { tokenIn } from '../xmpp/xep/xep0379.ts';
import { askInvitation } from '../xmpp/xep/xep0401.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { requireWire } from './roster.ts';

/** XEP-0379 §5: at least 80 bits, and about a week. */
const TOKEN_BYTES = 16;
const VALID_FOR = 7 * 86_400_000;

/** @throws Refusal `offline`, WireClosed */
export async function invite(account: Account): Promise<Output<'accounts.invite'>> {
  const wire = requireWire(account);
  const { profile, id, address } = account;
  try {
    const made = await askInvitation(wire, domainOf(address));
    const action = made && readXmppUri(made.uri)?.action;
    if (made !== undefined) return { ...made, mayRegister: action?.kind === 'add' && action.mayRegister };
  } catch (error) {
    // XEP-0401 §5: where the server cannot, the client does.
    if (!(error instanceof StanzaError)) throw error;
    account.log('no-server-invitation', { condition: error.condition });
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expires = profile.host.now() + VALID_FOR;
  profile.commit(() => putInvitation(profile.database, { account: id, token, expires }));
  const uri = writeXmppUri({ address, action: { kind: 'add', token, mayRegister: false } });
  return { uri, expires, mayRegister: false };
}

/**
 * Lets in who shows a token of ours: they see our presence, and we ask to see theirs. They come without a name, because
 * the one that they would give is nobody's word but theirs (XEP-0379 §5).
 * @returns false when the request is one for the person
 */
export function welcomeInvited(account: Account, from: BareJid, presence: Element): boolean {
  const { profile, wire } = account;
  const token = tokenIn(presence);
  if (token === undefined || wire === undefined) return false;
  const isOurs = profile.commit(() =>
    takeInvitation(profile.database, account.id, token, profile.host.now()),
  );
  if (!isOurs) return false;
  account.log('invitation-used');
  wire.send(writePresence({ type: 'subscribed', to: from }));
  wire.send(writePresence({ type: 'subscribe', to: from }));
  void setContact(wire, { address: from, name: '', groups: [] }).catch((error: unknown) => {
    account.log('invited-not-added', { error: String(error) });
  });
  return true;
}
