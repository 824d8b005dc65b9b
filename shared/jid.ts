/**
 * XMPP addresses (RFC 7622): parsing, preparation by PRECIS (RFC 8264, RFC 8265) and the two brands.
 * A branded address is always in its one normal form, so `===` compares addresses. Nothing here throws, and
 * look-alikes of other scripts are kept as they are: telling them apart is the window's task.
 */
import { toASCII, toUnicode } from 'tr46';
import * as bidi from 'tr46/lib/regexes.js';

declare const brand: unique symbol;
/** `local@domain` or `domain`, prepared. */
export type BareJid = string & { readonly [brand]: 'bare' };
/** `local@domain/resource` or `domain/resource`, prepared. */
export type FullJid = string & { readonly [brand]: 'full' };
export type Jid = BareJid | FullJid;

export interface JidParts {
  readonly local?: string;
  readonly domain: string;
  readonly resource?: string;
}

/** RFC 7622 §3.1: each part has at most 1,023 bytes of UTF-8. */
const PART_BYTES = 1_023;

/** The prepared parts of an address, or `undefined` when it breaks a rule of RFC 7622. */
export function parseJid(text: string): JidParts | undefined {
  // Three parts of at most 1,023 UTF-16 units and two separators; preparation may shrink a part, but nobody needs that.
  if (text.length > 3 * PART_BYTES + 2) return undefined;
  // RFC 7622 §3.1: first cut at the first slash, then at the first "@" of what precedes it.
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = prepareDomain(bare.slice(at + 1));
  if (domain === undefined) return undefined;
  const local = at < 0 ? undefined : prepareLocal(bare.slice(0, at));
  if (at >= 0 && local === undefined) return undefined;
  const resource = slash < 0 ? undefined : prepareResource(text.slice(slash + 1));
  if (slash >= 0 && resource === undefined) return undefined;
  return { ...(local !== undefined && { local }), domain, ...(resource !== undefined && { resource }) };
}

/** An address without resource, prepared; `undefined` when it has one or is no address. */
export function readBareJid(text: string): BareJid | undefined {
  const parts = parseJid(text);
  return parts && parts.resource === undefined ? joinBare(parts) : undefined;
}

/** An address with a resource, prepared; `undefined` when it has none or is no address. */
export function readFullJid(text: string): FullJid | undefined {
  const parts = parseJid(text);
  return parts && joinFull(parts);
}

/** Any address, prepared, with or without resource. */
export function readJid(text: string): Jid | undefined {
  const parts = parseJid(text);
  return parts && (joinFull(parts) ?? joinBare(parts));
}

/** The prepared address without its resource, or `undefined` when the text is no address. */
export function bareOf(jid: FullJid | BareJid): BareJid;
export function bareOf(jid: string): BareJid | undefined;
export function bareOf(jid: string): BareJid | undefined {
  const parts = parseJid(jid);
  return parts && joinBare(parts);
}

/** The prepared part before the "@", if there is one. */
export function localOf(jid: string): string | undefined {
  return parseJid(jid)?.local;
}

/** The prepared domain, or `undefined` when the text is no address. */
export function domainOf(jid: FullJid | BareJid): string;
export function domainOf(jid: string): string | undefined;
export function domainOf(jid: string): string | undefined {
  return parseJid(jid)?.domain;
}

/** A prepared domain in the form that DNS and TLS speak: A-labels instead of Unicode; IP literals as they are. */
export function asciiDomain(domain: string): string {
  return PLAIN_DOMAIN.test(domain) ? domain : (toASCII(domain, IDNA) ?? domain);
}

/** The prepared part after the slash, if there is one. */
export function resourceOf(jid: FullJid): string;
export function resourceOf(jid: string): string | undefined;
export function resourceOf(jid: string): string | undefined {
  return parseJid(jid)?.resource;
}

/** The address of one session of an account; `undefined` when the resource breaks a rule. */
export function withResource(jid: BareJid, resource: string): FullJid | undefined {
  return readFullJid(`${jid}/${resource}`);
}

function joinBare(parts: JidParts): BareJid {
  return (parts.local === undefined ? parts.domain : `${parts.local}@${parts.domain}`) as BareJid;
}

