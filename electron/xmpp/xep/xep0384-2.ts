/**
 * XEP-0384 OMEMO Encryption, version 0.9.1 (`urn:xmpp:omemo:2`). https://xmpp.org/extensions/xep-0384.html
 * The elements only, beside those of version 0.3.0 in xep0384.ts, which most of today's clients speak.
 * What is in the bytes is the business of electron/omemo. All sizes and counts are bounded here.
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import { readBase64, writeBase64 } from '../base64.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import type { Affix } from './xep0420.ts';
import { askItems, type NodeOptions } from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';

export const NS = 'urn:xmpp:omemo:2';
export const NODE_DEVICES = `${NS}:devices`;
/** One node for the bundles of all devices: the item's id is the device's (#bundles). */
export const NODE_BUNDLES = `${NS}:bundles`;
/** #usecases-discovering: devices MUST subscribe to the device lists of their contacts. */
export const features = [notifyFeature(NODE_DEVICES)];

/** #devices and #bundles: what their nodes have to be like. */
export const DEVICES_OPTIONS: NodeOptions = { access_model: 'open', persist_items: true };
export const BUNDLES_OPTIONS: NodeOptions = { ...DEVICES_OPTIONS, max_items: 'max' };

/** #sce: what an envelope has to hold; in a room also to whom it is, or it could be turned into a private message. */
export const AFFIXES: readonly Affix[] = ['rpad'];
export const ROOM_AFFIXES: readonly Affix[] = ['rpad', 'to'];

/** #usecases-setup, #bundles: ids of devices and keys are between 1 and 2³¹ − 1. */
const LARGEST_ID = 2 ** 31 - 1;
/** A person with more devices than this is an attack on those who write to them (H41). */
export const DEVICE_LIMIT = 200;
/** #protocol-key_exchange recommends 100 (H43). */
export const PREKEY_LIMIT = 1_000;
/** A group of 150 devices per message is large; this leaves room for more. */
const KEY_LIMIT = 2_000;
/** A key message of the ratchet is below 300 bytes. */
const KEY_BYTES = 1_024;
/** 65,536 characters of text are at most 196,608 bytes; the envelope around them may hold more than text. */
const PAYLOAD_BYTES = 512 * 1_024;
/** #devices recommends fewer than 53 characters; a longer name is for no person to read. */
const LABEL_LIMIT = 200;
const PUBLIC_KEY = 32;
const SIGNATURE = 64;

/** The message key, encrypted for one device (#message-structure-description). */
export interface EncryptedKey {
  /** Whose device it is. */
  readonly address: BareJid;
  readonly device: number;
  /** True when `data` is an OMEMOKeyExchange. */
  readonly isKeyExchange: boolean;
  readonly data: Uint8Array;
}

/** An OMEMO element: with `payload` a message, without it an empty one that only carries ratchets on. */
export interface Encrypted {
  /** `sid`: the sending device, as it claims. */
  readonly device: number;
  readonly keys: readonly EncryptedKey[];
  readonly payload?: Uint8Array;
}

export interface Device {
  readonly id: number;
  /** What its owner calls it. Counts only when `signature` is the device's own over its UTF-8 bytes (#devices). */
  readonly label?: { readonly text: string; /** 64 bytes. */ readonly signature: Uint8Array };
}

