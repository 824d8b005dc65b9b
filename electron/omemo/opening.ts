/**
 * Opening messages: which of their keys are for us, whether they are authentic, and what is said in them.
 * Stores nothing: every result says what has to be stored with it.
 */
import type { MessageRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { EncryptedElements } from '../xmpp/message.ts';
import type { Trust } from '../store/keys.ts';
import type { Content } from './content.ts';
import { SessionFault } from './fault.ts';
import type { Context } from './key-session.ts';
import { openText } from './legacy-payload.ts';
import { openContent, type Occasion } from './payload.ts';
import { PARAMETERS, type Line, type Protocol } from './protocols.ts';
import type { OpenedKey } from './ratchet/ends.ts';
import { openKey, type SealedBody } from './ratchet/sessions.ts';
import { isSameKey, trustWithKey } from './trust.ts';
import type { PendingWrites } from './writes.ts';

/** A message that could be authenticated. */
interface Authenticated {
  /** Which of its elements was read. */
  readonly protocol: Protocol;
  /** The device that sent it. */
  readonly device: number;
  /** Its key, 33 bytes. */
  readonly identityKey: Uint8Array;
  readonly trust: Trust;
  readonly writes: PendingWrites;
  /** The device waits for a sign of life in these protocols: send it `keyTransport` after committing. */
  readonly needsAnswer: readonly Protocol[];
}

export type Decrypted =
  | ({ readonly kind: 'content' } & Content & Authenticated)
  /** It carried no text, only the ratchet on. */
  | ({ readonly kind: 'key-transport' } & Authenticated)
  /**
   * It was decrypted before, or is our own (XEP-0384 0.9.1 §6), or carries other devices' ratchets on and no text:
   * nothing to do, nothing to show.
   */
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'unreadable';
      readonly reason: NonNullable<MessageRow['unreadable']>;
      readonly device: number;
      /** Present when something was learnt all the same; to be stored like the others. */
      readonly writes?: PendingWrites;
      readonly needsAnswer?: readonly Protocol[];
      /** The device has shown another key than the one it is pinned to: a person has to look (H40). */
      readonly hasOtherKey?: true;
    };

/** Two people's devices may have the same id, so more than one key may look like ours; an attacker gets no more tries. */
const MOST_TRIES = 4;

/** What one protocol has for us in a message. */
interface Received {
  readonly protocol: Protocol;
  readonly device: number;
  /** The keys for this device. */
  readonly keys: readonly SealedBody[];
  /** What is said, by the secret in the ratchet; absent where nothing is. */
  readonly read?: (secret: Uint8Array) => Content;
}

/** See `KeySession.decrypt`. */
export function open(context: Context, encrypted: EncryptedElements, occasion: Occasion): Decrypted {
  const { identity, address: own } = context;
  const received = receivedIn(context, encrypted, occasion);
  const isOwn = occasion.sender === own && received.some(({ device }) => device === identity.device);
  if (isOwn) return { kind: 'duplicate' };
  const ours = received.filter(({ keys }) => keys.length > 0);
  if (ours.length === 0) {
    const said = received.find(({ read }) => read !== undefined);
    if (said === undefined) return { kind: 'duplicate' };
    return { kind: 'unreadable', reason: 'not-for-this-device', device: said.device };
  }
  return mostSaid(ours.map((each) => openOne(context, each, occasion.sender)));
}

/** What each protocol has for us, the preferred one first. */
function receivedIn(
  { identity, address: own }: Context,
  { omemo2, legacy }: EncryptedElements,
  occasion: Occasion,
): Received[] {
  const received: Received[] = [];
  if (omemo2 !== undefined) {
    const { device, payload, keys } = omemo2;
    received.push({
      protocol: 'omemo2',
      device,
      keys: keys
        .filter((key) => key.device === identity.device && key.address === own)
        .map(({ data, isKeyExchange }) => ({ body: data, isPrekey: isKeyExchange })),
      ...(payload && { read: (secret) => openContent({ payload, secret }, occasion) }),
    });
  }
  if (legacy !== undefined) {
    const { device, payload, iv, keys } = legacy;
    received.push({
      protocol: 'legacy',
      device,
      keys: keys
        .filter((key) => key.device === identity.device)
        .map(({ data, isPreKey }) => ({ body: data, isPrekey: isPreKey })),
      ...(payload && { read: (secret) => ({ text: openText({ iv, payload, secret }), elements: [] }) }),
    });
  }
  return received;
}

