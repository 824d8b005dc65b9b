/**
 * XEP-0486 MUC Avatars, version 0.1.0. https://xmpp.org/extensions/xep-0486.html
 * The picture of a room: its hashes in what the room says of itself, the bytes on its card. What may be shown of them is
 * decided by the engine, as for those of people.
 */
import { createHash } from 'node:crypto';
import type { BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { childElements, xml, type Element } from '../xml.ts';
import type { Info } from './xep0030.ts';
import { askCard, NS as NS_CARD, readPhoto, writePhoto } from './xep0054.ts';
import { readHash } from './xep0084.ts';

/** Rooms announce cards (#disco), and nothing more. */
export const features: readonly string[] = [];

const FORM_INFO = 'http://jabber.org/protocol/muc#roominfo';
const FIELD = 'muc#roominfo_avatarhash';
/** The same picture in several formats (#multiple). */
const MOST_FORMATS = 4;

/** SHA-1 of the picture in each of its formats, in lower-case hex; none without a picture (#disco-avatar-hash). */
export function readAvatarHashes({ forms }: Pick<Info, 'forms'>): string[] {
  const form = forms.find(({ formType }) => formType === FORM_INFO);
  const hashes = (form?.fields.get(FIELD) ?? []).flatMap((text) => readHash(text) ?? []);
  return [...new Set(hashes)].slice(0, MOST_FORMATS);
}

/**
 * Fetches the picture that a room announced under a hash (#retrieve-vcard).
 * @param limit in bytes
 * @returns `undefined` when there is none with this hash, or a larger one @throws StanzaError, WireClosed
 */
export async function askAvatar(
  wire: Pick<Wire, 'request'>,
  room: BareJid,
  hash: string,
  limit: number,
): Promise<Uint8Array | undefined> {
  const card = await askCard(wire, room);
  return photosOn(card, limit).find((bytes) => createHash('sha1').update(bytes).digest('hex') === hash);
}

/**
 * Gives a room another picture, or none; what else is on its card stays (#owner-publish).
 * @throws StanzaError (`forbidden` for most, `service-unavailable` where rooms have none), WireClosed
 */
export async function askSetAvatar(
  wire: Pick<Wire, 'request'>,
  room: BareJid,
  photo: { readonly type: string; readonly bytes: Uint8Array } | undefined,
): Promise<void> {
  const payload = writePhoto(await askCard(wire, room), photo);
  await wire.request({ type: 'set', to: room, payload });
}

function photosOn(card: Element, limit: number): Uint8Array[] {
  return childElements(card, 'PHOTO', NS_CARD)
    .slice(0, MOST_FORMATS)
    .flatMap((photo) => readPhoto(xml('vCard', NS_CARD, {}, photo), limit) ?? []);
}
