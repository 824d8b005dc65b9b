/**
 * Sealing messages: for which devices, in which protocol each, and under which sessions. A device that lists itself for
 * the newer protocol and has a good bundle there gets that, every other one the older.
 * Stores nothing: every result says what has to be stored with it.
 */
import { randomInt } from 'node:crypto';
import type { BareJid } from '../../shared/jid.ts';
import type { EncryptedElements } from '../xmpp/message.ts';
import type { DeviceRecord } from '../store/keys.ts';
import type { Content } from './content.ts';
import { SessionFault } from './fault.ts';
import type { Context } from './key-session.ts';
import { emptySecret, sealText } from './legacy-payload.ts';
import { EMPTY_SECRET, sealContent, type Occasion } from './payload.ts';
import { PARAMETERS, type Line } from './protocols.ts';
import type { SealedKey } from './ratchet/ends.ts';
import { beginSession, sealKey, sessionKey } from './ratchet/sessions.ts';
import { isSameKey, mayReceive, trustOf } from './trust.ts';
import type { PendingWrites } from './writes.ts';

export interface Recipient {
  readonly address: BareJid;
  readonly device: number;
}

export interface Skipped extends Recipient {
  /** `older-protocol`: the content has no text, and the device can be told nothing else. */
  readonly reason: 'undecided' | 'distrusted' | 'no-bundle' | 'bad-bundle' | 'older-protocol';
}

export type Sealed =
  | {
      readonly encrypted: EncryptedElements;
      readonly writes: PendingWrites;
      readonly recipients: readonly Recipient[];
      readonly skipped: readonly Skipped[];
    }
  /** Nobody could read it: it must not leave, and never as plain text. */
  | { readonly refused: 'no-devices' | 'all-untrusted' | 'no-keys'; readonly skipped: readonly Skipped[] };

/** A key that was sealed for one device. */
type Reached = Line & SealedKey;

/** See `KeySession.encrypt`. */
export function seal(context: Context, recipient: BareJid, content: Content, at: number): Sealed {
  const { address: own } = context;
  if (activeDevices(context, recipient).length === 0) return { refused: 'no-devices', skipped: [] };
  const payloads = payloadsOf({ sender: own, recipient, at }, content);
  const reached: Reached[] = [];
  const skipped: Skipped[] = [];
  for (const address of new Set([recipient, own])) {
    for (const record of activeDevices(context, address)) {
      if (!isMeant(context, address, record, content)) continue;
      const sealed = sealFor(context, address, record, payloads);
      if (typeof sealed === 'string') skipped.push({ address, device: record.device, reason: sealed });
      else reached.push(sealed);
    }
  }
  if (!reached.some(({ address }) => address === recipient)) {
    const isUntrusted = skipped.every(
      ({ address, reason }) => address !== recipient || reason === 'undecided' || reason === 'distrusted',
    );
    return { refused: isUntrusted ? 'all-untrusted' : 'no-keys', skipped };
  }
  return {
    encrypted: elementsOf(context, reached, payloads),
    writes: writesOf(context, reached),
    recipients: reached.map(({ address, device }) => ({ address, device })),
    skipped,
  };
}

/** See `KeySession.keyTransport`. */
export function sealEmpty(
  context: Context,
  line: Line,
): { readonly encrypted: EncryptedElements; readonly writes: PendingWrites } | undefined {
  const { iv, secret } = emptySecret();
  const record = context.overlay.devices(line.address).find(({ device }) => device === line.device);
  const sealed = record && sealOn(context, line, record, line.protocol === 'omemo2' ? EMPTY_SECRET : secret);
  if (sealed === undefined || typeof sealed === 'string') return undefined;
  const reached = [{ ...line, ...sealed }];
  const payloads = { omemo2: () => ({}), legacy: () => ({ iv }) };
  return { encrypted: elementsOf(context, reached, payloads), writes: writesOf(context, reached) };
}

// ————— What is said ——————————————————————————————————————————————————————————————————————————————————————

interface Payloads {
  readonly omemo2: () => { readonly payload?: Uint8Array };
  /** `undefined` when the older protocol has nothing to say. */
  readonly legacy: () => { readonly iv: Uint8Array; readonly payload?: Uint8Array } | undefined;
}

interface SecretPayloads extends Payloads {
  readonly omemo2: () => { readonly payload: Uint8Array; readonly secret: Uint8Array };
  readonly legacy: () =>
    { readonly iv: Uint8Array; readonly payload: Uint8Array; readonly secret: Uint8Array } | undefined;
}

