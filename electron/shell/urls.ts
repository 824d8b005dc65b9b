/**
 * Every decision about an address: what the page may load, where it may go, and what is handed to other programs.
 * Pure; whatever is not named here is refused.
 */

export const SCHEME = 'app';
export const ORIGIN = 'app://waxwing';
export const PAGE = `${ORIGIN}/`;
/** Shown when the page crashed twice; see `pages.ts`. */
export const STOPPED_PAGE = `${ORIGIN}/stopped.html`;

const LONGEST = 2_048;
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}\s\\]/u;

/**
 * The address to hand to another program, in its normal form, or `undefined` when it is none that we hand over:
 * web pages without credentials in the address (they disguise the host), mail, and XMPP.
 */
export function externalUrl(text: string): string | undefined {
  if (text.length > LONGEST || HARMFUL.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return url.hostname !== '' && url.username === '' && url.password === '' ? url.href : undefined;
    case 'mailto:':
      // Some mail programs attach the local file that `attach` names.
      return [...url.searchParams.keys()].some((key) => /^attach/iu.test(key)) ? undefined : url.href;
    case 'xmpp:':
      return url.href;
    default:
      return undefined;
  }
}

/** Whether the top frame may go there by itself: only back to our own page, which is a reload. */
export function isOwnPage(url: string): boolean {
  return url === PAGE;
}

/**
 * Whether the window's session may load this at all. `blob:` and `data:` never leave the process; the developer
 * tools are for builds that are not released.
 */
export function isLoadable(url: string, isPackaged: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  switch (protocol) {
    case `${SCHEME}:`:
      return host === 'waxwing';
    case 'blob:':
      return url.startsWith(`blob:${ORIGIN}/`);
    case 'data:':
      return true;
    case 'devtools:':
      return !isPackaged;
    default:
      return false;
  }
}
