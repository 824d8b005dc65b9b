/**
 * Notifications: their words as the operating system is to show them, short, on one line each, and never markup; and which
 * of them are shown, one for each chat.
 */
import type { Change } from '../../shared/contract.ts';
import type { Notice } from '../engine/host.ts';
import type { Say } from './speech.ts';

const LONGEST_TITLE = 80;
const LONGEST_BODY = 240;

const CALLS = { incoming: 'desktop.notice.incoming-call', missed: 'desktop.notice.missed-call' } as const;

/**
 * What the person does not want on their screen comes empty. On Linux the body is markup, and some notification services would even load the images in it
 * (Desktop Notifications Specification 1.3, "Markup"); Electron passes it on as it is.
 */
export function noticeWords(
  { title, body, call }: Notice,
  platform: NodeJS.Platform,
  say: Say,
): { title: string; body: string } {
  const plain = clip(body, LONGEST_BODY) || say(call === undefined ? 'desktop.notice.hidden' : CALLS[call]);
  return {
    title: clip(title, LONGEST_TITLE) || 'Waxwing',
    body: platform === 'linux' ? escapeMarkup(plain) : plain,
  };
}

function clip(text: string, length: number): string {
  const line = text
    .slice(0, length * 8)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    // Overrides, embeddings and isolates turn the reading order of what stands around them.
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .trim();
  const letters = [...line];
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : line;
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What Electron's `Notification` can do, of which this needs no more. */
export interface Shown {
  on(event: 'click' | 'close' | 'failed', listener: () => void): unknown;
  show(): void;
  close(): void;
}

const MOST = 20;

export class Notices {
  readonly #make: (notice: Notice) => Shown;
  readonly #open: (chat: number) => void;
  /** Kept while they are shown: one that is collected does not react to a click. */
  readonly #shown = new Map<number, Shown>();
  readonly #unread = new Set<number>();

  /** @param open called with the chat whose notification was clicked */
  constructor(make: (notice: Notice) => Shown, open: (chat: number) => void) {
    this.#make = make;
    this.#open = open;
  }

  /** Shows it in the place of the one that its chat had. */
  show(notice: Notice): void {
    const { chat } = notice;
    this.#drop(chat);
    const shown = this.#make(notice);
    const forget = (): void => {
      if (this.#shown.get(chat) === shown) this.#shown.delete(chat);
    };
    shown.on('click', () => {
      forget();
      this.#open(chat);
    });
    shown.on('close', forget);
    shown.on('failed', forget);
    this.#shown.set(chat, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MOST && oldest !== undefined) this.#drop(oldest);
    shown.show();
  }

  /** What was read, here or elsewhere, needs no notification any more. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.put === 'chat') {
        const { id, unread } = change.row;
        // One about something else than a new message, such as a reaction, stays until there is more to read.
        if (unread === 0 && this.#unread.delete(id)) this.#drop(id);
        else if (unread > 0) this.#unread.add(id);
      } else if (change.put === 'no-chat') {
        this.#unread.delete(change.chat);
        this.#drop(change.chat);
      } else if (change.put === 'profile' && change.row.state === 'screen-locked') {
        // They say who wrote what.
        for (const chat of [...this.#shown.keys()]) this.#drop(chat);
      }
    }
  }

  #drop(chat: number): void {
    const shown = this.#shown.get(chat);
    this.#shown.delete(chat);
    shown?.close();
  }
}