/** The content in each protocol, made when the first device wants it. */
function payloadsOf(occasion: Occasion, content: Content): SecretPayloads {
  const text = content.olderText ?? content.text;
  return {
    omemo2: once(() => sealContent(content, occasion)),
    legacy: once(() => (text === undefined ? undefined : sealText(text))),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The elements that carry the keys; each device is in one of them. */
function elementsOf(
  { identity: { device: own } }: Context,
  reached: readonly Reached[],
  { omemo2, legacy }: Payloads,
): EncryptedElements {
  const newer = reached.filter(({ protocol }) => protocol === 'omemo2');
  const older = reached.filter(({ protocol }) => protocol === 'legacy');
  const olderPayload = older.length === 0 ? undefined : legacy();
  return {
    ...(newer.length > 0 && {
      omemo2: {
        device: own,
        keys: newer.map(({ address, device, isPrekey, body }) => ({
          address,
          device,
          isKeyExchange: isPrekey,
          data: body,
        })),
        ...payloadIn(omemo2()),
      },
    }),
    ...(olderPayload && {
      legacy: {
        device: own,
        keys: older.map(({ device, isPrekey, body }) => ({ device, isPreKey: isPrekey, data: body })),
        iv: olderPayload.iv,
        ...payloadIn(olderPayload),
      },
    }),
  };
}

function payloadIn({ payload }: { readonly payload?: Uint8Array }): { readonly payload?: Uint8Array } {
  return payload === undefined ? {} : { payload };
}

function writesOf({ overlay }: Context, reached: readonly Reached[]): PendingWrites {
  const sessions = reached.map(({ protocol, address, device, record }) => ({
    protocol,
    address,
    device,
    record,
  }));
  const writes = { sessions, usedPrekeys: [] };
  overlay.keep(writes);
  return writes;
}

// ————— For whom ——————————————————————————————————————————————————————————————————————————————————————————

/** All devices of an address but this one (XEP-0384 0.9.1 #encrypt). */
function activeDevices({ identity, address: own, overlay }: Context, address: BareJid): DeviceRecord[] {
  return overlay
    .devices(address)
    .filter(({ device, isActive }) => isActive && (address !== own || device !== identity.device));
}

function isMeant(
  { overlay }: Context,
  address: BareJid,
  record: DeviceRecord,
  { audience }: Content,
): boolean {
  const { device } = record;
  return audience === undefined || audience({ address, device }, trustOf(record, overlay.devices(address)));
}

/** Seals for one device, in the best protocol that works with it. */
function sealFor(
  context: Context,
  address: BareJid,
  record: DeviceRecord,
  payloads: SecretPayloads,
): Reached | Skipped['reason'] {
  let reason: Skipped['reason'] = 'no-bundle';
  for (const protocol of record.protocols) {
    const line = { protocol, address, device: record.device };
    const secret = payloads[protocol]()?.secret;
    const sealed = secret === undefined ? 'older-protocol' : sealOn(context, line, record, secret);
    if (typeof sealed !== 'string') return { ...line, ...sealed };
    reason = sealed;
  }
  return reason;
}

/** Encrypts a secret for one device, beginning a session if there is none with the key that it is pinned to. */
function sealOn(
  context: Context,
  line: Line,
  device: DeviceRecord,
  secret: Uint8Array,
): SealedKey | Skipped['reason'] {
  const { identity, shelf, log, overlay } = context;
  const parameters = PARAMETERS[line.protocol];
  const trust = trustOf(device, overlay.devices(line.address));
  if (!mayReceive(trust)) return trust === 'distrusted' ? 'distrusted' : 'undecided';
  const { identityKey } = device;
  const missing = shelf.isRefused(line) ? 'bad-bundle' : 'no-bundle';
  if (identityKey === undefined) return missing;
  let record = overlay.record(line);
  const partner = sessionKey(parameters, record);
  try {
    if (record === undefined || partner === undefined || !isSameKey(partner, identityKey)) {
      const bundle = shelf.find(line);
      const preKey = bundle?.preKeys[randomInt(bundle.preKeys.length)];
      if (bundle === undefined || preKey === undefined || !isSameKey(bundle.pinnable, identityKey)) {
        return missing;
      }
      record = beginSession(parameters, identity, line, record, bundle, preKey);
      shelf.drop(line); // should this session be thrown away, the next takes another prekey
    }
    return sealKey(parameters, identity, line, record, secret);
  } catch (error) {
    if (!(error instanceof SessionFault)) throw error;
    log('bad-bundle', { ...line, error: error.message });
    shelf.refuse(line, 'bad');
    return 'bad-bundle';
  }
}
