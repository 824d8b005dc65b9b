/**
 * XEP-0447 Stateless file sharing, version 0.3.1. https://xmpp.org/extensions/xep-0447.html
 * Reads the files that a message offers, with where they lie: on the web, or with somebody who sends them when asked
 * (XEP-0358). Sources that are attached later are not read; nothing is fetched.
 */
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { readSource, writeSource } from '../file-source.ts';
import { NS as NS_METADATA, readMetadata, writeMetadata, type FileMetadata } from './xep0446.ts';
import { readEncryptedSource, writeEncryptedSource, type EncryptedSource } from './xep0448.ts';

export const NS = 'urn:xmpp:sfs:0';
/** #disco */
export const features = [NS];

/** Files in one message, and sources of one file; the rest is not read. */
const MOST_FILES = 20;
const MOST_SOURCES = 8;

export interface SharedFile {
  readonly metadata: FileMetadata;
  /** How the sender would like it to be shown; `attachment` also says: do not fetch it unasked (#file-receive). */
  readonly disposition?: 'inline' | 'attachment';
  /** Where it lies as it is; see file-source.ts. */
  readonly addresses: readonly string[];
  /** Where it lies encrypted. */
  readonly encrypted?: EncryptedSource;
}

/** Reads a `<file-sharing/>`; `undefined` without metadata, or without a source that we can use. */
export function readFileSharing(element: Element): SharedFile | undefined {
  if (!is(element, 'file-sharing', NS)) return undefined;
  const file = child(element, 'file', NS_METADATA);
  const metadata = file && readMetadata(file);
  const sources = child(element, 'sources', NS);
  if (metadata === undefined || sources === undefined) return undefined;
  const given = childElements(sources).slice(0, 32);
  const addresses = given.flatMap((each) => readSource(each) ?? []).slice(0, MOST_SOURCES);
  const encrypted = given.map(readEncryptedSource).find((each) => each !== undefined);
  if (addresses.length === 0 && encrypted === undefined) return undefined;
  const { disposition } = element.attrs;
  return {
    metadata,
    ...((disposition === 'inline' || disposition === 'attachment') && { disposition }),
    addresses,
    ...(encrypted !== undefined && { encrypted }),
  };
}

/** The files that a message, or the content of an encrypted one, offers. */
export function readFiles(parent: Element): SharedFile[] {
  return childElements(parent, 'file-sharing', NS)
    .slice(0, MOST_FILES)
    .flatMap((element) => readFileSharing(element) ?? []);
}

export function writeFileSharing({ metadata, disposition, addresses, encrypted }: SharedFile): Element {
  return xml(
    'file-sharing',
    NS,
    { disposition },
    writeMetadata(metadata),
    xml('sources', NS, {}, addresses.map(writeSource), encrypted && writeEncryptedSource(encrypted)),
  );
}
