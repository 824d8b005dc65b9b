/**
 * `xmpp:` addresses (RFC 5122 with the query components of XEP-0147 1.2, XEP-0379 0.3.3, XEP-0401 0.6.0 and XEP-0445
 * 0.2.0), and the web addresses that carry one. It reads strictly and acts on nothing: whatever one asks for, a person
 * confirms.
 */
import { readKeyClaims, speaksOfKeys, writeKeyClaims, type KeyClaim } from './key-claims.ts';
import { readBareJid, readJid, type BareJid, type Jid } from './jid.ts';

/** What an address asks for. Everything in it was written by somebody unknown. */
export type XmppAction =
  /** To look at somebody or something. */
  | { readonly kind: 'open' }
  | { readonly kind: 'message'; readonly body?: string; readonly subject?: string }
  | {
      readonly kind: 'add';
      readonly name?: string;
      /** The other side lets in whoever shows this (XEP-0379). */
      readonly token?: string;
      /** The token serves to create an account at the other side's server, too (XEP-0401). */
      readonly mayRegister: boolean;
    }
  | { readonly kind: 'join'; readonly password?: string }
  | { readonly kind: 'register'; readonly token?: string }
  /** Says which keys are somebody's, for comparing. */
  | { readonly kind: 'keys'; readonly claims: readonly KeyClaim[] }
  /** Asked for something that we do not do, such as `remove`. */
  | { readonly kind: 'unknown'; readonly name: string };

export interface XmppUri {
  readonly address: Jid;
  readonly action: XmppAction;
  /** The account of ours to do it with, if the address names one (RFC 5122 §2.3). */
  readonly account?: BareJid;
}

/** In characters. Whoever needs more has something else in mind. */
export const LONGEST_URI = 2_048;
const LONGEST_VALUE = 1_024;
const LONGEST_TOKEN = 256;
const SCHEME = /^xmpp:/iu;
/** Never in an address, not even escaped; a line feed only in what is to be said. */
const HARMFUL = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;
const SPACE = /\s/u;

/** Reads an `xmpp:` address; `undefined` for anything that is none, or that pretends to be more than one thing. */
export function readXmppUri(text: string): XmppUri | undefined {
  if (text.length > LONGEST_URI || !SCHEME.test(text) || HARMFUL.test(text) || SPACE.test(text))
    return undefined;
  // RFC 5122 §2.2: the fragment is for the receiver's own use, and we have none.
  const [reference = ''] = text.slice('xmpp:'.length).split('#', 1);
  const question = reference.indexOf('?');
  const hierarchy = question < 0 ? reference : reference.slice(0, question);
  const place = readPlace(hierarchy);
  const action = question < 0 ? ({ kind: 'open' } as const) : readAction(reference.slice(question + 1));
  return place && action && { ...place, action };
}

/** `path`, or `//account/path` (§2.2); an account without a path names nobody. */
function readPlace(text: string): Pick<XmppUri, 'address' | 'account'> | undefined {
  if (!text.startsWith('//')) {
    const address = readPath(text);
    return address && { address };
  }
  const slash = text.indexOf('/', 2);
  const account = readBareJid(slash < 0 ? '' : (unescapeParts(text.slice(2, slash)) ?? ''));
  const address = readPath(text.slice(slash + 1));
  return account?.includes('@') === true && address !== undefined ? { address, account } : undefined;
}

function readPath(text: string): Jid | undefined {
  const path = unescapeParts(text);
  return path === undefined ? undefined : readJid(path);
}

/**
 * Takes the escapes out of each part by itself (§2.7.2 of RFC 5122): an escaped "@" or "/" belongs to its part, where
 * local parts and domains may not have one. Unescaped as a whole, `a%40evil.example@b.example` would name another host.
 */
function unescapeParts(text: string): string | undefined {
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const local = at < 0 ? undefined : unescapePart(bare.slice(0, at));
  const domain = unescapePart(bare.slice(at + 1));
  const resource = slash < 0 ? undefined : unescapePart(text.slice(slash + 1));
  if (domain === undefined || /[@/]/u.test(domain)) return undefined;
  if (at >= 0 && (local === undefined || /[@/]/u.test(local))) return undefined;
  if (slash >= 0 && resource === undefined) return undefined;
  return `${local === undefined ? '' : `${local}@`}${domain}${resource === undefined ? '' : `/${resource}`}`;
}

