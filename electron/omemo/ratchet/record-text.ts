/**
 * Sessions as text for the database: a version, the protocol, the sessions, and a check sum, in base64. What is damaged,
 * of another protocol or another version reads as no session at all, so that a new one is made; nothing here throws.
 */
import { hash } from 'node:crypto';
import { hasKeyForm } from '../curve.ts';
import type { Parameters } from './parameters.ts';
import { KEPT_SESSIONS, listSessions, NO_SESSIONS, type Sessions } from './record.ts';
import { MOST_CHAINS, MOST_SKIPPED, type Chain, type PastChain, type Session } from './session.ts';
import { areSound, countOf } from './skipped-keys.ts';

const VERSION = 1;
const KEY = 32;
const ENTRY = 36;
const SUM = 8;
const DJB = 0x05;
/** What no honest record reaches: 21 sessions with all that they may hold take about 900 kB. */
const TEXT_LIMIT = 2_000_000;

const BEGUN = 1;
const PENDING = 2;
const RECEIVING = 4;

export function writeSessions(parameters: Parameters, sessions: Sessions): string {
  const list = listSessions(sessions);
  const body = Buffer.concat([
    Uint8Array.of(VERSION, parameters.tag, sessions.open === undefined ? 0 : 1, list.length),
    ...list.flatMap((session) => sessionParts(parameters, session)),
  ]);
  return Buffer.concat([body, sumOf(body)]).toString('base64');
}

export function readSessions(parameters: Parameters, text: string): Sessions {
  if (text.length > TEXT_LIMIT) return NO_SESSIONS;
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  const body = bytes.subarray(0, -SUM);
  if (bytes.length <= SUM || !sumOf(body).equals(bytes.subarray(-SUM))) return NO_SESSIONS;
  const cursor = new Cursor(body);
  const [version, tag, opened, count] = cursor.take(4);
  if (version !== VERSION || tag !== parameters.tag || opened === undefined || count === undefined) {
    return NO_SESSIONS;
  }
  const list: Session[] = [];
  for (let index = 0; index < Math.min(count, KEPT_SESSIONS + 1); index += 1) {
    const session = readSession(parameters, cursor);
    if (session !== undefined) list.push(session);
  }
  if (list.length !== count || !cursor.isAtEnd || opened > Math.min(1, count)) return NO_SESSIONS;
  const [open, ...rest] = list;
  return opened === 1 && open !== undefined ? { open, closed: rest } : { closed: list };
}

// ————— One session ———————————————————————————————————————————————————————————————————————————————————————

function sessionParts({ keyForm }: Parameters, session: Session): Uint8Array[] {
  const { identity, pending, receiving, past } = session;
  const flags = (session.hasBegun ? BEGUN : 0) | (pending ? PENDING : 0) | (receiving ? RECEIVING : 0);
  return [
    Uint8Array.of(flags),
    identity.key.subarray(1),
    ...(keyForm === 'plain' ? [identity.sent] : []),
    session.baseKey.subarray(1),
    session.rootKey,
    session.ratchet.publicKey.subarray(1),
    session.ratchet.privateKey,
    ...chainParts(session.sending),
    number(session.previous),
    ...(pending ? [number(pending.prekey), number(pending.signedPrekey)] : []),
    ...(receiving ? [receiving.key, ...pastParts(receiving)] : []),
    number(past.length),
    ...past.flatMap(pastParts),
  ];
}

function chainParts({ key, next }: Chain): Uint8Array[] {
  return [key, number(next)];
}

function pastParts({ ratchetKey, next, skipped }: PastChain): Uint8Array[] {
  return [ratchetKey.subarray(1), number(next), number(countOf(skipped)), skipped];
}

/** `undefined` when it runs over the end or holds what no session can hold. */
function readSession({ keyForm }: Parameters, cursor: Cursor): Session | undefined {
  const flags = cursor.take(1)[0] ?? 0xff;
  const key = cursor.takeKey();
  const identity = { key, sent: keyForm === 'plain' ? cursor.take(KEY) : key };
  const baseKey = cursor.takeKey();
  const rootKey = cursor.take(KEY);
  const ratchet = { publicKey: cursor.takeKey(), privateKey: cursor.take(KEY) };
  const sending = readChain(cursor);
  const previous = cursor.takeNumber();
  const pending =
    (flags & PENDING) === 0 ? undefined : { prekey: cursor.takeNumber(), signedPrekey: cursor.takeNumber() };
  const receiving = (flags & RECEIVING) === 0 ? undefined : { key: cursor.take(KEY), ...readPast(cursor) };
  const chains = cursor.takeNumber();
  const past = Array.from({ length: Math.min(chains, MOST_CHAINS + 1) }, () => readPast(cursor));
  const all = receiving ? [...past, receiving] : past;
  const isSound =
    !cursor.isOver &&
    flags <= (BEGUN | PENDING | RECEIVING) &&
    chains <= MOST_CHAINS &&
    [key, baseKey, ratchet.publicKey, ...all.map(({ ratchetKey }) => ratchetKey)].every(hasKeyForm) &&
    all.every(({ skipped, next }) => areSound(skipped, next)) &&
    all.reduce((sum, { skipped }) => sum + countOf(skipped), 0) <= MOST_SKIPPED;
  if (!isSound) return undefined;
  return {
    hasBegun: (flags & BEGUN) !== 0,
    identity,
    baseKey,
    ...(pending && { pending }),
    rootKey,
    ratchet,
    sending,
    previous,
    ...(receiving && { receiving }),
    past,
  };
}

function readChain(cursor: Cursor): Chain {
  return { key: cursor.take(KEY), next: cursor.takeNumber() };
}

function readPast(cursor: Cursor): PastChain {
  const ratchetKey = cursor.takeKey();
  const next = cursor.takeNumber();
  const count = cursor.takeNumber();
  return { ratchetKey, next, skipped: cursor.take(Math.min(count, MOST_SKIPPED + 1) * ENTRY) };
}

/** A place in bytes. Beyond their end it hands out nothing and remembers that it was asked. */
class Cursor {
  isOver = false;
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return !this.isOver && this.#at === this.#bytes.length;
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) this.isOver = true;
    const taken = this.isOver ? new Uint8Array() : this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  takeNumber(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.take(4);
    return a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  }

  takeKey(): Uint8Array {
    const key = new Uint8Array(1 + KEY);
    key[0] = DJB;
    key.set(this.take(KEY), 1);
    return key;
  }
}

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sumOf(body: Uint8Array): Buffer {
  return hash('sha256', body, 'buffer').subarray(0, SUM);
}
