/**
 * XEP-0181 Jingle DTMF, version 0.12. https://xmpp.org/extensions/xep-0181.html
 * The tones of a telephone's keys, as the payload of a session-info.
 */
import type { Tone } from '../jingle.ts';
import { readNumber } from '../jingle-grammar.ts';
import { is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:dtmf:0';
/** #support; `NS`, as soon as tones that come are played. */
export const features: readonly string[] = [];

/** Milliseconds of a tone that says nothing of its length (#format), and the longest that is taken. */
const USUAL = 100;
const LONGEST = 10_000;

export interface Press {
  readonly tone: Tone;
  /** Milliseconds, more than 0. */
  readonly duration: number;
}

/** Reads a `<dtmf/>`; `undefined` for a key that no telephone has, and for a tone without length. */
export function readTone(element: Element): Press | undefined {
  const tone = toneOf(element.attrs['code']);
  const duration = readNumber(element.attrs['duration'] ?? String(USUAL), 1, LONGEST);
  return !is(element, 'dtmf', NS) || tone === undefined || duration === undefined
    ? undefined
    : { tone, duration };
}

/** The key with this label. */
export function toneOf(text: string | undefined): Tone | undefined {
  return text !== undefined && /^[0-9*#A-D]$/.test(text) ? (text as Tone) : undefined;
}

export function writeTone({ tone, duration }: Press): Element {
  return xml('dtmf', NS, { code: tone, duration });
}
