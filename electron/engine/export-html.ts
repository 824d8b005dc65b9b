/**
 * A chat as a page for people: one file that needs nothing else, runs nothing and fetches nothing. Whatever somebody
 * wrote is text in it. Pure: rows in, text out. It is well-formed XML as well, so that a strict parser can check it.
 */
import { createHash } from 'node:crypto';
import type { PastCall } from '../../shared/contract.ts';
import type { FileEntry, MessageEntry } from '../../shared/transcript.ts';
import { isRisky } from '../files/name.ts';

/** Who speaks in a chat. */
export interface Voices {
  /** What the page is called: the name of the other side. */
  readonly name: string;
  readonly address: string;
  /** Our own address. */
  readonly own: string;
}

/** The page speaks English, as the file is made where no catalogue is. */
const words = {
  me: 'You',
  plain: 'not encrypted',
  failed: 'not delivered',
  missing: 'not on this computer',
  unreadable: 'Message that cannot be read',
  call: 'Call',
  video: 'Video call',
  missed: 'missed',
  end: (count: number): string => (count === 1 ? '1 message' : `${String(count)} messages`),
};

/** What is left of a call: for how long it was, or that nobody took it. */
function callWords({ hasVideo, end, seconds }: PastCall): string {
  const kind = hasVideo ? words.video : words.call;
  if (seconds === undefined) return end === 'missed' ? `${kind} · ${words.missed}` : kind;
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')];
  return `${kind} · ${String(minutes)}:${rest}`;
}

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; font: 15px/1.45 system-ui, sans-serif;
  background: #f6f1ea; color: #241a12; }
header, footer { color: #6b5d50; }
h1 { margin: 0; font-size: 1.4rem; color: #241a12; overflow-wrap: anywhere; }
h2 { margin: 1.5rem 0 .5rem; text-align: center; font-size: .8rem; color: #6b5d50; }
article { width: fit-content; max-width: 85%; margin: .3rem 0; padding: .4rem .75rem; border-radius: .75rem;
  background: #ffffff; }
article.mine { margin-inline-start: auto; background: #f3dfc4; }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.by { font-size: .75rem; color: #6b5d50; }
.file { overflow-wrap: anywhere; color: inherit; }
.file a { color: inherit; }
.none { font-style: italic; }
@media (prefers-color-scheme: dark) {
  body { background: #171310; color: #f1e9e0; }
  h1 { color: #f1e9e0; }
  header, footer, h2, .by { color: #b3a597; }
  article { background: #2b2521; }
  article.mine { background: #4a3623; }
}
@media print { body { background: none; } article { break-inside: avoid; } }
`;

/** Nothing is loaded and nothing runs; of styles only our own (CSP level 3, https://www.w3.org/TR/CSP3/). */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as text, in an element or in a quoted attribute. Characters that neither HTML nor XML may hold become U+FFFD:
 * controls, halves of pairs, and the two that are no characters. (A parser would do that to some and choke on others.)
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/gu, '\n')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? '');
}

/**
 * The pieces of a page. Each name and each text stands in an element of its own with its own direction (`dir="auto"`),
 * so that a character that reorders what follows it ends with it (UAX #9 §6.3).
 */
export class HtmlPage {
  readonly #voices: Voices;
  readonly #folder: string;
  #day = '';
  #count = 0;

  /** @param folder what the folder beside the page is called, in which its files are */
  constructor(voices: Voices, folder = '') {
    this.#voices = voices;
    this.#folder = folder;
  }

  begin(): string {
    const { name, address, own } = this.#voices;
    return (
      '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n' +
      `<meta http-equiv="Content-Security-Policy" content="${escapeText(POLICY)}"/>\n` +
      '<meta name="referrer" content="no-referrer"/>\n<meta name="robots" content="noindex"/>\n' +
      '<meta name="viewport" content="width=device-width"/>\n' +
      `<title>${escapeText(name)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<header>\n` +
      `<h1 dir="auto">${escapeText(name)}</h1>\n` +
      `<p dir="ltr">${escapeText(address)} · ${escapeText(own)}</p>\n</header>\n<main>\n`
    );
  }

  message({
    id,
    isOutgoing,
    sender,
    text,
    delivery,
    encryption,
    unreadable,
    call,
    files = [],
  }: MessageEntry): string {
    this.#count += 1;
    const at = new Date(Math.floor(id / 1_000));
    const day = dayOf(at);
    const heading = day === this.#day ? '' : `<h2>${day}</h2>\n`;
    this.#day = day;
    const { name, address } = this.#voices;
    const by = isOutgoing ? words.me : sender === address ? name : sender;
    const marks = [
      ...(encryption === 'none' && call === undefined ? [words.plain] : []),
      ...(delivery === 'failed' ? [words.failed] : []),
    ];
    const isFiles = files.length > 0 && text === files.map((file) => file.name).join('\n');
    const body =
      call !== undefined
        ? `<p class="none">${callWords(call)}</p>`
        : unreadable === undefined
          ? isFiles
            ? ''
            : `<p dir="auto">${escapeText(text)}</p>`
          : `<p class="none">${words.unreadable}</p>`;
    const parcels = files.map((file) => this.#file(file)).join('');
    return (
      `${heading}<article${isOutgoing ? ' class="mine"' : ''}>` +
      `<div class="by"><bdi>${escapeText(by)}</bdi> · <time datetime="${at.toISOString()}">${timeOf(at)}</time>` +
      `${marks.map((mark) => ` · ${mark}`).join('')}</div>${body}${parcels}</article>\n`
    );
  }

  /** What a desktop might run is only named: nobody should run it by a click on its name. */
  #file({ name, size, description, file, isMissing }: FileEntry): string {
    const address = [this.#folder, file ?? '']
      .map((part) => encodeURIComponent(part.toWellFormed()))
      .join('/');
    const title =
      file === undefined || isRisky(file)
        ? `<bdi>${escapeText(name)}</bdi>`
        : `<a href="${escapeText(address)}"><bdi>${escapeText(name)}</bdi></a>`;
    const amount = size === undefined ? '' : ` · ${amountOf(size)}`;
    const missing = isMissing === true ? ` · ${words.missing}` : '';
    const said = description === undefined ? '' : `<p dir="auto">${escapeText(description)}</p>`;
    return `<div class="file">${title}${amount}${missing}</div>${said}`;
  }

  end(): string {
    return `</main>\n<footer>${words.end(this.#count)}</footer>\n</body>\n</html>\n`;
  }
}

function amountOf(bytes: number): string {
  if (bytes < 1_000) return `${String(bytes)} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${value.toFixed(1)} ${unit}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** By the clock on the wall here; the exact moment is in the `datetime`. */
function dayOf(at: Date): string {
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}
