/**
 * XEP-0158 CAPTCHA Forms, version 1.0.1. https://xmpp.org/extensions/xep-0158.html
 * What a challenge inside a registration form shows (§8), as far as it came along. Challenges to messages are not
 * answered.
 */
import type { FormField, FormMedia } from '../../../shared/rows/form.ts';
import type { Element } from '../xml.ts';
import type { FillableField } from './xep0004.ts';
import type { Media } from './xep0221.ts';
import { bitsFor } from './xep0231.ts';

export const NS = 'urn:xmpp:captcha';
/** We set no challenges, and answer them only where we asked for the form ourselves. */
export const features: readonly string[] = [];

/** Fields that a program would have to work out, rather than a person (#challenge-hash). */
const COMPUTED = ['SHA-256'];

/** What a browser engine decodes inside its sandbox, and nothing that can hold a script (such as SVG). */
const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const DATA = /^data:(image\/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/]+={0,2})$/u;

/**
 * The fields for a person, each with the media that it asks about. Whoever reads this has asked for the form.
 * @param parents the elements that bits of binary may have come along in
 */
export function readChallenges(fields: readonly FillableField[], parents: readonly Element[]): FormField[] {
  return fields
    .filter(({ name, isRequired }) => isRequired || !COMPUTED.includes(name))
    .map((field) => ({ ...field, media: field.media.flatMap((media) => shownMedia(media, parents) ?? []) }));
}

/** The best way to show it: what came along, or else an address to open in a browser. */
function shownMedia({ sources, width, height }: Media, parents: readonly Element[]): FormMedia | undefined {
  const extent = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  for (const { uri, type } of sources) {
    const data = embedded(uri, type, parents);
    if (data !== undefined) return { kind: 'image', data, ...extent };
  }
  for (const { uri, type } of sources) {
    if (!/^https:/iu.test(uri) || !URL.canParse(uri)) continue;
    const { username, password, href } = new URL(uri);
    if (username === '' && password === '') return { kind: kindOf(type), url: href, ...extent };
  }
  return undefined;
}

function embedded(uri: string, type: string, parents: readonly Element[]): string | undefined {
  const compact = uri.replaceAll(/\s/gu, '');
  if (DATA.test(compact)) return compact;
  const bits = bitsFor(uri, parents);
  if (bits === undefined || !IMAGES.includes(bits.type) || !type.startsWith('image/')) return undefined;
  return `data:${bits.type};base64,${Buffer.from(bits.data).toString('base64')}`;
}

function kindOf(type: string): FormMedia['kind'] {
  return (['image', 'audio', 'video'] as const).find((kind) => type.startsWith(`${kind}/`)) ?? 'other';
}
