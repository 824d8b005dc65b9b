/**
 * XEP-0317 Hats, version 0.3.1. https://xmpp.org/extensions/xep-0317.html
 * What a room calls some of its occupants beside their roles. It counts only from rooms that announce the feature:
 * elsewhere occupants can write it themselves, and that is the caller's to check. Giving hats is not our business.
 */
import { child, childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:hats:0';
/** Rooms announce it (#disco). */
export const features: readonly string[] = [];

const MOST = 16;
/** In characters: a word or two beside a name. */
const LONGEST_TITLE = 64;
const LONGEST_URI = 1_024;

export interface Hat {
  /** Which hat it is, whatever it is called. */
  readonly uri: string;
  readonly title: string;
  /** The angle of its colour, 0 to below 360 degrees (XEP-0392). */
  readonly hue?: number;
}

/** The hats in a presence, each once; a hat without name or title is none (#presence). */
export function readHats(presence: Element): Hat[] {
  const element = child(presence, 'hats', NS);
  const hats = new Map<string, Hat>();
  for (const { attrs } of element === undefined ? [] : childElements(element, 'hat', NS)) {
    const { uri } = attrs;
    const title = attrs['title']?.trim().slice(0, LONGEST_TITLE).toWellFormed();
    if (uri === undefined || uri === '' || uri.length > LONGEST_URI || !title || hats.has(uri)) continue;
    const hue = readHue(attrs['hue']);
    hats.set(uri, { uri, title, ...(hue !== undefined && { hue }) });
    if (hats.size === MOST) break;
  }
  return [...hats.values()];
}

export function writeHats(hats: readonly Hat[]): Element {
  return xml(
    'hats',
    NS,
    {},
    hats.map(({ uri, title, hue }) => xml('hat', NS, { title, uri, hue })),
  );
}

function readHue(text: string | undefined): number | undefined {
  const hue = text !== undefined && /^\d{1,3}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
  return hue !== undefined && hue < 360 ? hue : undefined;
}
