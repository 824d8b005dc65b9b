/**
 * Requests that others make of us (RFC 6120 §8.2.3): answered if we serve them, the asker may know us, and they do not
 * come in floods. What each answer says is its extension's business.
 */
import { bareOf, domainOf } from '../../shared/jid.ts';
import * as contacts from '../store/contacts.ts';
import { NS as NS_ROSTER, readRosterPush } from '../xmpp/xep/roster.ts';
import { infoUnder } from '../xmpp/xep/self.ts';
import * as xep0030 from '../xmpp/xep/xep0030.ts';
import * as xep0092 from '../xmpp/xep/xep0092.ts';
import { NS as NS_BLOCKING } from '../xmpp/xep/xep0191.ts';
import * as xep0199 from '../xmpp/xep/xep0199.ts';
import * as xep0202 from '../xmpp/xep/xep0202.ts';
import { childElements, stanza, xml, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { takeBlockPush } from './blocking.ts';
import { answerCallRequest } from './call-requests.ts';
import { getPrivacy } from './privacy.ts';
import { applyRosterPush, maySeeReceipts } from './roster.ts';

const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** What answers are made of, beside the request itself. */
interface Answering {
  readonly software: xep0092.Software;
  /** Absent when the person does not allow to tell it. */
  readonly time: xep0202.EntityTime | undefined;
  readonly infoUnder: (node: string | undefined) => xep0030.Info | undefined;
}

/** An error that an answer may be, with the type that belongs to it (RFC 6120 §8.3.3). */
const ERROR_TYPES = {
  'bad-request': 'modify',
  'item-not-found': 'cancel',
  'service-unavailable': 'cancel',
} as const;
type Condition = keyof typeof ERROR_TYPES;

/** `undefined` means that we do not serve it after all. */
type Outcome = Element | 'empty' | Condition | undefined;

interface Served {
  readonly ns: string;
  readonly name: string;
  readonly type: 'get' | 'set';
  handle(payload: Element, answering: Answering): Outcome;
}

const SERVED: readonly Served[] = [
  xep0030.answer,
  xep0030.answerItems,
  xep0092.answer,
  xep0199.answer,
  xep0202.answer,
];

interface OwnList {
  readonly ns: string;
  /** What the log says of a push that somebody else made. */
  readonly rule: string;
  readonly take: (account: Account, request: Element) => void;
}

/** Only our own account changes its lists: others are ignored without a reply (RFC 6121 §2.1.6, CVE-2015-8688, H14). */
const OWN_LISTS: readonly OwnList[] = [
  { ns: NS_ROSTER, rule: 'forged-roster-push', take: takeRosterPush },
  { ns: NS_BLOCKING, rule: 'forged-block-push', take: takeBlockPush },
];

/**
 * Handles one IQ request: every get or set gets exactly one reply, except forged pushes of our own lists and what comes in
 * floods, which get none.
 */
export async function answerRequest(account: Account, request: Element): Promise<void> {
  const { type, id, from } = request.attrs;
  // Without an id no reply could be matched (RFC 6120 §8.1.3); results and errors do not come here.
  if (id === undefined || id === '' || (type !== 'get' && type !== 'set')) return;
  if (account.transfers.direct.takes(request)) return;
  const payload = childElements(request)[0];
  const list = type === 'set' ? OWN_LISTS.find(({ ns }) => ns === payload?.ns) : undefined;
  if (list !== undefined) {
    receivePush(account, request, list);
    return;
  }
  const isOfCall = answerCallRequest(account, request);
  if (isOfCall === true || (isOfCall !== false && (await isOfCall))) return;
  if (!isPatient(account, from)) return;
  if (account.transfers.direct.starts(request)) return;
  const outcome = mayAsk(account, from) ? answerOf(account, request, type) : 'service-unavailable';
  const address = { id, ...(from !== undefined && { to: from }) };
  account.wire?.send(
    typeof outcome === 'string' && outcome !== 'empty'
      ? stanza(
          'iq',
          { ...address, type: 'error' },
          xml('error', 'jabber:client', { type: ERROR_TYPES[outcome] }, xml(outcome, NS_ERRORS)),
        )
      : stanza('iq', { ...address, type: 'result' }, outcome === 'empty' ? undefined : outcome),
  );
}

function answerOf(account: Account, request: Element, type: 'get' | 'set'): Exclude<Outcome, undefined> {
  const [payload, ...others] = childElements(request);
  // RFC 6120 §8.2.3: a request has one child.
  if (payload === undefined || others.length > 0) return 'bad-request';
  const known = SERVED.filter((each) => payload.ns === each.ns && payload.name === each.name);
  const served = known.find((each) => each.type === type);
  if (served === undefined) return known.length > 0 ? 'bad-request' : 'service-unavailable';
  return served.handle(payload, answeringFor(account)) ?? 'service-unavailable';
}

function answeringFor(account: Account): Answering {
  const { database, host } = account.profile;
  const { tellsSystem, tellsTime } = getPrivacy(database);
  const { system, ...software } = host.software;
  const at = host.now();
  return {
    software: { ...software, ...(tellsSystem && system !== undefined && { system }) },
    time: tellsTime ? { at, offset: -new Date(at).getTimezoneOffset() } : undefined,
    infoUnder: (node) => infoUnder(node, { time: tellsTime }),
  };
}

/** True of our own account and its server, which may ask for anything at any pace. */
function isHome(account: Account, asker: string | undefined): boolean {
  return asker === account.address || asker === domainOf(account.address);
}

/** Answers cost our line and tell that we are here: nobody gets them in floods (H66, H74). */
function isPatient(account: Account, from: string | undefined): boolean {
  const asker = from === undefined ? account.address : bareOf(from);
  if (isHome(account, asker)) return true;
  // Strangers share one measure: addresses are cheap.
  const isContact =
    asker !== undefined && contacts.getContact(account.profile.database, account.id, asker) !== undefined;
  const verdict = account.askers.take(isContact ? asker : '', account.profile.host.now());
  if (verdict === 'first-refusal') account.log('dropped', { rule: 'flood-of-requests', from });
  return verdict === 'allowed';
}

/** To a stranger we are not here: an answer would tell that we are online, and with what (H66). */
function mayAsk(account: Account, from: string | undefined): boolean {
  if (from === undefined) return true;
  const asker = bareOf(from);
  if (asker === undefined) return false;
  if (isHome(account, asker)) return true;
  return (
    contacts.getContact(account.profile.database, account.id, asker) !== undefined &&
    maySeeReceipts(account, asker)
  );
}

/** Takes in a change of one of our lists, and says so. */
function receivePush(account: Account, request: Element, { rule, take }: OwnList): void {
  const { from, id } = request.attrs;
  // Without a sender, or from our bare address exactly: a resource or the domain does not speak for the account (H15).
  if (from !== undefined && (bareOf(from) !== account.address || from.includes('/'))) {
    account.log('dropped', { rule, from });
    return;
  }
  take(account, request);
  account.wire?.send(stanza('iq', { type: 'result', id, to: from }));
}

function takeRosterPush(account: Account, request: Element): void {
  const push = readRosterPush(request);
  if (push !== undefined) applyRosterPush(account, push.item, push.version);
}
