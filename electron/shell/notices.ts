/** The words of a notification as the operating system is to show them: short, on one line each, and never markup. */
import type { Notice } from '../engine/host.ts';

const LONGEST_TITLE = 80;
const LONGEST_BODY = 240;

/**
 * On Linux the body is markup, and some notification services would even load the images in it
 * (Desktop Notifications Specification 1.3, "Markup"); Electron passes it on as it is.
 */
export function noticeWords(
  { title, body }: Notice,
  platform: NodeJS.Platform,
): { title: string; body: string } {
  const plain = clip(body, LONGEST_BODY);
  return { title: clip(title, LONGEST_TITLE), body: platform === 'linux' ? escapeMarkup(plain) : plain };
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