/**
 * One message for one that came in both protocols. Some programs encrypt it for a device in both: what was read in the one
 * is not shown again from the other, whose ratchet moves on all the same.
 */
function mostSaid(results: readonly Decrypted[]): Decrypted {
  const kinds = ['content', 'duplicate', 'key-transport', 'unreadable'] as const;
  const chosen = kinds.flatMap((kind) => results.filter((result) => result.kind === kind))[0];
  if (chosen === undefined) throw new Error('there is no result');
  if (chosen.kind !== 'content' && chosen.kind !== 'key-transport') return chosen;
  const others = results.filter((result) => result !== chosen).filter(isAuthenticated);
  return others.reduce<typeof chosen>(
    (all, { writes, needsAnswer }) => ({
      ...all,
      writes: {
        ...all.writes,
        sessions: [...all.writes.sessions, ...writes.sessions],
        usedPrekeys: [...all.writes.usedPrekeys, ...writes.usedPrekeys],
      },
      needsAnswer: [...all.needsAnswer, ...needsAnswer],
    }),
    chosen,
  );
}

function isAuthenticated(
  result: Decrypted,
): result is Extract<Decrypted, { kind: 'content' | 'key-transport' }> {
  return result.kind === 'content' || result.kind === 'key-transport';
}

function openOne(context: Context, received: Received, sender: BareJid): Decrypted {
  const { device, protocol } = received;
  const line = { protocol, address: sender, device };
  try {
    return judge(context, received, line, openAny(context, line, received.keys));
  } catch (error) {
    if (!(error instanceof SessionFault)) throw error;
    if (error.reason === 'duplicate') return { kind: 'duplicate' };
    context.log('unreadable', { ...line, error: error.message, cause: String(error.cause) });
    return { kind: 'unreadable', reason: error.reason, device };
  }
}

function openAny({ identity, overlay }: Context, line: Line, candidates: readonly SealedBody[]): OpenedKey {
  const record = overlay.record(line);
  const prekeys = overlay.prekeys(line.protocol);
  let fault: unknown;
  for (const key of candidates.slice(0, MOST_TRIES)) {
    try {
      return openKey(PARAMETERS[line.protocol], identity, line, record, key, prekeys);
    } catch (error) {
      if (!(error instanceof SessionFault)) throw error;
      if (error.reason === 'duplicate') throw error;
      fault ??= error;
    }
  }
  throw fault as SessionFault;
}

/** The key in the ratchet is authentic: is it the device's key, and what does the message say? */
function judge(context: Context, { read }: Received, line: Line, opened: OpenedKey): Decrypted {
  const { overlay, log, now } = context;
  const { protocol, address, device } = line;
  const { identityKey, plaintext } = opened;
  const known = overlay.devices(address);
  const pinned = known.find((each) => each.device === device);
  const proof = { protocol, address, device, identityKey, at: now() };
  if (pinned?.identityKey !== undefined && !isSameKey(pinned.identityKey, identityKey)) {
    log('other-key', { ...line });
    const unreadable = { kind: 'unreadable', reason: 'forged', device } as const;
    // Only a new session can put another key into force; a late message of an old one says nothing about today.
    if (opened.usedPrekey === undefined) return unreadable;
    // The session itself is not kept: should a person trust the new key, the next message makes it again.
    const writes = { sessions: [], usedPrekeys: [], sender: { ...proof, isSeen: false } };
    overlay.keep(writes);
    return { ...unreadable, hasOtherKey: true, writes };
  }
  const trust = trustWithKey(pinned, identityKey, known);
  const writes: PendingWrites = {
    sessions: [{ ...line, record: opened.record }],
    usedPrekeys: usedBy(opened),
    sender: { ...proof, isSeen: true },
  };
  overlay.keep(writes);
  const needsAnswer = opened.needsAnswer ? [protocol] : [];
  const authenticated = { protocol, device, identityKey, trust, writes, needsAnswer };
  if (read === undefined) return { kind: 'key-transport', ...authenticated };
  try {
    return { kind: 'content', ...read(plaintext), ...authenticated };
  } catch (error) {
    if (!(error instanceof SessionFault) || error.reason === 'duplicate') throw error;
    log('unreadable', { ...line, error: error.message });
    // The ratchet has moved all the same: the message cannot become readable by waiting.
    return { kind: 'unreadable', reason: error.reason, device, writes, needsAnswer };
  }
}

function usedBy({ usedPrekey, baseKey = new Uint8Array() }: OpenedKey): PendingWrites['usedPrekeys'] {
  return usedPrekey === undefined ? [] : [{ id: usedPrekey, baseKey }];
}
