/**
 * What somebody who helps would want to know, as a text that the person sees before they copy it: versions, the system,
 * what servers offer, states and counts, and what of the log says nothing about anybody. No address, no name, no text.
 */
import { readFile, stat } from 'node:fs/promises';
import { arch, cpus, freemem, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { reduceEvent } from '../../shared/reduction.ts';
import { listChats } from '../store/chats.ts';
import { listContacts } from '../store/contacts.ts';
import { countPending } from '../store/outbox.ts';
import type { Account } from './account.ts';
import type { Household } from './engine.ts';
import { featuresOf } from './server-info.ts';
import { DATABASE_FILE, readVault } from './vault.ts';

const LINES = 60;
/** So much of the end of the log is looked at, in bytes. */
const TAIL = 65_536;

export async function writeDiagnosis(house: Household): Promise<string> {
  const profile = house.profile();
  const { host, database } = profile;
  const chats = listChats(database);
  const rooms = chats.filter(({ kind }) => kind === 'room').length;
  const vault = await readVault(host.profile);
  const protection = vault === 'new' ? undefined : vault.protection;
  const keyring = await host.keyring.backend();
  const parts = [
    [
      `Waxwing ${host.software.version}${host.updates === undefined ? '' : `, ${host.updates.carrier}`}`,
      describeRuntime(),
      describeSystem(process.env),
      `protection ${protection ?? 'unknown'}${keyring === undefined ? '' : `, ${plain(keyring)}`}`,
      `chats ${String(chats.length - rooms)}, rooms ${String(rooms)}, database ${await sizeOf(join(host.profile, DATABASE_FILE))}`,
    ],
    ...[...house.accounts.values()].map((account, index) => describeAccount(account, index + 1)),
    ['Last lines of the log', ...(await lastLines(join(host.profile, 'logs', 'waxwing.log')))],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The engine below, by the names and numbers that it gives itself. */
export function describeRuntime(
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): string {
  return ['electron', 'chrome', 'node', 'v8', 'openssl']
    .flatMap((name) => (versions[name] === undefined ? [] : [`${name} ${plain(versions[name])}`]))
    .join(', ');
}

function describeSystem(env: Readonly<Record<string, string | undefined>>): string {
  // A kernel of one's own may be named after anything: only its number is told.
  const number = /^\d+(?:\.\d+){0,3}/u.exec(release())?.[0] ?? '';
  const desktop = [env['XDG_CURRENT_DESKTOP'], env['XDG_SESSION_TYPE']].map((word) =>
    /^[A-Za-z:+-]{1,40}$/u.test(word ?? '') ? word : undefined,
  );
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  return [
    `${platform()} ${number} ${arch()}`,
    ...desktop.filter((word) => word !== undefined),
    `${String(cpus().length)} processors`,
    `${gibibytes(freemem())} of ${gibibytes(totalmem())} GiB free`,
  ].join(', ');
}

function describeAccount(account: Account, number: number): string[] {
  const { database } = account.profile;
  const { state, problem, enabled, archiving, server, proxy, pins } = account.row();
  const { connection } = account.link;
  const features = (wanted: string): string =>
    featuresOf(account)
      .flatMap(({ feature, state: each }) => (each === wanted ? [feature] : []))
      .join(', ') || 'none';
  return [
    `Account ${String(number)}: ${enabled ? state : 'signed out'}${problem === undefined ? '' : `, ${problem.code}`}`,
    connection === undefined
      ? 'no connection'
      : [
          connection.transport,
          connection.tlsVersion,
          connection.mechanism,
          connection.isResumed && 'resumed',
          connection.isResumable && 'resumable',
        ]
          .filter((word) => typeof word === 'string')
          .map(plain)
          .join(', '),
    `set by hand: ${[server && 'server', proxy && `proxy ${proxy.kind}`, pins.length > 0 && 'certificate'].filter(Boolean).join(', ') || 'nothing'}`,
    `offered: ${features('offered')}; missing: ${features('missing')}`,
    `archive ${archiving ?? 'unknown'}, contacts ${String(listContacts(database, account.id).length)}, waiting to be sent ${String(countPending(database, account.id))}`,
  ];
}

/** Of the log's last lines what `reduceEvent` lets through. */
async function lastLines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .slice(-TAIL)
    .split('\n')
    .slice(-LINES - 1)
    .flatMap((line) => {
      const { at, area, event, data } = parse(line);
      return typeof at === 'string' && typeof area === 'string' && typeof event === 'string'
        ? [reduceEvent(at, area, event, data)]
        : [];
    });
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // the first one was cut
  }
}

async function sizeOf(file: string): Promise<string> {
  const { size } = await stat(file);
  return `${String(Math.ceil(size / 1_000_000))} MB`;
}

/** What a program calls a version or a mechanism; anything else is not repeated. */
function plain(word: string): string {
  return /^[\w.+-]{1,40}$/u.test(word) ? word : '?';
}