export interface PreKey {
  readonly id: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** What is needed to begin a session with a device. The signature is not verified here. */
export interface Bundle {
  /** 32 bytes, in its Ed25519 form. */
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
  const device = readId(header?.attrs['sid']);
  if (header === undefined || device === undefined) return undefined;
  const keys = childElements(header, 'keys', NS).flatMap(keysIn).slice(0, KEY_LIMIT);
  const content = child(element, 'payload');
  const payload = readBytes(content, PAYLOAD_BYTES);
  if (content !== undefined && payload === undefined) return undefined;
  return { device, keys, ...(payload !== undefined && { payload }) };
}

function keysIn(list: Element): EncryptedKey[] {
  const address = readBareJid(list.attrs['jid'] ?? '');
  if (address === undefined) return [];
  return childElements(list, 'key', NS)
    .slice(0, KEY_LIMIT)
    .flatMap((key): EncryptedKey[] => {
      const device = readId(key.attrs['rid']);
      const data = readBytes(key, KEY_BYTES);
      if (device === undefined || data === undefined || data.length === 0) return [];
      const { kex } = key.attrs;
      return [{ address, device, isKeyExchange: kex === 'true' || kex === '1', data }];
    });
}

export function writeEncrypted({ device, keys, payload }: Encrypted): Element {
  const lists = [...Map.groupBy(keys, ({ address }) => address)].map(([jid, own]) =>
    xml(
      'keys',
      NS,
      { jid },
      own.map((key) =>
        xml('key', NS, { rid: key.device, kex: key.isKeyExchange ? true : undefined }, writeBase64(key.data)),
      ),
    ),
  );
  return xml(
    'encrypted',
    NS,
    {},
    xml('header', NS, { sid: device }, lists),
    payload !== undefined && xml('payload', NS, {}, writeBase64(payload)),
  );
}

/** Reads a `<devices/>`: each valid id once, in order, at most `DEVICE_LIMIT` of them. */
export function readDeviceList(element: Element): Device[] | undefined {
  if (!is(element, 'devices', NS)) return undefined;
  const devices = new Map<number, Device>();
  for (const { attrs } of childElements(element, 'device', NS)) {
    const id = readId(attrs['id']);
    if (id === undefined || devices.has(id)) continue;
    const label = readLabel(attrs['label'], attrs['labelsig']);
    devices.set(id, { id, ...(label && { label }) });
    if (devices.size === DEVICE_LIMIT) break;
  }
  return [...devices.values()];
}

/** #devices: a label without a signature MUST be ignored. */
function readLabel(text: string | undefined, signed: string | undefined): Device['label'] {
  const signature = signed === undefined ? undefined : readBase64(signed, SIGNATURE);
  if (text === undefined || text === '' || signature?.length !== SIGNATURE) return undefined;
  return [...text].length <= LABEL_LIMIT ? { text, signature } : undefined;
}

export function writeDeviceList(devices: readonly Device[]): Element {
  const list = devices.map(({ id, label }) =>
    xml('device', NS, { id, label: label?.text, labelsig: label && writeBase64(label.signature) }),
  );
  return xml('devices', NS, {}, list);
}

/** Reads a `<bundle/>`; `undefined` when no session could come of it, or when it is larger than any honest one. */
export function readBundle(element: Element): Bundle | undefined {
  if (!is(element, 'bundle', NS)) return undefined;
  const identityKey = readPublicKey(child(element, 'ik'));
  const signed = readPreKey(child(element, 'spk'));
  const signature = readBytes(child(element, 'spks'), SIGNATURE);
  const list = child(element, 'prekeys');
  const entries = list === undefined ? [] : childElements(list, 'pk', NS);
  if (identityKey === undefined || signed === undefined || signature?.length !== SIGNATURE) return undefined;
  if (entries.length > PREKEY_LIMIT) return undefined;
  const preKeys = entries.flatMap((entry) => readPreKey(entry) ?? []);
  const isUnique = new Set(preKeys.map(({ id }) => id)).size === preKeys.length;
  if (preKeys.length === 0 || !isUnique) return undefined;
  return { identityKey, signedPreKey: { ...signed, signature }, preKeys };
}

export function writeBundle({ identityKey, signedPreKey, preKeys }: Bundle): Element {
  const key = (name: string, id: number | undefined, bytes: Uint8Array): Element =>
    xml(name, NS, { id }, writeBase64(bytes));
  return xml(
    'bundle',
    NS,
    {},
    key('spk', signedPreKey.id, signedPreKey.publicKey),
    key('spks', undefined, signedPreKey.signature),
    key('ik', undefined, identityKey),
    xml(
      'prekeys',
      NS,
      {},
      preKeys.map(({ id, publicKey }) => key('pk', id, publicKey)),
    ),
  );
}

/** Reads an `<opt-out/>`, which comes encrypted only: the other side wants plain text, for the reason it gives. */
export function readOptOut(element: Element): { readonly reason?: string } | undefined {
  if (!is(element, 'opt-out', NS)) return undefined;
  const reason = child(element, 'reason');
  return { ...(reason && { reason: textOf(reason).trim() }) };
}

export function writeOptOut({ reason }: { readonly reason?: string }): Element {
  return xml('opt-out', NS, {}, reason !== undefined && xml('reason', NS, {}, reason));
}

/**
 * The devices of an account, from its own list; empty when it has none.
 * @throws StanzaError when the list cannot be read for another reason than that there is none; WireClosed
 */
export async function askDevices(wire: Pick<Wire, 'request'>, owner: string): Promise<Device[]> {
  const [item] = await askAny(wire, { to: owner, node: NODE_DEVICES, max: 1 });
  return (item?.payload && readDeviceList(item.payload)) ?? [];
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
  const id = String(device);
  const items = await askAny(wire, { to: owner, node: NODE_BUNDLES, ids: [id] });
  const payload = items.find((item) => item.id === id)?.payload;
  return payload && readBundle(payload);
}

async function askAny(...request: Parameters<typeof askItems>): ReturnType<typeof askItems> {
  try {
    return await askItems(...request);
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return [];
    throw error;
  }
}

function readBytes(element: Element | undefined, limit: number): Uint8Array | undefined {
  return element && readBase64(textOf(element), limit);
}

function readPublicKey(element: Element | undefined): Uint8Array | undefined {
  const bytes = readBytes(element, PUBLIC_KEY);
  return bytes?.length === PUBLIC_KEY ? bytes : undefined;
}

function readPreKey(element: Element | undefined): PreKey | undefined {
  const id = readId(element?.attrs['id']);
  const publicKey = readPublicKey(element);
  return id !== undefined && publicKey !== undefined ? { id, publicKey } : undefined;
}

function readId(text: string | undefined): number | undefined {
  if (text === undefined || !/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= LARGEST_ID ? id : undefined;
}
