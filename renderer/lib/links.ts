/**
 * Message text as tokens: plain pieces and links that are safe to render as `<a>`. Knows four schemes and refuses
 * every other; never makes markup.
 */
import { registerCustomProtocol, tokenize } from 'linkifyjs';

registerCustomProtocol('xmpp', true);

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  /** `href` is the normalised address: what will be opened, whatever `text` pretends. */
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const schemes = new Set(['http:', 'https:', 'mailto:', 'xmpp:']);

/** Bare domains without a scheme are links only under these, since `readme.md` and `setup.py` are file names. */
const bareDomains =
  /^[^/?#@\s]+\.(?:com|org|net|edu|gov|int|io|im|de|eu|fr|uk|info|app|chat|social)(?::\d+)?(?:[/?#]|$)/iu;

/** Characters that would turn a link's visible text around or hide a part of it. */
const reordering = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** Splits text into tokens; the texts of all tokens joined are the input. */
export function linkTokens(text: string): Token[] {
  const tokens: Token[] = [];
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
      tokens.push({ kind: 'link', text: shown, href });
    }
  }
  flush();
  return tokens;
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
  // https://good.example@evil.example reads as the first and opens the second.
  if ((url.protocol === 'http:' || url.protocol === 'https:') && (url.username !== '' || url.password !== ''))
    return undefined;
  return url.href;
}
