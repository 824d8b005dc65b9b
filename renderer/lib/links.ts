/**
 * Message text as tokens: plain pieces and links that are safe to render as `<a>`. Knows five schemes and refuses
 * every other; never makes markup.
 */
import { registerCustomProtocol, tokenize } from 'linkifyjs';
import { readXmppUri } from '../../shared/xmpp-uri.ts';

registerCustomProtocol('xmpp', true);

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  /** `href` is the normalised address: what will be opened, whatever `text` pretends. */
  | {
      readonly kind: 'link';
      readonly text: string;
      readonly href: string;
      /** The host as computers write it (RFC 3492), where its letters could be taken for others. */
      readonly host?: string;
    }
  | { readonly kind: 'place'; readonly text: string; readonly latitude: number; readonly longitude: number };

const schemes = new Set(['http:', 'https:', 'mailto:', 'xmpp:']);

/** Bare domains without a scheme are links only under these, since `readme.md` and `setup.py` are file names. */
const bareDomains =
  /^[^/?#@\s]+\.(?:com|org|net|edu|gov|int|io|im|de|eu|fr|uk|info|app|chat|social)(?::\d+)?(?:[/?#]|$)/iu;

/** Characters that would turn a link's visible text around or hide a part of it. */
const reordering = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** Splits text into tokens; the texts of all tokens joined are the input. */
export function linkTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const { 0: shown, index } of text.matchAll(PLACES)) {
    const place = readPlace(shown);
    if (place === undefined) continue;
    addressTokens(text.slice(from, index), tokens);
    tokens.push({ kind: 'place', text: shown, ...place });
    from = index + shown.length;
  }
  addressTokens(text.slice(from), tokens);
  return tokens;
}

function addressTokens(text: string, tokens: Token[]): void {
  let plain = '';
  const flush = (): void => {
    if (plain !== '') tokens.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (const piece of tokenize(text)) {
    const shown = piece.toString();
    // What follows another scheme or the middle of a word is a part of it, unless it says `https:` itself.
    const isPart = /[\p{L}\p{N}_:/\\@.-]$/u.test(plain) && !/^https?:/iu.test(shown);
    const href = piece.isLink && !isPart ? safeHref(shown, piece.t) : undefined;
    if (href === undefined) {
      plain += shown;
    } else {
      flush();
      const host = doubtfulHost(shown, href);
      tokens.push({ kind: 'link', text: shown, href, ...(host !== undefined && { host }) });
    }
  }
  flush();
}

/** @returns an absolute address with an allowed scheme, or `undefined` when the text should stay text. */
export function safeHref(shown: string, type = 'url'): string | undefined {
  if (reordering.test(shown)) return undefined;
  const hasScheme = /^[a-z][a-z0-9+.-]*:/iu.test(shown) && !/^[^/:]+:\d+(?:[/?#]|$)/u.test(shown);
  const candidate =
    type === 'email' && !hasScheme
      ? `mailto:${shown}`
      : hasScheme
        ? shown
        : /^www\./iu.test(shown) || bareDomains.test(shown)
          ? `https://${shown}`
          : undefined;
  if (candidate === undefined || !URL.canParse(candidate)) return undefined;
  const url = new URL(candidate);
  if (!schemes.has(url.protocol)) return undefined;
  // It is shown as a question in the window, which reads it strictly.
  if (url.protocol === 'xmpp:' && readXmppUri(url.href) === undefined) return undefined;
  // https://good.example@evil.example reads as the first and opens the second.
  if ((url.protocol === 'http:' || url.protocol === 'https:') && (url.username !== '' || url.password !== ''))
    return undefined;
  return url.href;
}

/**
 * The real name of a host that is written with letters beyond ASCII. Every one of them is said: which letters look alike
 * depends on the typeface, and no list of them is complete (UTS #39).
 */
function doubtfulHost(shown: string, href: string): string | undefined {
  const { protocol, hostname } = new URL(href);
  if (protocol === 'mailto:') return /[^\x20-\x7e]/u.test(shown) ? href : undefined;
  const isPlain = !/(?:^|\.)xn--/iu.test(hostname) || shown.toLowerCase().includes(hostname);
  return isPlain ? undefined : hostname;
}

// ————— Places —————————————————————————————————————————————————————————————————————————————————————————————————

/** RFC 5870 in WGS-84, the only system there is: latitude and longitude; altitude and uncertainty say nothing on a map. */
const GEO =
  /^geo:(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)(?:,-?\d{1,8}(?:\.\d{1,12})?)?(?:;[\w;=.%-]{0,200})?$/iu;

/** Where one may stand in a text: not in the middle of a word or of another address. */
const PLACES = /(?<![\p{L}\p{N}_:/\\@.-])geo:[\d.,;=\w%-]*\w/giu;

/** The place that a `geo:` address names; `undefined` for any other text. */
export function readPlace(text: string): { latitude: number; longitude: number } | undefined {
  const match = GEO.exec(text);
  const crs = /;crs=([^;]*)/iu.exec(text)?.[1];
  if (match === null || (crs !== undefined && crs.toLowerCase() !== 'wgs84')) return undefined;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

/** The page of OpenStreetMap that shows a place. */
export function placeUrl({
  latitude,
  longitude,
}: {
  readonly latitude: number;
  readonly longitude: number;
}): string {
  const [north, east] = [latitude.toFixed(6), longitude.toFixed(6)];
  return `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=16/${north}/${east}`;
}
