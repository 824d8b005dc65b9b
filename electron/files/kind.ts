/**
 * What a file is by its first bytes, whatever anybody says that it is (hostile row H64). Only what Chromium shows by
 * decoders of its own, without running anything, has a type; everything else is just bytes.
 */

export type Kind = 'image' | 'audio' | 'video' | 'file';

/** So many bytes from the beginning are looked at. */
export const HEAD = 262_144;

/** The media type of a picture, sound or film that is shown here; `undefined` for all else, SVG included. */
export function sniff(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const text = (start: number, end: number): string => bytes.toString('latin1', start, end);
  if (bytes.length < 12) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'image/gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'audio/wav';
  if (text(0, 4) === 'OggS') return text(28, 34).includes('theora') ? undefined : 'audio/ogg';
  if (text(0, 4) === 'fLaC') return 'audio/flac';
  if (text(0, 3) === 'ID3') return 'audio/mpeg';
  // A frame of MPEG audio, layer III, with a bit rate and a sampling rate that exist.
  if (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2 && isFrame(bytes[2] ?? 0)) return 'audio/mpeg';
  if (text(4, 8) === 'ftyp') return isSoundAlone(bytes) ? 'audio/mp4' : ofBrand(text(8, 12));
  if (bytes.readUInt32BE(0) === 0x1a45dfa3) return text(0, 64).includes('webm') ? 'video/webm' : undefined;
  return undefined;
}

function isFrame(byte: number): boolean {
  const rate = byte >> 4;
  return rate > 0 && rate < 15 && (byte & 0x0c) !== 0x0c;
}

/**
 * Voice messages have the brand of films, and one track, whose handler is of sound (ISO/IEC 14496-12 §8.4.3). What only
 * looks like a handler among other bytes does no harm: either way the same decoder gets it.
 */
function isSoundAlone(bytes: Buffer): boolean {
  let isSound = false;
  for (
    let at = bytes.indexOf('hdlr');
    at >= 0 && at + 16 <= bytes.length;
    at = bytes.indexOf('hdlr', at + 4)
  ) {
    const handler = bytes.toString('latin1', at + 12, at + 16);
    if (handler === 'vide') return false;
    isSound ||= handler === 'soun';
  }
  return isSound;
}

/** The brand of a file in the ISO base media format (ISO/IEC 14496-12 §4.3). */
function ofBrand(brand: string): string | undefined {
  if (/^(?:M4A |M4B |F4A )$/.test(brand)) return 'audio/mp4';
  return /^(?:isom|iso[2-9]|mp4[12]|avc1|M4V |M4VH|M4VP|dash|MSNV|f4v |mmp4|3gp[4-9])$/.test(brand)
    ? 'video/mp4'
    : undefined;
}

/** What a media type is shown as. */
export function kindOfType(type: string | undefined): Kind {
  const kind = /^(image|audio|video)\//.exec(type ?? '')?.[1];
  return (kind as 'image' | 'audio' | 'video' | undefined) ?? 'file';
}

const ENDINGS: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
};
/** What may be expected of a file that is not here, by what is said of it: an expectation, and nothing more. */
export function expectedType(said: string | undefined, ending: string): string | undefined {
  const known = Object.values(ENDINGS);
  return (
    known.find((type) => type === said) ?? (Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined)
  );
}
