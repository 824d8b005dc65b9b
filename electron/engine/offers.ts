/**
 * The files that a message offers, found in what it says: pure. A key counts only where it came encrypted itself, and
 * what stands outside of an encryption is filler (hostile rows H36, H61).
 */
import { expectedType } from '../files/kind.ts';
import { endingOf, nameInAddress, safeName } from '../files/name.ts';
import type { Secret } from '../store/attachments.ts';
import type { Message } from '../xmpp/message.ts';
import { stanza, type Element } from '../xmpp/xml.ts';
import { readAddress } from '../xmpp/xep/xep0103.ts';
import { readFiles, type SharedFile } from '../xmpp/xep/xep0447.ts';
import { readEncryptedAddress } from '../xmpp/xep/xep0454.ts';
import { withoutQuote } from './quotes.ts';
import { shownThumbnail } from './thumbnails.ts';

/** A file that lies elsewhere, and what is said of it. */
export interface Offer {
  readonly name: string;
  readonly mediaType?: string;
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  /** In milliseconds. */
  readonly length?: number;
  /** To be shown before it is fetched: see thumbnails.ts. */
  readonly thumbnail?: string;
  readonly description: string;
  /** SHA-256 of the contents, base64. */
  readonly hash?: string;
  readonly address: string;
  readonly secret?: Secret;
  /** The sender would not like it to be fetched unasked (XEP-0447 #file-receive). */
  readonly isReserved: boolean;
}

/** What a message says to a person: its words, what it quotes for programs without replies, and its files. */
export interface Saying {
  readonly text: string;
  readonly quote?: string;
  readonly offers: readonly Offer[];
}

/** Of an encrypted message, by what was in it. */
export function sayingInside(text: string, elements: readonly Element[]): Saying {
  const offers = readFiles(stanza('message', {}, elements)).flatMap((file) => offerOf(file) ?? []);
  const sealed = readEncryptedAddress(text);
  if (offers.length > 0) return { text: withoutFallback(text, offers, sealed !== undefined), offers };
  if (sealed === undefined) return { text, offers };
  const { address, key, iv } = sealed;
  const offer = bareOffer(address, { key, iv });
  return { text: offer.name, offers: [offer] };
}

/** Of a message that came in clear. */
export function sayingOutside({
  body: whole = '',
  files = [],
  outOfBand,
  quotes,
}: Pick<Message, 'body' | 'files' | 'outOfBand' | 'quotes'>): Saying {
  const { text: body, ...quote } = withoutQuote(whole, quotes);
  const offers = files.flatMap((file) => offerOf(file) ?? []);
  if (offers.length > 0) return { text: withoutFallback(body, offers, false), ...quote, offers };
  const address = outOfBand && readAddress(outOfBand.url);
  // XEP-0066 §3: with any other body it is an address that belongs to the words.
  if (address === undefined || (body !== '' && readAddress(body) !== address)) {
    return { text: body, ...quote, offers };
  }
  const offer = bareOffer(address);
  return { text: offer.name, ...quote, offers: [offer] };
}

/** Of a sound or film, in milliseconds: a week. */
const LONGEST = 604_800_000;

function offerOf({ metadata, disposition, addresses, encrypted }: SharedFile): Offer | undefined {
  const address = encrypted?.addresses[0] ?? addresses[0];
  if (address === undefined) return undefined;
  const { size, width, height, length = 0, description = '' } = metadata;
  const name = safeName(metadata.name ?? nameInAddress(address));
  const mediaType = expectedType(metadata.mediaType, endingOf(name));
  const thumbnail = shownThumbnail(metadata.thumbnails);
  const hash = metadata.hashes.find(({ algorithm }) => algorithm === 'sha-256')?.value;
  return {
    name,
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
    ...(width !== undefined && height !== undefined && width > 0 && height > 0 && { width, height }),
    ...(length > 0 && length <= LONGEST && { length }),
    ...(thumbnail !== undefined && { thumbnail }),
    description,
    ...(hash !== undefined && { hash }),
    address,
    ...(encrypted !== undefined && { secret: { key: encrypted.key, iv: encrypted.iv } }),
    isReserved: disposition === 'attachment',
  };
}

/** Of a file of which nothing is known but where it lies. */
function bareOffer(address: string, secret?: Secret): Offer {
  const name = safeName(nameInAddress(address));
  const mediaType = expectedType(undefined, endingOf(name));
  return {
    name,
    ...(mediaType !== undefined && { mediaType }),
    description: '',
    address,
    ...(secret !== undefined && { secret }),
    isReserved: false,
  };
}

/** Words that are more than the address of a file; without any, the files' names. */
function withoutFallback(text: string, offers: readonly Offer[], isSealed: boolean): string {
  const address = readAddress(text);
  const isFallback = isSealed || text.trim() === '' || offers.some((offer) => offer.address === address);
  return isFallback ? offers.map(({ name }) => name).join('\n') : text;
}
