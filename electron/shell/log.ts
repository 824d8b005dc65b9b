/**
 * The log: one JSON line for each event in `<profile>/logs`, rotated by size. Addresses are shortened and anything
 * named like a secret or a text is withheld here, so that no caller can forget it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type Log = (area: string, event: string, data?: Readonly<Record<string, unknown>>) => void;

export interface LogFile {
  readonly log: Log;
  /** Writes what waits, now. */
  readonly flush: () => void;
}

export interface LogOptions {
  readonly folder: string;
  /** Repeats each line on the standard error stream. */
  readonly isEcho: boolean;
  /** Bytes of one file; three files are kept. 1 MiB when absent. */
  readonly size?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const KEPT = 3;
/** Lines wait this long, in milliseconds, so that a burst is one write. */
const DELAY = 200;
/** Lines beyond this many in one burst are counted instead of kept. */
const MOST_WAITING = 500;

export function openLog({ folder, isEcho, size = 1_048_576, now }: LogOptions): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = (number: number): string =>
    join(folder, number === 0 ? 'waxwing.log' : `waxwing.${String(number)}.log`);
  const redact = createRedaction();
  let waiting: string[] = [];
  let dropped = 0;
  let written = sizeOf(path(0));
  let timer: NodeJS.Timeout | undefined;

  const rotate = (): void => {
    rmSync(path(KEPT - 1), { force: true });
    for (let number = KEPT - 2; number >= 0; number -= 1) {
      if (sizeOf(path(number)) > 0) renameSync(path(number), path(number + 1));
    }
    written = 0;
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    if (dropped > 0) waiting.push(line(now(), 'log', 'dropped', { lines: dropped }));
    const text = waiting.join('');
    waiting = [];
    dropped = 0;
    try {
      if (written > 0 && written + text.length > size) rotate();
      appendFileSync(path(0), text, { mode: 0o600 });
      written += Buffer.byteLength(text);
    } catch (error) {
      // A full disk must not stop the messenger; there is no better place left to say it.
      process.stderr.write(`log: ${String(error)}\n`);
    }
  };

  return {
    flush,
    log(area, event, data) {
      const text = line(now(), area, event, redact(data));
      if (isEcho) process.stderr.write(text);
      if (waiting.length >= MOST_WAITING) {
        dropped += 1;
        return;
      }
      waiting.push(text);
      timer ??= setTimeout(flush, DELAY).unref();
    },
  };
}

function line(at: number, area: string, event: string, data: unknown): string {
  return `${JSON.stringify({ at: new Date(at).toISOString(), area, event, ...(data === undefined ? {} : { data }) })}\n`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

// ————— What may be written ——————————————————————————————————————————————————————————————————————————————————

const LONGEST = 2_000;
const DEEPEST = 4;
const MOST_ENTRIES = 50;
/** Names of values that are never written, whatever they hold. */
const WITHHELD = /body|text|password|passphrase|secret|token|key(?!ring)|draft|input|recovery/iu;
/** An XMPP address within a string, with its resource (RFC 7622 §3.1, generously). */
const ADDRESS = /([^\s@/<>"':&=]{1,1023})@([^\s@/<>"':&=,;()[\]{}]{1,1023})(?:\/[^\s<>"']*)?/gu;

/**
 * Makes the function that turns any value into one that may be written. An address becomes its first two letters and
 * a hash under a key that lives as long as the process: lines can be brought together, addresses not be guessed.
 */
export function createRedaction(): (value: unknown) => unknown {
  const key = randomBytes(32);
  const shorten = (address: string): string => {
    const letters = [...address].slice(0, 2).join('');
    return `${letters}…${createHmac('sha256', key).update(address).digest('hex').slice(0, 8)}`;
  };
  const clean = (text: string): string =>
    text
      .slice(0, LONGEST)
      .replace(ADDRESS, (_whole, local: string, domain: string) => shorten(`${local}@${domain}`));

  const redact = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return clean(value);
    if (value instanceof Error) return clean(value.stack ?? value.message);
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
    if (depth === DEEPEST) return '[deep]';
    if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => redact(entry, depth + 1));
    if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, MOST_ENTRIES)
        .map(([name, entry]) => [
          name,
          WITHHELD.test(name) && typeof entry !== 'number' && typeof entry !== 'boolean'
            ? '[withheld]'
            : redact(entry, depth + 1),
        ]),
    );
  };
  return (value) => redact(value, 0);
}
