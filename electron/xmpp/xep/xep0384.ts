/**
 * XEP-0384 OMEMO Encryption, version 0.3.0 (`eu.siacs.conversations.axolotl`), which is what most of today's clients
 * speak; version 0.9.1 (https://xmpp.org/extensions/xep-0384.html) is in xep0384-2.ts.
 * https://xmpp.org/extensions/attic/xep-0384-0.3.0.html
 * The elements only: what is in the bytes is the business of electron/omemo. All sizes and counts are bounded here.
 */
import { readBase64, writeBase64 } from '../base64.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { askItems } from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';

export const NS = 'eu.siacs.conversations.axolotl';
export const NODE_DEVICES = `${NS}.devicelist`;
/** #usecases-discovering: clients subscribe to the device lists of their contacts. */
export const features = [notifyFeature(NODE_DEVICES)];

/** The node of one device's bundle (#usecases-announcing). */
export function bundleNode(device: number): string {
  return `${NS}.bundles:${device}`;
}

/** #usecases-setup: device ids are between 1 and 2³¹ − 1. */
const LARGEST_ID = 2 ** 31 - 1;
/** A person with more devices than this is an attack on those who write to them (H41). */
export const DEVICE_LIMIT = 200;
/** #usecases-announcing recommends 100; other programs publish up to a few hundred (H43). */
export const PREKEY_LIMIT = 1_000;
/** A group of 150 devices per message is large; this leaves room for more. */
const KEY_LIMIT = 2_000;
/** A key message of the ratchet is below 300 bytes. */
const KEY_BYTES = 1_024;
/** 65,536 characters of text are at most 196,608 bytes. */
const PAYLOAD_BYTES = 512 * 1_024;
/** Curve25519 public keys carry this type byte in front (libsignal's `DJB_TYPE`). */
const KEY_TYPE = 0x05;

/** The message key, encrypted for one device (#usecases-messagesend). */
export interface EncryptedKey {
  /** `rid`. In rooms two people's devices may share one. */
  readonly device: number;
  /** True when `data` is a PreKeySignalMessage. */
  readonly isPreKey: boolean;
  readonly data: Uint8Array;
}

/** An OMEMO element: with `payload` a message, without it a key transport. */
export interface Encrypted {
  /** `sid`: the sending device, as it claims. */
  readonly device: number;
  readonly keys: readonly EncryptedKey[];
  /** 12 bytes, or 16 from older programs. */
  readonly iv: Uint8Array;
  readonly payload?: Uint8Array;
}

export interface PreKey {
  readonly id: number;
  /** 33 bytes, type byte first. */
  readonly publicKey: Uint8Array;
}

/** What is needed to begin a session with a device. The signature is not verified here. */
export interface Bundle {
  /** 33 bytes, type byte first. */
  readonly identityKey: Uint8Array;
  readonly signedPreKey: PreKey & { /** 64 bytes. */ readonly signature: Uint8Array };
  /** At least one, and no id twice. */
  readonly preKeys: readonly PreKey[];
}

/**
 * Reads an `<encrypted/>`. A key that is malformed is left out, since others' keys are none of our business; a header
 * or payload that is, makes the element `undefined`.
 */
export function readEncrypted(element: Element): Encrypted | undefined {
  const header = is(element, 'encrypted', NS) ? child(element, 'header') : undefined;
  if (header === undefined) return undefined;
  const device = readDeviceId(header.attrs['sid']);
  const iv = readBytes(child(header, 'iv'), 16);
  if (device === undefined || iv === undefined || (iv.length !== 12 && iv.length !== 16)) return undefined;
  const keys = childElements(header, 'key', NS)
    .slice(0, KEY_LIMIT)
    .flatMap((key): EncryptedKey[] => {
      const recipient = readDeviceId(key.attrs['rid']);
      const data = readBytes(key, KEY_BYTES);
      if (recipient === undefined || data === undefined || data.length === 0) return [];
      const { prekey } = key.attrs;
      return [{ device: recipient, isPreKey: prekey === 'true' || prekey === '1', data }];
    });
  const content = child(element, 'payload');
  const payload = readBytes(content, PAYLOAD_BYTES);
  if (content !== undefined && payload === undefined) return undefined;
  return { device, keys, iv, ...(payload !== undefined && { payload }) };
}

export function writeEncrypted({ device, keys, iv, payload }: Encrypted): Element {
  return xml(
    'encrypted',
    NS,
    {},
    xml(
      'header',
      NS,
      { sid: device },
      keys.map((key) =>
        xml('key', NS, { rid: key.device, prekey: key.isPreKey ? true : undefined }, writeBase64(key.data)),
      ),
      xml('iv', NS, {}, writeBase64(iv)),
    ),
    payload !== undefined && xml('payload', NS, {}, writeBase64(payload)),
  );
}

