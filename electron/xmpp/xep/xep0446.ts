/**
 * XEP-0446 File metadata element, version 0.2.0. https://xmpp.org/extensions/xep-0446.html
 * Reads what somebody says of a file. None of it is true because it was said: names and types are judged where they are used.
 */
import { childElements, childText, is, xml, type Element } from '../xml.ts';
import { readThumbnails, writeThumbnail, type Thumbnail } from './xep0264.ts';
import { readHash, writeHash, type Hash } from './xep0300.ts';

export const NS = 'urn:xmpp:file:metadata:0';
/** It appears inside other protocols. */
export const features: readonly string[] = [];

const LONGEST_NAME = 1_024;
const LONGEST_DESCRIPTION = 4_096;
const MOST_HASHES = 8;
/** Wider than any picture that is shown. */
const LARGEST_SIDE = 100_000;

export interface FileMetadata {
  readonly name?: string;
  readonly mediaType?: string;
  /** Of the contents, in bytes. */
  readonly size?: number;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
  /** In milliseconds. */
  readonly length?: number;
  readonly description?: string;
  readonly hashes: readonly Hash[];
  readonly thumbnails?: readonly Thumbnail[];
}

/** Reads a `<file/>`; what is not well formed in it is left out. */
export function readMetadata(element: Element): FileMetadata | undefined {
  if (!is(element, 'file', NS)) return undefined;
  const type = childText(element, 'media-type', NS)?.trim().toLowerCase() ?? '';
  const parts = {
    name: textIn(element, 'name', LONGEST_NAME),
    mediaType: /^[a-z0-9][\w.+-]{0,63}\/[a-z0-9][\w.+-]{0,127}$/.test(type) ? type : undefined,
    size: numberIn(element, 'size', Number.MAX_SAFE_INTEGER),
    width: numberIn(element, 'width', LARGEST_SIDE),
    height: numberIn(element, 'height', LARGEST_SIDE),
    length: numberIn(element, 'length', Number.MAX_SAFE_INTEGER),
    description: textIn(element, 'desc', LONGEST_DESCRIPTION),
  };
  const thumbnails = readThumbnails(element);
  const hashes = childElements(element)
    .slice(0, 64)
    .flatMap((each) => readHash(each) ?? [])
    .slice(0, MOST_HASHES);
  return {
    ...(Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Omit<
      FileMetadata,
      'hashes'
    >),
    hashes,
    ...(thumbnails.length > 0 && { thumbnails }),
  };
}

function textIn(element: Element, name: string, longest: number): string | undefined {
  const text = childText(element, name, NS)?.slice(0, longest).toWellFormed();
  return text === '' ? undefined : text;
}

function numberIn(element: Element, name: string, largest: number): number | undefined {
  const text = childText(element, name, NS)?.trim() ?? '';
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= largest ? value : undefined;
}

export function writeMetadata(file: FileMetadata): Element {
  const part = (name: string, value: string | number | undefined): Element | undefined =>
    value === undefined ? undefined : xml(name, NS, {}, String(value));
  return xml(
    'file',
    NS,
    {},
    part('media-type', file.mediaType),
    part('name', file.name),
    part('size', file.size),
    part('width', file.width),
    part('height', file.height),
    part('length', file.length),
    part('desc', file.description),
    file.hashes.map(writeHash),
    file.thumbnails?.map(writeThumbnail),
  );
}
