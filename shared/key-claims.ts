/**
 * What a code or link says about somebody's keys: `omemo-sid-DEVICE=FINGERPRINT` as Conversations and others write it
 * (https://docs.modernxmpp.org/client/design/#omemo-qr), and Trust Message URIs (XEP-0434 0.6.0
 * #xmpp-registrar-considerations-uri-query-types-trust-message). It believes nothing: whoever shows a code is looked at
 * by a person.
 */
import type { DeviceRow } from './rows/device.ts';

export interface KeyClaim {
  /** 64 hex digits in lower case: the Curve25519 key, as every client shows it. */
  readonly fingerprint: string;
  /** The device that has it, where the code says so. */
  readonly device?: number;
  /** False: the key is said to be somebody else's. */
  readonly isTrusted: boolean;
}

/** More keys than that are in no code that a camera can read. */
export const MOST_CLAIMS = 24;
/** XEP-0384 #usecases-setup: device ids are between 1 and 2³¹ − 1. */
const LARGEST_DEVICE = 2 ** 31 - 1;
const CONVERSATIONS = /^omemo-sid-([1-9]\d{0,9})=([0-9a-f]{64})$/iu;
const TRUST_MESSAGE = /^(trust|distrust)=([0-9a-f]{64})$/iu;
/** All name the same key of a device: trust belongs to keys, whatever protocol they are used in. */
const ENCRYPTIONS = new Set(['eu.siacs.conversations.axolotl', 'urn:xmpp:omemo:1', 'urn:xmpp:omemo:2']);

/** True when the query of an `xmpp:` address speaks of keys, well or badly. */
export function speaksOfKeys(query: string): boolean {
  return /^(?:omemo-sid-|trust-message(?:;|$))/iu.test(query);
}

/** The claims of a query; `undefined` when it is malformed, contradicts itself or names too many. */
export function readKeyClaims(query: string): KeyClaim[] | undefined {
  const [first = '', ...rest] = query.split(';').filter((part) => part !== '');
  const isMessage = first.toLowerCase() === 'trust-message';
  const [encryption = '', ...keys] = rest;
  if (isMessage && !ENCRYPTIONS.has(unescape(encryption.replace(/^encryption=/iu, '')))) return undefined;
  const read = isMessage ? keys.map(readTrust) : [first, ...rest].map(readDevice);
  const claims = read.filter((claim) => claim !== undefined);
  if (claims.length === 0 || claims.length < read.length || claims.length > MOST_CLAIMS) return undefined;
  const devices = claims.flatMap(({ device }) => device ?? []);
  const isOnce = new Set(claims.map(({ fingerprint }) => fingerprint)).size === claims.length;
  return isOnce && new Set(devices).size === devices.length ? claims : undefined;
}

/** The query for one person's keys; `readKeyClaims` reads the same back. */
export function writeKeyClaims(claims: readonly KeyClaim[]): string {
  if (claims.every(({ device, isTrusted }) => device !== undefined && isTrusted)) {
    return claims.map(({ device, fingerprint }) => `omemo-sid-${String(device)}=${fingerprint}`).join(';');
  }
  const keys = claims.map(
    ({ isTrusted, fingerprint }) => `${isTrusted ? 'trust' : 'distrust'}=${fingerprint}`,
  );
  return ['trust-message', 'encryption=urn:xmpp:omemo:2', ...keys].join(';');
}

function readDevice(part: string): KeyClaim | undefined {
  const [, device = '', fingerprint = ''] = CONVERSATIONS.exec(part) ?? [];
  if (device === '' || Number(device) > LARGEST_DEVICE) return undefined;
  return { fingerprint: fingerprint.toLowerCase(), device: Number(device), isTrusted: true };
}

function readTrust(part: string): KeyClaim | undefined {
  const [, kind = '', fingerprint = ''] = TRUST_MESSAGE.exec(part) ?? [];
  if (kind === '') return undefined;
  return { fingerprint: fingerprint.toLowerCase(), isTrusted: kind.toLowerCase() === 'trust' };
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}

/** A claim, and what the devices say to it. */
export interface ComparedKey extends KeyClaim {
  /** `differs`: the device shows another key, which is `shown`. `unknown`: no device has it. */
  state: 'match' | 'already' | 'differs' | 'unknown';
  shown?: string;
}

export interface ComparedKeys {
  keys: ComparedKey[];
  /** The claims are not to be believed: a key differs, or none is a device's. */
  isMismatch: boolean;
  /** Devices in use that nobody named. */
  others: number;
}

/** Holds claims against the devices of the address that they are about. */
export function compareKeys(devices: readonly DeviceRow[], claims: readonly KeyClaim[]): ComparedKeys {
  const shown = devices.filter(({ fingerprint }) => fingerprint !== undefined);
  const keys = claims.map((claim): ComparedKey => {
    const { device, fingerprint, isTrusted } = claim;
    const named = shown.find((row) => row.device === device);
    // A device id says little: the same key may have moved to another. Another key under the same id says much.
    const found =
      named?.fingerprint === fingerprint ? named : shown.find((row) => row.fingerprint === fingerprint);
    if (found !== undefined) {
      const isDone = found.isThisDevice || found.trust === (isTrusted ? 'verified' : 'distrusted');
      return { fingerprint, device: found.device, isTrusted, state: isDone ? 'already' : 'match' };
    }
    const isOther = named !== undefined && isTrusted;
    return {
      fingerprint,
      ...(device !== undefined && { device }),
      isTrusted,
      state: isOther ? 'differs' : 'unknown',
      ...(isOther && named.fingerprint !== undefined && { shown: named.fingerprint }),
    };
  });
  const isKnown = keys.some(({ state }) => state === 'match' || state === 'already');
  const isMismatch = keys.some(({ state }) => state === 'differs') || !isKnown;
  const named = new Set(keys.map(({ device }) => device));
  const others = shown.filter(
    ({ isActive, isThisDevice, device }) => isActive && !isThisDevice && !named.has(device),
  );
  return { keys, isMismatch, others: others.length };
}