/** Reads a `<list/>`: each valid id once, in order, at most `DEVICE_LIMIT` of them. */
export function readDeviceList(element: Element): number[] | undefined {
  if (!is(element, 'list', NS)) return undefined;
  const ids = childElements(element, 'device', NS).flatMap(({ attrs }) => readDeviceId(attrs['id']) ?? []);
  return [...new Set(ids)].slice(0, DEVICE_LIMIT);
}

export function writeDeviceList(devices: readonly number[]): Element {
  return xml(
    'list',
    NS,
    {},
    devices.map((id) => xml('device', NS, { id })),
  );
}

/** Reads a `<bundle/>`; `undefined` when no session could come of it, or when it is larger than any honest one. */
export function readBundle(element: Element): Bundle | undefined {
  if (!is(element, 'bundle', NS)) return undefined;
  const identityKey = readPublicKey(child(element, 'identityKey'));
  const signed = child(element, 'signedPreKeyPublic');
  const signedId = readKeyId(signed?.attrs['signedPreKeyId']);
  const signedKey = readPublicKey(signed);
  const signature = readBytes(child(element, 'signedPreKeySignature'), 64);
  const list = child(element, 'prekeys');
  const entries = list === undefined ? [] : childElements(list, 'preKeyPublic', NS);
  if (identityKey === undefined || signedId === undefined || signedKey === undefined) return undefined;
  if (signature?.length !== 64 || entries.length > PREKEY_LIMIT) return undefined;
  const preKeys = entries.flatMap((entry): PreKey[] => {
    const id = readKeyId(entry.attrs['preKeyId']);
    const publicKey = readPublicKey(entry);
    return id !== undefined && publicKey !== undefined ? [{ id, publicKey }] : [];
  });
  const isUnique = new Set(preKeys.map(({ id }) => id)).size === preKeys.length;
  if (preKeys.length === 0 || !isUnique) return undefined;
  return { identityKey, signedPreKey: { id: signedId, publicKey: signedKey, signature }, preKeys };
}

export function writeBundle({ identityKey, signedPreKey, preKeys }: Bundle): Element {
  const key = (name: string, attrs: Record<string, number>, bytes: Uint8Array): Element =>
    xml(name, NS, attrs, writeBase64(bytes));
  return xml(
    'bundle',
    NS,
    {},
    key('signedPreKeyPublic', { signedPreKeyId: signedPreKey.id }, signedPreKey.publicKey),
    key('signedPreKeySignature', {}, signedPreKey.signature),
    key('identityKey', {}, identityKey),
    xml(
      'prekeys',
      NS,
      {},
      preKeys.map(({ id, publicKey }) => key('preKeyPublic', { preKeyId: id }, publicKey)),
    ),
  );
}

/**
 * The devices of an account, from its own list; empty when it has none.
 * @throws StanzaError when the list cannot be read for another reason than that there is none; WireClosed
 */
export async function askDevices(wire: Pick<Wire, 'request'>, owner: string): Promise<number[]> {
  const payload = await askNewest(wire, owner, NODE_DEVICES);
  return (payload && readDeviceList(payload)) ?? [];
}

/**
 * The bundle of one device; `undefined` when there is none that a session could come of.
 * @throws StanzaError, WireClosed
 */
export async function askBundle(
  wire: Pick<Wire, 'request'>,
  owner: string,
  device: number,
): Promise<Bundle | undefined> {
  const payload = await askNewest(wire, owner, bundleNode(device));
  return payload && readBundle(payload);
}

async function askNewest(
  wire: Pick<Wire, 'request'>,
  owner: string,
  node: string,
): Promise<Element | undefined> {
  try {
    // Some programs left several items on the node; with `max_items` the newest comes first or alone.
    const items = await askItems(wire, { to: owner, node, max: 1 });
    return items.find((item) => item.payload !== undefined)?.payload;
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return undefined;
    throw error;
  }
}

function readBytes(element: Element | undefined, limit: number): Uint8Array | undefined {
  return element && readBase64(textOf(element), limit);
}

/** A public key with its type byte; without it from programs that leave it out. */
function readPublicKey(element: Element | undefined): Uint8Array | undefined {
  const bytes = readBytes(element, 33);
  if (bytes?.length === 33) return bytes[0] === KEY_TYPE ? bytes : undefined;
  return bytes?.length === 32 ? Uint8Array.of(KEY_TYPE, ...bytes) : undefined;
}

function readDeviceId(text: string | undefined): number | undefined {
  const id = readKeyId(text);
  return id === 0 ? undefined : id;
}

function readKeyId(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,9})$/.test(text)) return undefined;
  const id = Number(text);
  return id <= LARGEST_ID ? id : undefined;
}
