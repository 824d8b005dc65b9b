/**
 * Keeps a short report of what ended unexpectedly, in the profile and nowhere else: when, which versions, and what the
 * log said shortly before, without anything that says who or what. No memory is dumped: it would hold keys and messages.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashKind } from '../../shared/calls/diagnosis.ts';
import { reduceEvent } from '../../shared/reduction.ts';
import type { Log } from './log.ts';

const KEPT = 10;
/** Events before it that are told. */
const BEFORE = 30;
/** A second one of its kind within so many milliseconds tells nothing new. */
const CALM = 60_000;

const KINDS: Readonly<Record<string, CrashKind>> = {
  'shell uncaught': 'fault',
  'shell unhandled': 'fault',
  'engine uncaught': 'fault',
  'engine unhandled': 'fault',
  'engine bug': 'fault',
  'shell engine-lost': 'engine',
  'shell page-gone': 'page',
  'shell process-gone': 'process',
};
/** It was told to end. */
const ORDERLY: ReadonlySet<unknown> = new Set(['clean-exit', 'stopped']);

export interface CrashReportOptions {
  readonly folder: string;
  /** Lines about this program and the system: no word of the person's. */
  readonly about: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** @returns a log that passes on to `log`, and keeps a report when what it is told says that something ended */
export function keepCrashes(log: Log, { folder, about, now }: CrashReportOptions): Log {
  const lines: string[] = [];
  const last = new Map<CrashKind, number>();

  const keep = (kind: CrashKind, at: string): void => {
    const name = `${at.replaceAll(/[-:.]/gu, '')}-${randomBytes(2).toString('hex')}.txt`;
    const text = [
      'Waxwing ended unexpectedly, in part or as a whole.',
      `kind: ${kind}`,
      ...about,
      '',
      ...lines,
    ];
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), `${text.join('\n')}\n`, { mode: 0o600 });
    for (const old of readdirSync(folder).toSorted().slice(0, -KEPT))
      rmSync(join(folder, old), { force: true });
  };

  return (area, event, data) => {
    log(area, event, data);
    const at = new Date(now()).toISOString();
    lines.push(reduceEvent(at, area, event, data));
    if (lines.length > BEFORE) lines.shift();
    const kind = KINDS[`${area} ${event}`];
    if (kind === undefined || ORDERLY.has(data?.['reason']) || now() - (last.get(kind) ?? -Infinity) < CALM)
      return;
    last.set(kind, now());
    try {
      keep(kind, at);
    } catch (error) {
      log('shell', 'crash-not-kept', { error });
    }
  };
}
