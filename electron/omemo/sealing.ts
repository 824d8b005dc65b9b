/**
 * Sealing messages: for which devices, in which protocol each, and under which sessions. A device that lists itself for
 * the newer protocol and has a good bundle there gets that, every other one the older.
 * Stores nothing: every result says what has to be stored with it.
 */
import { randomInt } from 'node:crypto';
import type { BareJid } from '../../shared/jid.ts';
import type { EncryptedElements } from '../xmpp/message.ts';
import type { DeviceRecord, Trust } from '../store/keys.ts';
import type { Content } from './content.ts';
import { SessionFault } from './fault.ts';
import type { Context } from './key-session.ts';
import { emptySecret, sealText } from './legacy-payload.ts';
import { EMPTY_SECRET, sealContent, type Occasion } from './payload.ts';
import { isSessionWith, PARAMETERS, type Line } from './protocols.ts';
import type { SealedKey } from './ratchet/ends.ts';
import { beginSession, sealKey } from './ratchet/sessions.ts';
import { isSameKey, mayReceive, trustOf } from './trust.ts';
import type { PendingWrites } from './writes.ts';

export interface Recipient {
  readonly address: BareJid;
  readonly device: number;
}

export interface Skipped extends Recipient {
  /**
   * `older-protocol`: the content has no text, and the device can be told nothing else. `no-devices`: this is about
   * somebody among several who has none, and the device is 0.
   */
  readonly reason: 'undecided' | 'distrusted' | 'no-bundle' | 'bad-bundle' | 'older-protocol' | 'no-devices';
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
export function seal(
  context: Context,
  { recipient, readers }: { readonly recipient: BareJid; readonly readers: readonly BareJid[] },
  content: Content,
  at: number,
): Sealed {
  const { address: own, overlay } = context;
  const payloads = payloadsOf({ sender: own, recipient, at }, content);
  const reached: Reached[] = [];
  const skipped: Skipped[] = [];
  const isReader = (address: BareJid): boolean => readers.includes(address);
  const activeOf = (address: BareJid): readonly DeviceRecord[] =>
    overlay.devices(address).filter((record) => isActive(context, address, record));
  if (readers.every((address) => activeOf(address).length === 0))
    return { refused: 'no-devices', skipped: [] };
  for (const address of new Set([...readers, own])) {
    const known = overlay.devices(address);
    const active = activeOf(address);
    if (active.length === 0 && isReader(address)) skipped.push({ address, device: 0, reason: 'no-devices' });
    for (const record of active) {
      const { device } = record;
      const trust = trustOf(record, known);
      if (content.audience?.({ address, device }, trust) === false) continue;
      const sealed = sealFor(context, address, record, trust, payloads);
      if (typeof sealed === 'string') skipped.push({ address, device, reason: sealed });
      else reached.push(sealed);
    }
  }
  if (!reached.some(({ address }) => isReader(address)))
    return { refused: whyNobody(skipped, isReader), skipped };
  return {
    encrypted: elementsOf(context, reached, payloads),
    writes: writesOf(context, reached),
    recipients: reached.map(({ address, device }) => ({ address, device })),
    skipped,
  };
}

/** What keeps everybody from reading it who is to. */
function whyNobody(
  skipped: readonly Skipped[],
  isReader: (address: BareJid) => boolean,
): Extract<Sealed, { refused: string }>['refused'] {
  const reasons = skipped.filter(({ address }) => isReader(address)).map(({ reason }) => reason);
  const isUntrusted = reasons.every(
    (reason) => reason === 'undecided' || reason === 'distrusted' || reason === 'no-devices',
  );
  return isUntrusted ? 'all-untrusted' : 'no-keys';
}

/** See `KeySession.keyTransport`. */
export function sealEmpty(
  context: Context,
  line: Line,
): { readonly encrypted: EncryptedElements; readonly writes: PendingWrites } | undefined {
  const { iv, secret } = emptySecret();
  const known = context.overlay.devices(line.address);
  const record = known.find(({ device }) => device === line.device);
  const emptied = line.protocol === 'omemo2' ? EMPTY_SECRET : secret;
  const sealed = record && sealOn(context, line, record, trustOf(record, known), emptied);
  if (sealed === undefined || typeof sealed === 'string') return undefined;
  const reached = [{ ...line, ...sealed }];
  const payloads = { omemo2: () => ({}), legacy: () => ({ iv }) };
  return { encrypted: elementsOf(context, reached, payloads), writes: writesOf(context, reached) };
}

/** See `KeySession.textFor`. */
export function sealTextFor(
  context: Context,
  line: Line & { readonly protocol: 'legacy' },
  text: string,
): { readonly encrypted: EncryptedElements; readonly writes: PendingWrites } | undefined {
  const { iv, payload, secret } = sealText(text);
  const known = context.overlay.devices(line.address);
  const record = known.find(({ device }) => device === line.device);
  const sealed = record && sealOn(context, line, record, trustOf(record, known), secret);
  if (sealed === undefined || typeof sealed === 'string') return undefined;
  const reached = [{ ...line, ...sealed }];
  const payloads = { omemo2: () => ({}), legacy: () => ({ iv, payload }) };
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
    | { readonly iv: Uint8Array; readonly payload: Uint8Array; readonly secret: Uint8Array }
    | undefined;
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

/** True for what is in the lists of an address, but for this device (XEP-0384 0.9.1 #encrypt). */
function isActive({ identity, address: own }: Context, address: BareJid, record: DeviceRecord): boolean {
  return record.isActive && (address !== own || record.device !== identity.device);
}

/** Seals for one device, in the best protocol that works with it. */
function sealFor(
  context: Context,
  address: BareJid,
  record: DeviceRecord,
  trust: Trust,
  payloads: SecretPayloads,
): Reached | Skipped['reason'] {
  let reason: Skipped['reason'] = 'no-bundle';
  for (const protocol of record.protocols) {
    const line = { protocol, address, device: record.device };
    const secret = payloads[protocol]()?.secret;
    const sealed = secret === undefined ? 'older-protocol' : sealOn(context, line, record, trust, secret);
    if (typeof sealed !== 'string') return { ...line, ...sealed };
    reason = sealed;
  }
  return reason;
}

/** Encrypts a secret for one device, beginning a session if there is none with the key that it is pinned to. */
function sealOn(
  context: Context,
  line: Line,
  { identityKey }: DeviceRecord,
  trust: Trust,
  secret: Uint8Array,
): SealedKey | Skipped['reason'] {
  const { identity, shelf, log, overlay } = context;
  const parameters = PARAMETERS[line.protocol];
  if (!mayReceive(trust)) return trust === 'distrusted' ? 'distrusted' : 'undecided';
  const missing = shelf.isRefused(line) ? 'bad-bundle' : 'no-bundle';
  if (identityKey === undefined) return missing;
  let record = overlay.record(line);
  const isOpen = isSessionWith(line.protocol, record, identityKey);
  try {
    if (record === undefined || !isOpen) {
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
