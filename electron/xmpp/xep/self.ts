/**
 * What this client is and supports: the answer to service discovery, and what the capabilities hash covers.
 * It only gathers; each extension says itself what it advertises.
 */
import type { Info } from './xep0030.ts';
import { features as chatStates } from './xep0085.ts';
import { features as receipts } from './xep0184.ts';
import { features as ping } from './xep0199.ts';
import { features as encryptionHints } from './xep0380.ts';
import { features as omemo } from './xep0384.ts';

export const identity = { category: 'client', type: 'pc', name: 'Waxwing' } as const;

/** Sorted, so that the answer and the hash over it are the same in every run. */
export const features: readonly string[] = [
  // These two answer with this very list, so they cannot be asked for theirs.
  'http://jabber.org/protocol/caps',
  'http://jabber.org/protocol/disco#info',
  ...chatStates,
  ...receipts,
  ...ping,
  ...encryptionHints,
  ...omemo,
].sort();

export const ownInfo: Info = { identities: [identity], features: new Set(features) };