function joinFull(parts: JidParts): FullJid | undefined {
  return parts.resource === undefined ? undefined : (`${joinBare(parts)}/${parts.resource}` as FullJid);
}

// ————— Domain ————————————————————————————————————————————————————————————————————————————————————————————

/** Lower-case LDH labels without "--" in the third place, which would be reserved or an A-label (RFC 5890 §2.3.1). */
const PLAIN_DOMAIN =
  /^(?!.{254})(?!(?:[^.]*\.)*..--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.|$))+(?<!\.)$/;
const IPV6 = /^\[[0-9a-f:.]{2,45}\]$/i;
const IDNA = { checkHyphens: true, checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true } as const;

/** RFC 7622 §3.2: an IP literal or a domain name with Unicode labels; a final dot is dropped. */
function prepareDomain(text: string): string | undefined {
  if (PLAIN_DOMAIN.test(text)) return text;
  if (text.length > PART_BYTES) return undefined;
  if (text.startsWith('[')) return prepareAddress(text);
  const name = text.replace(/[.\u3002\uFF0E\uFF61]$/, '');
  if (toASCII(name, { ...IDNA, verifyDNSLength: true }) === null) return undefined;
  const { domain, error } = toUnicode(name, IDNA);
  return error || !hasFittingLength(domain) ? undefined : domain;
}

/** An IPv6 literal in the form of RFC 5952, which the URL standard's serialiser produces. */
function prepareAddress(text: string): string | undefined {
  const url = `http://${text}`;
  return IPV6.test(text) && URL.canParse(url) ? new URL(url).hostname : undefined;
}

// ————— Local and resource parts ———————————————————————————————————————————————————————————————————————————

