/**
 * What this client is and supports: the answer to service discovery, and the hashes over it that go with presence.
 * It only gathers; each extension says itself what it advertises.
 */
import type { Element } from '../xml.ts';
import { NS as INFO, NS_ITEMS as ITEMS, writeInfo, type Info } from './xep0030.ts';
import { features as rooms } from './xep0045.ts';
import { features as outOfBand } from './xep0066.ts';
import { features as avatars } from './xep0084.ts';
import { features as chatStates } from './xep0085.ts';
import { features as version } from './xep0092.ts';
import {
  features as capabilities,
  nodeOf as capabilitiesNodeOf,
  verificationOf,
  writeCapabilities,
} from './xep0115.ts';
import { features as jingle } from './xep0166.ts';
import { features as calls } from './xep0167.ts';
import { features as ice } from './xep0176.ts';
import { features as feedback } from './xep0293.ts';
import { features as headerExtensions } from './xep0294.ts';
import { features as mediaEncryption } from './xep0320.ts';
import { features as grouping } from './xep0338.ts';
import { features as sources } from './xep0339.ts';
import { features as callInitiation } from './xep0353.ts';
import { features as nicknames } from './xep0172.ts';
import { features as receipts } from './xep0184.ts';
import { features as ping } from './xep0199.ts';
import { features as time } from './xep0202.ts';
import { features as directInvites } from './xep0249.ts';
import { features as hashes } from './xep0300.ts';
import { features as corrections } from './xep0308.ts';
import { features as markers } from './xep0333.ts';
import { features as publications } from './xep0358.ts';
import { features as references } from './xep0372.ts';
import { features as encryptionHints } from './xep0380.ts';
import { features as spoilers } from './xep0382.ts';
import { features as omemo } from './xep0384.ts';
import { features as omemo2 } from './xep0384-2.ts';
import { features as capabilityHashes, hashSetOf, nodeOf as hashNodeOf, writeHashSet } from './xep0390.ts';
import { features as styling } from './xep0393.ts';
import { features as bookmarks } from './xep0402.ts';
import { features as reactions } from './xep0444.ts';
import { features as retractions } from './xep0424.ts';
import { features as fileSharing } from './xep0447.ts';
import { features as replies } from './xep0461.ts';
import { features as readPositions } from './xep0490.ts';
import { features as mentions } from './xep0513.ts';

export const identity = { category: 'client', type: 'pc', name: 'Waxwing' } as const;

/** Identifies the program, not the person (XEP-0115 #protocol): a URI made once for that, which claims nobody's domain. */
const NODE = 'urn:uuid:5f1f4c4e-7b0a-4c0e-9d0b-0d7a5c1b6e21';

/** Sorted, so that the answer and the hashes over it are the same in every run. */
export const features: readonly string[] = [
  ...[INFO, ITEMS],
  ...capabilities,
  ...capabilityHashes,
  ...hashes,
  ...avatars,
  ...nicknames,
  ...chatStates,
  ...receipts,
  ...ping,
  ...version,
  ...time,
  ...markers,
  ...encryptionHints,
  ...omemo,
  ...outOfBand,
  ...rooms,
  ...mentions,
  ...jingle,
  ...calls,
  ...ice,
  ...feedback,
  ...headerExtensions,
  ...mediaEncryption,
  ...grouping,
  ...sources,
  ...callInitiation,
  ...publications,
  ...references,
  ...bookmarks,
  ...directInvites,
  ...spoilers,
  ...styling,
  ...fileSharing,
  ...reactions,
  ...omemo2,
  ...replies,
  ...corrections,
  ...retractions,
  ...readPositions,
].sort();

/** All that we can do, whatever the person allows. */
export const ownInfo: Info = { identities: [identity], features: new Set(features), forms: [] };

/** What the person allows us to say; the features follow it. */
export interface Allowed {
  /** The time here and its offset, which tells roughly where we are (XEP-0202 #security). */
  readonly time: boolean;
}

/** One of the faces that we can have. */
export interface Self {
  readonly info: Info;
  /** What goes with presence (XEP-0115 #advertise, XEP-0390 #usecases-broadcast). */
  readonly capabilities: readonly Element[];
  /** The info nodes under which it may be asked for. */
  readonly nodes: readonly string[];
}

function selfOf(info: Info): Self {
  const query = writeInfo(info);
  const set = hashSetOf(query) ?? [];
  const old = { hash: 'sha-1', node: NODE, version: verificationOf(query) ?? '' };
  return {
    info,
    capabilities: [writeCapabilities(old), writeHashSet(set)],
    nodes: [capabilitiesNodeOf(old), ...set.map(hashNodeOf)],
  };
}

const open = selfOf(ownInfo);
const timeless = selfOf({
  ...ownInfo,
  features: new Set(features.filter((feature) => !time.some((each) => each === feature))),
});

export function selfWith({ time: tellsTime }: Allowed): Self {
  return tellsTime ? open : timeless;
}

/**
 * What we say when asked for our information: without a node as we are now, under a node of a hash what that hash
 * stood for, also after it changed (XEP-0390 #rules-generating). `undefined` under any other node.
 */
export function infoUnder(node: string | undefined, allowed: Allowed): Info | undefined {
  if (node === undefined) return selfWith(allowed).info;
  return [open, timeless].find(({ nodes }) => nodes.includes(node))?.info;
}
