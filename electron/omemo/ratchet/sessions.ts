/**
 * The ratchet for either protocol, session by session. Works on records handed
 * in and hands back new ones: it stores nothing, trusts nobody, and knows no XML.
 */
import type { Bundle, PreKey } from '../../xmpp/xep/xep0384.ts';
import { SessionFault } from '../fault.ts';
import type { Identity, OpenedKey, Peer, PrekeySource, SealedKey } from './ends.ts';
import { answer, begin, ownIdentityKey } from './agreement.ts';
import { fromLibrary } from './library-record.ts';
import { readExchange, readMessage, writeExchange } from './messages.ts';
import { LEGACY, type Parameters } from './parameters.ts';
import { readSessions, writeSessions } from './record-text.ts';
import {
  closeOpen,
  listSessions,
  NO_SESSIONS,
  reopenSession,
  replaceSession,
  withOpen,
  type Sessions,
} from './record.ts';
import { knowsRatchetKey, open, seal } from './session.ts';

/** A key as it came. */
export interface SealedBody {
  readonly body: Uint8Array;
  readonly isPrekey: boolean;
}

/**
 * Begins a session from a bundle and one of its prekeys, both as the protocol sends them, and makes it the open one of
 * the record.
 * @throws SessionFault when the keys yield nothing or the signature is wrong
 */
export function beginSession(
  parameters: Parameters,
  identity: Identity,
  _peer: Peer,
  record: string | undefined,
  bundle: Bundle,
  preKey: PreKey,
): string {
  const session = begin(parameters, identity, bundle, preKey);
  return writeSessions(parameters, withOpen(sessionsIn(parameters, record), session));
}

/** Encrypts with the open session of a record. @throws SessionFault when there is none */
export function sealKey(
  parameters: Parameters,
  identity: Identity,
  _peer: Peer,
  record: string,
  plaintext: Uint8Array,
): SealedKey {
  const sessions = sessionsIn(parameters, record);
  if (sessions.open === undefined) throw new SessionFault('no-session', 'there is no open session');
  const own = ownIdentityKey(parameters, identity);
  const { session, message } = seal(parameters, own, sessions.open, plaintext);
  const { pending, baseKey } = session;
  const exchange = pending && {
    ...pending,
    baseKey,
    identity: { key: identity.publicKey, sent: own },
    message,
  };
  return {
    record: writeSessions(parameters, replaceSession(sessions, sessions.open, session)),
    body: Uint8Array.from(exchange ? writeExchange(parameters, exchange, identity.device) : message),
    isPrekey: exchange !== undefined,
  };
}

/**
 * Decrypts a key that a device sealed for us.
 * @throws SessionFault when that fails; any other error comes from `prekeys` and says nothing about the message
 */
export function openKey(
  parameters: Parameters,
  identity: Identity,
  _peer: Peer,
  record: string | undefined,
  sealed: SealedBody,
  prekeys: PrekeySource,
): OpenedKey {
  const sessions = sessionsIn(parameters, record);
  const { after, ...opened } = sealed.isPrekey
    ? openExchange(parameters, identity, sessions, sealed.body, prekeys)
    : openMessage(parameters, identity, sessions, sealed.body);
  // As long as we have sealed nothing with our present chain, the other side cannot know that we have the session.
  const isUnconfirmed = sealed.isPrekey && after.open?.sending.next === 0;
  const { plaintext, identityKey, usedPrekey, baseKey, isLong } = opened;
  return {
    record: writeSessions(parameters, after),
    plaintext,
    identityKey,
    ...(usedPrekey !== undefined && { usedPrekey }),
    ...(baseKey !== undefined && { baseKey }),
    needsAnswer: isLong || isUnconfirmed,
  };
}

/** The identity key, 33 bytes, of the device that the open session is with; `undefined` without one. */
export function sessionKey(parameters: Parameters, record: string | undefined): Uint8Array | undefined {
  return sessionsIn(parameters, record).open?.identity.key;
}

/** The record with its open session closed: the next message will need a new one. */
export function closeSession(parameters: Parameters, record: string): string {
  return writeSessions(parameters, closeOpen(sessionsIn(parameters, record)));
}

// ————— Opening ———————————————————————————————————————————————————————————————————————————————————————————

interface Result {
  readonly after: Sessions;
  readonly plaintext: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly isLong: boolean;
  readonly usedPrekey?: number;
  readonly baseKey?: Uint8Array;
}

/** XEP-0384 0.9.1 §4.3: the base key says whether the session is there already, or has to be made. */
function openExchange(
  parameters: Parameters,
  identity: Identity,
  sessions: Sessions,
  body: Uint8Array,
  prekeys: PrekeySource,
): Result {
  const exchange = readExchange(parameters, body);
  const message = readMessage(parameters, exchange.message);
  const known = listSessions(sessions).find(
    ({ hasBegun, baseKey }) => !hasBegun && Buffer.compare(baseKey, exchange.baseKey) === 0,
  );
  if (known !== undefined && Buffer.compare(known.identity.sent, exchange.identity.sent) !== 0) {
    throw new SessionFault('forged', 'the key exchange belongs to somebody else');
  }
  const session = known ?? answer(parameters, identity, exchange, prekeys, message.ratchetKey);
  const opened = open(parameters, ownIdentityKey(parameters, identity), session, message);
  const { plaintext, isLong } = opened;
  const result = { plaintext, isLong, identityKey: session.identity.key };
  return known === undefined
    ? {
        ...result,
        after: withOpen(sessions, opened.session),
        usedPrekey: exchange.prekey,
        baseKey: exchange.baseKey,
      }
    : { ...result, after: replaceSession(sessions, known, opened.session) };
}

/** Tries the sessions, the open one first; only the one that knows the ratchet key, if one does. */
function openMessage(
  parameters: Parameters,
  identity: Identity,
  sessions: Sessions,
  body: Uint8Array,
): Result {
  const message = readMessage(parameters, body);
  const own = ownIdentityKey(parameters, identity);
  const all = listSessions(sessions);
  const knowing = all.find((session) => knowsRatchetKey(session, message.ratchetKey));
  let fault: SessionFault | undefined;
  for (const session of knowing === undefined ? all : [knowing]) {
    try {
      const { session: after, plaintext, isLong } = open(parameters, own, session, message);
      const identityKey = session.identity.key;
      return { after: reopenSession(sessions, session, after), plaintext, identityKey, isLong };
    } catch (error) {
      if (!(error instanceof SessionFault)) throw error;
      fault ??= error;
    }
  }
  throw fault ?? new SessionFault('no-session', 'there is no session');
}

function sessionsIn(parameters: Parameters, record: string | undefined): Sessions {
  if (record === undefined) return NO_SESSIONS;
  // Records of the library are JSON; ours are base64, which has no braces.
  const isOfLibrary = parameters === LEGACY && record.startsWith('{');
  return isOfLibrary ? fromLibrary(record) : readSessions(parameters, record);
}