/** The text without percent escapes; `undefined` when one is broken or hides something harmful. */
function unescapePart(text: string, mayHaveLines = false): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return HARMFUL.test(mayHaveLines ? plain.replaceAll(/\r\n?|\n|\t/gu, ' ') : plain) ? undefined : plain;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function readAction(query: string): XmppAction | undefined {
  if (speaksOfKeys(query)) {
    const claims = readKeyClaims(query);
    return claims && { kind: 'keys', claims };
  }
  const [name = '', ...pairs] = query.split(';');
  if (!/^[a-z0-9.-]{0,64}$/iu.test(name)) return undefined;
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const key = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = unescapePart(equals < 0 ? '' : pair.slice(equals + 1), key === 'body');
    if (value === undefined || value.length > LONGEST_VALUE || !/^[a-z0-9.-]{1,64}$/u.test(key))
      return undefined;
    // Two of them: whoever shows one and does the other would deceive. Of groups there may be several (XEP-0147 §4.3).
    if (values.has(key) && key !== 'group') return undefined;
    values.set(key, value);
  }
  return actionOf(name.toLowerCase(), values);
}

function actionOf(name: string, values: ReadonlyMap<string, string>): XmppAction | undefined {
  const token = values.get('preauth');
  if (token !== undefined && (token === '' || token.length > LONGEST_TOKEN || SPACE.test(token)))
    return undefined;
  const given = (key: string): string | undefined => values.get(key) || undefined;
  switch (name) {
    case '':
      return { kind: 'open' };
    case 'message': {
      const [body, subject] = [given('body'), given('subject')];
      return {
        kind: 'message',
        ...(body !== undefined && { body }),
        ...(subject !== undefined && { subject }),
      };
    }
    case 'subscribe':
    case 'roster': {
      // XEP-0379 §3.1 writes the space of a name as a plus sign, which RFC 5122 does not; nobody is called by one.
      const called = given('name')?.replaceAll('+', ' ');
      return {
        kind: 'add',
        ...(called !== undefined && { name: called }),
        ...(token !== undefined && { token }),
        mayRegister: token !== undefined && values.get('ibr') === 'y',
      };
    }
    case 'join': {
      const password = given('password');
      return { kind: 'join', ...(password !== undefined && { password }) };
    }
    case 'register':
      return { kind: 'register', ...(token !== undefined && { token }) };
    default:
      return { kind: 'unknown', name };
  }
}

/** Writes an address; `readXmppUri` reads the same back. */
export function writeXmppUri({ address, action, account }: XmppUri): string {
  const path = address
    .split('/')
    .map((part) => part.split('@').map(escapePart).join('@'))
    .join('/');
  const authority = account === undefined ? '' : `//${account.split('@').map(escapePart).join('@')}/`;
  const pairs = (entries: Readonly<Record<string, string | undefined>>): string =>
    Object.entries(entries)
      .flatMap(([key, value]) => (value === undefined ? [] : [`;${key}=${escapePart(value)}`]))
      .join('');
  return `xmpp:${authority}${path}${queryOf(action, pairs)}`;
}

const escapePart = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function queryOf(
  action: XmppAction,
  pairs: (entries: Readonly<Record<string, string | undefined>>) => string,
): string {
  switch (action.kind) {
    case 'open':
      return '';
    case 'message':
      return `?message${pairs({ subject: action.subject, body: action.body })}`;
    case 'add':
      return `?roster${pairs({
        preauth: action.token,
        ibr: action.mayRegister ? 'y' : undefined,
        name: action.name,
      })}`;
    case 'join':
      return `?join${pairs({ password: action.password })}`;
    case 'register':
      return `?register${pairs({ preauth: action.token })}`;
    case 'keys':
      return `?${writeKeyClaims(action.claims)}`;
    case 'unknown':
      return `?${action.name}`;
  }
}

/** What somebody was given as an invitation. */
export type Invitation =
  | { readonly kind: 'xmpp'; readonly uri: XmppUri }
  /** A web page; it may lead to an invitation, but it does not carry one. */
  | { readonly kind: 'web'; readonly url: string };

/**
 * Finds what was meant by a text that a person pasted or a code that they scanned: an `xmpp:` address, or a landing
 * page that carries one in its fragment, with or without the scheme (XEP-0379 §3.3). Nothing is fetched.
 */
export function readInvitation(text: string): Invitation | undefined {
  const given = text.trim();
  if (SCHEME.test(given)) {
    const uri = readXmppUri(given);
    return uri && { kind: 'xmpp', uri };
  }
  if (given.length > LONGEST_URI || HARMFUL.test(given) || SPACE.test(given)) return undefined;
  if (!/^https:\/\//iu.test(given) || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  if (url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const fragment = url.hash.slice(1);
  // A bare token has no "@" and no query: it means something only to the page.
  const carried = SCHEME.test(fragment) ? fragment : /[@?]/u.test(fragment) ? `xmpp:${fragment}` : undefined;
  const uri = carried === undefined ? undefined : readXmppUri(carried);
  return uri === undefined ? { kind: 'web', url: url.href } : { kind: 'xmpp', uri };
}
