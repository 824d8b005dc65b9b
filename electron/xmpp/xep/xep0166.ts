/**
 * XEP-0166 Jingle, version 1.1.2. https://xmpp.org/extensions/xep-0166.html
 * The envelope of every negotiation: what is done to which session and its contents. What the contents are about is left
 * to the extensions for applications and transports; who may do what, and when, is decided by the engine.
 */
import { readFullJid, type FullJid } from '../../../shared/jid.ts';
import type { Role, Senders } from '../jingle.ts';
import { distinct, LIMITS, readSome, readText } from '../jingle-grammar.ts';
import type { StanzaError } from '../wire.ts';
import { child, childElements, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:1';
/** Of the conditions that stand beside those of RFC 6120 in an error (#errors). */
export const NS_ERRORS = 'urn:xmpp:jingle:errors:1';
/** #support */
export const features = [NS];

/** #def-action */
export const actions = [
  'content-accept',
  'content-add',
  'content-modify',
  'content-reject',
  'content-remove',
  'description-info',
  'security-info',
  'session-accept',
  'session-info',
  'session-initiate',
  'session-terminate',
  'transport-accept',
  'transport-info',
  'transport-reject',
  'transport-replace',
] as const;
export type Action = (typeof actions)[number];

/** #def-reason */
export const reasons = [
  'alternative-session',
  'busy',
  'cancel',
  'connectivity-error',
  'decline',
  'expired',
  'failed-application',
  'failed-transport',
  'general-error',
  'gone',
  'incompatible-parameters',
  'media-error',
  'security-error',
  'success',
  'timeout',
  'unsupported-applications',
  'unsupported-transports',
] as const;
export type Condition = (typeof reasons)[number];

export interface Reason {
  readonly condition: Condition;
  /** For people; of no certain language. */
  readonly text?: string;
  /** With `alternative-session`: which one. */
  readonly session?: string;
}

/** #errors */
const PROBLEMS = ['out-of-order', 'tie-break', 'unknown-session', 'unsupported-info'] as const;
export type SessionProblem = (typeof PROBLEMS)[number];

/** A `<content/>` whose parts are not read yet (#def-content). */
export interface Content {
  readonly creator: Role;
  readonly name: string;
  readonly senders: Senders;
  /** `session` when absent, others belong to no session of their own (e.g. `early-session`). */
  readonly disposition?: string;
  readonly description?: Element;
  readonly transport?: Element;
  readonly security?: Element;
}

export interface Jingle {
  readonly action: Action;
  readonly sid: string;
  /** What the sender says of who began the session and who replied: to be compared with the stanza, never believed. */
  readonly initiator?: FullJid;
  readonly responder?: FullJid;
  readonly contents: readonly Content[];
  readonly reason?: Reason;
  /** All others: groups, and what a session-info is about. */
  readonly payloads: readonly Element[];
}

/**
 * Reads `<jingle/>`; `undefined` for an action that is not defined (to be answered with `bad-request`), without a session
 * id, and with more contents than anybody needs or two of the same name from the same creator.
 */
export function readJingle(element: Element): Jingle | undefined {
  if (!is(element, 'jingle', NS)) return undefined;
  const action = actions.find((each) => each === element.attrs['action']);
  const sid = readText(element.attrs['sid']);
  if (action === undefined || sid === undefined) return undefined;
  const parts = childElements(element, 'content', NS);
  if (parts.length > LIMITS.contents) return undefined;
  const contents = parts.map(readContent).filter((each) => each !== undefined);
  const names = distinct(contents, ({ creator, name }) => `${creator} ${name}`);
  if (names.length < parts.length) return undefined;
  const initiator = readFullJid(element.attrs['initiator'] ?? '');
  const responder = readFullJid(element.attrs['responder'] ?? '');
  const reasonElement = child(element, 'reason');
  const reason = reasonElement && readReason(reasonElement);
  return {
    action,
    sid,
    ...(initiator !== undefined && { initiator }),
    ...(responder !== undefined && { responder }),
    contents,
    ...(reason !== undefined && { reason }),
    payloads: readSome(childElements(element), LIMITS.contents, (each) =>
      each.ns === NS ? undefined : each,
    ),
  };
}

export function writeJingle(jingle: Jingle): Element {
  const { action, sid, initiator, responder, contents, reason, payloads } = jingle;
  return xml(
    'jingle',
    NS,
    { action, initiator, responder, sid },
    contents.map(writeContent),
    reason && writeReason(reason),
    payloads,
  );
}

function readContent(element: Element): Content | undefined {
  const { name, disposition } = element.attrs;
  // Without a creator it is the initiator's (#table-content), as programs of old have it.
  const creator = readRole(element.attrs['creator'] ?? 'initiator');
  const senders = readSenders(element.attrs['senders']);
  if (name === undefined || name === '' || name.length > 256) return undefined;
  if (creator === undefined || senders === undefined) return undefined;
  const part = (called: string): Element | undefined =>
    childElements(element).find((each) => each.name === called);
  const [description, transport, security] = [part('description'), part('transport'), part('security')];
  return {
    creator,
    name,
    senders,
    ...(disposition !== undefined && disposition !== 'session' && { disposition }),
    ...(description && { description }),
    ...(transport && { transport }),
    ...(security && { security }),
  };
}

function writeContent(content: Content): Element {
  const { creator, name, senders, disposition, description, transport, security } = content;
  // `both` is the default (#table-content), and Dino 0.4 takes what is not said for it.
  const attrs = { creator, disposition, name, senders: senders === 'both' ? undefined : senders };
  return xml('content', NS, attrs, description, transport, security);
}

export function readRole(text: string | undefined): Role | undefined {
  return text === 'initiator' || text === 'responder' ? text : undefined;
}

/** `both` when absent. */
export function readSenders(text: string | undefined): Senders | undefined {
  if (text === undefined || text === 'both') return 'both';
  return text === 'none' ? text : readRole(text);
}

/** Reads `<reason/>`. A condition that we do not know is an error like any other. */
export function readReason(element: Element): Reason | undefined {
  if (!is(element, 'reason', NS)) return undefined;
  const named = childElements(element).filter(({ name, ns }) => ns === NS && name !== 'text');
  const text = childText(element, 'text')?.trim().slice(0, 1_000);
  const condition = reasons.find((each) => named.some(({ name }) => name === each)) ?? 'general-error';
  const alternative = child(element, 'alternative-session');
  const session = alternative && readText(childText(alternative, 'sid'));
  return {
    condition,
    ...(text !== undefined && text !== '' && { text }),
    ...(session !== undefined && { session }),
  };
}

export function writeReason({ condition, text, session }: Reason): Element {
  return xml(
    'reason',
    NS,
    {},
    xml(condition, NS, {}, session !== undefined && xml('sid', NS, {}, session)),
    text !== undefined && xml('text', NS, {}, text),
  );
}

/** What an error says of the session beside its condition (#errors); `undefined` when it says nothing. */
export function problemOf(error: Pick<StanzaError, 'stanza'>): SessionProblem | undefined {
  const said = error.stanza && child(error.stanza, 'error');
  return said && PROBLEMS.find((each) => child(said, each, NS_ERRORS) !== undefined);
}

/** The child of an error that says so. */
export function writeProblem(problem: SessionProblem): Element {
  return xml(problem, NS_ERRORS);
}
