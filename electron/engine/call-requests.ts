/**
 * Requests of Jingle that others make of us: each goes to the session of the one device that it is with, or begins a call
 * when somebody who may call does so without asking first. Strangers learn nothing, not even that we know what a call is.
 */
import { bareOf, readFullJid } from '../../shared/jid.ts';
import {
  NS as NS_JINGLE,
  readJingle,
  writeProblem,
  type Jingle,
  type SessionProblem,
} from '../xmpp/xep/xep0166.ts';
import { readMedia, NS as NS_RTP } from '../xmpp/xep/xep0167.ts';
import { child, stanza, xml, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { isSealed } from './call-seal.ts';
import type { Refused } from './call-session.ts';

const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

const ERRORS: Record<
  Refused | 'unknown-session',
  readonly [condition: string, type: string, problem?: SessionProblem]
> = {
  'unknown-session': ['item-not-found', 'cancel', 'unknown-session'],
  'out-of-order': ['unexpected-request', 'wait', 'out-of-order'],
  'tie-break': ['conflict', 'cancel', 'tie-break'],
  'unsupported-info': ['feature-not-implemented', 'modify', 'unsupported-info'],
  'bad-request': ['bad-request', 'modify'],
};

/** Handles a request about a call, and answers it. @returns false when it is none of a call's: others may serve it */
export function answerCallRequest(account: Account, request: Element): boolean | Promise<boolean> {
  const { id, type, from } = request.attrs;
  const element = type === 'set' ? child(request, 'jingle', NS_JINGLE) : undefined;
  const device = from === undefined ? undefined : readFullJid(from);
  if (element === undefined || device === undefined || id === undefined) return false;
  const reply = (refused?: keyof typeof ERRORS): true => {
    account.wire?.send(answerTo(request, refused));
    return true;
  };
  const jingle = readJingle(element);
  const call = account.calls.withSession(device, element.attrs['sid'] ?? '');
  if (call !== undefined) {
    // What follows from it is sent in a later turn of the event loop: the answer comes first.
    if (jingle === undefined) return reply('bad-request');
    if (isSealed(jingle)) return call.session.takeSealed(jingle, device).then(reply);
    return reply(call.session.take(jingle, device));
  }
  if (!account.calls.mayCall(bareOf(device))) return false;
  if (jingle === undefined) return reply('bad-request');
  if (jingle.action !== 'session-initiate') return isOfCall(jingle) ? reply('unknown-session') : false;
  if (!isOfCall(jingle)) return false;
  if (!account.calls.beCalled(jingle, device)) return reply('out-of-order');
  return reply();
}

/** About sound or pictures, or the end of something: other applications have sessions of their own. */
function isOfCall({ contents, action }: Jingle): boolean {
  if (contents.length === 0) return action === 'session-info';
  return contents.some(
    ({ description }) => description?.ns === NS_RTP && readMedia(description.attrs['media']) !== undefined,
  );
}

function answerTo({ attrs: { id, from } }: Element, refused: keyof typeof ERRORS | undefined): Element {
  if (refused === undefined) return stanza('iq', { id, to: from, type: 'result' });
  const [condition, type, problem] = ERRORS[refused];
  const parts = [xml(condition, NS_ERRORS), ...(problem === undefined ? [] : [writeProblem(problem)])];
  return stanza('iq', { id, to: from, type: 'error' }, xml('error', 'jabber:client', { type }, parts));
}