/** ASCII that UsernameCaseMapped keeps as it is, less the eight characters that RFC 7622 §3.3.1 excludes. */
const PLAIN_LOCAL = /^[a-z0-9!#$%()*+,\-.;=?[\\\]^_`{|}~]{1,1023}$/;
const PLAIN_RESOURCE = /^[ -~]{1,1023}$/;
const EXCLUDED_FROM_LOCAL = /["&'/:<>@]/;
/** The code points that have a <wide> or <narrow> decomposition, and nothing else, live here (RFC 8264 §5.2.1). */
const WIDE_OR_NARROW = /[\u3000\uFF01-\uFFEE]/g;
const SPACES = /\p{Zs}/gu;

/** RFC 7622 §3.3: the profile UsernameCaseMapped (RFC 8265 §3.3). */
function prepareLocal(text: string): string | undefined {
  if (PLAIN_LOCAL.test(text)) return text;
  const local = settle(text, (step) =>
    step
      .replace(WIDE_OR_NARROW, (character) => character.normalize('NFKC'))
      .toLowerCase()
      .normalize('NFC'),
  );
  if (local === undefined || !hasFittingLength(local) || EXCLUDED_FROM_LOCAL.test(local)) return undefined;
  return belongsTo('identifier', local) && obeysBidiRule(local) ? local : undefined;
}

/** RFC 7622 §3.4: the profile OpaqueString (RFC 8265 §4.2). A leading space is allowed (erratum 4560). */
function prepareResource(text: string): string | undefined {
  if (PLAIN_RESOURCE.test(text)) return text;
  const resource = settle(text, (step) => step.replace(SPACES, ' ').normalize('NFC'));
  if (resource === undefined || !hasFittingLength(resource)) return undefined;
  return belongsTo('freeform', resource) ? resource : undefined;
}

/** Applies the rules until they change nothing; RFC 8264 §7 gives them four turns. */
function settle(text: string, rules: (text: string) => string): string | undefined {
  if (text.length > PART_BYTES) return undefined;
  let current = text;
  for (let turn = 0; turn < 4; turn++) {
    const next = rules(current);
    if (next === current) return next;
    current = next;
  }
  return rules(current) === current ? current : undefined;
}

function hasFittingLength(part: string): boolean {
  return part !== '' && new TextEncoder().encode(part).length <= PART_BYTES;
}

// RFC 8264 §8 and §9, the derived property in the order of its algorithm.
/** §9.6 Exceptions, valid. */
const ALWAYS = /[\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007]/u;
/** §9.6 Exceptions and §9.8 JoinControl: valid where a rule of RFC 5892 appendix A says so. */
const CONTEXTUAL = /[\u00B7\u0375\u05F3\u05F4\u30FB\u0660-\u0669\u06F0-\u06F9\u200C\u200D]/u;
/** §9.6 Exceptions, §9.9 OldHangulJamo, §9.13 PrecisIgnorableProperties, §9.12 Controls. */
const NEVER =
  /[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7C6\uD7CB-\uD7FB\p{DI}\p{NChar}\p{Cc}]/u;
/** §9.1 LetterDigits. */
const LETTER_OR_DIGIT = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;
/** §9.18 OtherLetterDigits, §9.14 Spaces, §9.15 Symbols, §9.16 Punctuation. */
const FREEFORM_ONLY = /[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]/u;

function belongsTo(stringClass: 'identifier' | 'freeform', text: string): boolean {
  const points = Array.from(text);
  return points.every((point, index) => {
    if (ALWAYS.test(point)) return true;
    if (CONTEXTUAL.test(point)) return fitsContext(points, index);
    if (NEVER.test(point)) return false;
    // §9.10 Unassigned. A deliberate tolerance: a nickname with an emoji that is newer than our tables must not make
    // what its owner says vanish. Local parts decide who somebody is, and get none.
    if (/\p{Cn}/u.test(point)) return stringClass === 'freeform';
    if (point >= '!' && point <= '~') return true; // §9.11 ASCII7
    // §9.17 HasCompat: what compatibility normalisation would change.
    if (point.normalize('NFKC') !== point) return stringClass === 'freeform';
    if (LETTER_OR_DIGIT.test(point)) return true;
    return stringClass === 'freeform' && FREEFORM_ONLY.test(point);
  });
}

/** The contextual rules of RFC 5892 appendix A. */
function fitsContext(points: readonly string[], index: number): boolean {
  const before = points[index - 1] ?? '';
  const after = points[index + 1] ?? '';
  switch (points[index]) {
    case '\u200C': // A.1: after a virama, or between letters that join
      return bidi.combiningClassVirama.test(before) || joinsAround(points, index);
    case '\u200D': // A.2
      return bidi.combiningClassVirama.test(before);
    case '\u00B7': // A.3: the Catalan l·l
      return before === 'l' && after === 'l';
    case '\u0375': // A.4
      return /\p{Script=Greek}/u.test(after);
    case '\u05F3': // A.5
    case '\u05F4': // A.6
      return /\p{Script=Hebrew}/u.test(before);
    case '\u30FB': // A.7
      return points.some((point) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(point));
    default: {
      // A.8 and A.9: the two sets of Arabic digits do not mix
      const hasFirst = points.some((point) => point >= '\u0660' && point <= '\u0669');
      const hasSecond = points.some((point) => point >= '\u06F0' && point <= '\u06F9');
      return hasFirst !== hasSecond;
    }
  }
}

/** The expression finds one ZWNJ between joining letters, so it is shown this one and no other. */
function joinsAround(points: readonly string[], index: number): boolean {
  const end = points.indexOf('\u200C', index + 1);
  const start = points.lastIndexOf('\u200C', index - 1) + 1;
  return bidi.validZWNJ.test(points.slice(index === 0 ? 0 : start, end < 0 ? undefined : end).join(''));
}

/** RFC 5893 §2, for strings that hold a right-to-left character. */
function obeysBidiRule(text: string): boolean {
  if (!bidi.bidiDomain.test(text)) return true;
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  if (bidi.bidiS1RTL.test(first)) {
    return (
      bidi.bidiS2.test(text) &&
      bidi.bidiS3.test(text) &&
      !(bidi.bidiS4EN.test(text) && bidi.bidiS4AN.test(text))
    );
  }
  return bidi.bidiS1LTR.test(first) && bidi.bidiS5.test(text) && bidi.bidiS6.test(text);
}
