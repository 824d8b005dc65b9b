/**
 * Reads the records that libsignal-protocol-typescript left, so that sessions survive the change of engine. It is a way
 * in only: what was read is written as ours. A session that makes no sense is left out; nothing here throws.
 */
import { hasKeyForm } from '../curve.ts';
import { KEPT_SESSIONS, NO_SESSIONS, type Sessions } from './record.ts';
import { MOST_SKIPPED, withinBounds, type PastChain, type Session } from './session.ts';
import { append, NONE, type SkippedKeys } from './skipped-keys.ts';

/** The library's `BaseKeyType.OURS` and `ChainType`. */
const OURS = 1;
const SENDING = 1;
const RECEIVING = 2;
const OPEN = -1;
const LARGEST = 2 ** 32 - 1;

/** The sessions in a record of the library; none when it is not one. */
export function fromLibrary(record: string): Sessions {
  const sessions = part(parse(record), 'sessions');
  const read = Object.values(isObject(sessions) ? sessions : {}).flatMap((value) => {
    const session = readSession(value);
    const closed = part(part(value, 'indexInfo'), 'closed');
    return session !== undefined && typeof closed === 'number' ? [{ session, closed }] : [];
  });
  const [open, ...others] = read.filter(({ closed }) => closed === OPEN);
  if (others.length > 0) return NO_SESSIONS;
  const closed = read
    .filter((each) => each.closed !== OPEN)
    .sort((a, b) => b.closed - a.closed)
    .slice(0, KEPT_SESSIONS)
    .map(({ session }) => session);
  return { ...(open && { open: open.session }), closed };
}

function readSession(value: unknown): Session | undefined {
  const index = part(value, 'indexInfo');
  const ratchet = part(value, 'currentRatchet');
  const chains = part(value, 'chains');
  const key = publicKey(part(index, 'remoteIdentityKey'));
  const baseKey = publicKey(part(index, 'baseKey'));
  const rootKey = secret(part(ratchet, 'rootKey'));
  const pair = part(ratchet, 'ephemeralKeyPair');
  const ownKey = publicKey(part(pair, 'pubKey'));
  const privateKey = secret(part(pair, 'privKey'));
  const previous = count(part(ratchet, 'previousCounter'));
  if (key === undefined || baseKey === undefined || rootKey === undefined) return undefined;
  if (ownKey === undefined || privateKey === undefined || previous === undefined) return undefined;
  const sending = readChain(chains, ownKey, SENDING);
  if (sending?.key === undefined) return undefined;

  const theirs = publicKey(part(ratchet, 'lastRemoteEphemeralKey'));
  const present = theirs && readChain(chains, theirs, RECEIVING);
  const old = part(value, 'oldRatchetList');
  const past = (Array.isArray(old) ? old : []).flatMap((entry): PastChain[] => {
    const ratchetKey = publicKey(part(entry, 'ephemeralKey'));
    const chain = ratchetKey && readChain(chains, ratchetKey, RECEIVING);
    return ratchetKey && chain ? [{ ratchetKey, next: chain.next, skipped: chain.skipped }] : [];
  });

  const waiting = part(value, 'pendingPreKey');
  const prekey = count(part(waiting, 'preKeyId'));
  const signedPrekey = count(part(waiting, 'signedKeyId'));
  if (waiting !== undefined && (prekey === undefined || signedPrekey === undefined)) return undefined;
  return withinBounds({
    hasBegun: part(index, 'baseKeyType') === OURS,
    identity: { key, sent: key },
    baseKey,
    ...(prekey !== undefined && signedPrekey !== undefined && { pending: { prekey, signedPrekey } }),
    rootKey,
    ratchet: { publicKey: ownKey, privateKey },
    sending: { key: sending.key, next: sending.next },
    // It holds the counter of the last message, which is 0 too when there was none: both are written as 0 again.
    previous: previous + 1,
    ...(theirs &&
      present?.key && {
        receiving: { ratchetKey: theirs, key: present.key, next: present.next, skipped: present.skipped },
      }),
    past,
  });
}

interface LibraryChain {
  /** Absent in a chain that is past. */
  readonly key?: Uint8Array;
  readonly next: number;
  readonly skipped: SkippedKeys;
}

function readChain(chains: unknown, ratchetKey: Uint8Array, type: number): LibraryChain | undefined {
  const chain = part(chains, Buffer.from(ratchetKey).toString('base64'));
  const chainKey = part(chain, 'chainKey');
  const last = part(chainKey, 'counter'); // -1 before the first message
  const next = count(typeof last === 'number' ? last + 1 : undefined);
  const key = secret(part(chainKey, 'key'));
  if (next === undefined || part(chain, 'chainType') !== type) return undefined;
  const kept = part(chain, 'messageKeys');
  const entries = Object.entries(isObject(kept) ? kept : {})
    .flatMap(([name, value]): [number, Uint8Array][] => {
      const counter = /^\d{1,10}$/.test(name) ? Number(name) : next;
      const messageKey = secret(value);
      return counter < next && messageKey !== undefined ? [[counter, messageKey]] : [];
    })
    .sort(([a], [b]) => a - b)
    .slice(-MOST_SKIPPED);
  const skipped = entries.reduce((keys, [counter, messageKey]) => append(keys, counter, [messageKey]), NONE);
  return { ...(key && { key }), next, skipped };
}

// ————— What JSON may hold ————————————————————————————————————————————————————————————————————————————————

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not a record
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function part(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function bytes(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' && value.length <= 64 ? Buffer.from(value, 'base64') : undefined;
}

function secret(value: unknown): Uint8Array | undefined {
  const read = bytes(value);
  return read?.length === 32 ? read : undefined;
}

function publicKey(value: unknown): Uint8Array | undefined {
  const read = bytes(value);
  return hasKeyForm(read) ? read : undefined;
}

function count(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST;
  return isCount ? value : undefined;
}
