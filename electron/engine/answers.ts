/** Requests that others make of us (RFC 6120 §8.2.3): answered if we serve them and the asker may know us. */
import { bareOf, domainOf } from '../../shared/jid.ts';
import * as contacts from '../store/contacts.ts';
import { readRosterPush } from '../xmpp/xep/roster.ts';
import * as xep0030 from '../xmpp/xep/xep0030.ts';
import * as xep0199 from '../xmpp/xep/xep0199.ts';
import { childElements, stanza, xml, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { applyRosterPush, maySeeReceipts } from './roster.ts';

const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const SERVED = [xep0030.answer, xep0199.answer];

/** Handles one IQ request: every get or set gets exactly one reply, except forged roster pushes, which get none. */
export function answerRequest(account: Account, request: Element): void {
  const { type, id, from } = request.attrs;
  const payload = childElements(request)[0];
  if (id === undefined || (type !== 'get' && type !== 'set')) return;
  if (payload?.ns === contactsNamespace && type === 'set') {
    receiveRosterPush(account, request);
    return;
  }
  const served = SERVED.find((each) => payload?.ns === each.ns && payload.name === each.name);
  const result =
    served !== undefined && payload !== undefined && type === 'get' && mayAsk(account, from)
      ? served.handle(payload)
      : undefined;
  const address = { id, ...(from !== undefined && { to: from }) };
  account.wire?.send(
    result === undefined
      ? stanza(
          'iq',
          { ...address, type: 'error' },
          xml('error', 'jabber:client', { type: 'cancel' }, xml('service-unavailable', NS_ERRORS)),
        )
      : stanza('iq', { ...address, type: 'result' }, result === 'empty' ? undefined : result),
  );
}

const contactsNamespace = 'jabber:iq:roster';

/** To a stranger we are not here: an answer would tell that we are online, and with what (H66). */
function mayAsk(account: Account, from: string | undefined): boolean {
  if (from === undefined) return true;
  const asker = bareOf(from);
  if (asker === undefined) return false;
  if (asker === account.address || asker === domainOf(account.address)) return true;
  return (
    contacts.getContact(account.profile.database, account.id, asker) !== undefined &&
    maySeeReceipts(account, asker)
  );
}

/** Only our own account changes its roster: others are ignored without a reply (RFC 6121 §2.1.6, CVE-2015-8688). */
function receiveRosterPush(account: Account, request: Element): void {
  const { from } = request.attrs;
  // Without a sender, or from our bare address exactly: a resource or the domain does not speak for the roster (H15).
  if (from !== undefined && (bareOf(from) !== account.address || from.includes('/'))) {
    account.log('dropped', { rule: 'forged-roster-push', from });
    return;
  }
  const push = readRosterPush(request);
  if (push !== undefined) applyRosterPush(account, push.item, push.version);
  account.wire?.send(stanza('iq', { type: 'result', id: request.attrs['id'], to: from }));
}
