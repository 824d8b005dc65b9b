/**
 * What others said of themselves (service discovery): by account for servers and their services, by hash for everybody
 * who advertises it. Whether a hash is true of what is kept under it was decided before.
 */
import { field, readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface IdentityRecord {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly language?: string;
}

export interface FormRecord {
  readonly formType?: string;
  readonly fields: readonly (readonly [name: string, values: readonly string[]])[];
}

export interface InfoRecord {
  readonly identities: readonly IdentityRecord[];
  readonly features: readonly string[];
  readonly forms: readonly FormRecord[];
}

export interface CapabilityKey {
  readonly protocol: string;
  readonly algorithm: string;
  readonly value: string;
}

/** More text than this, in characters, is kept of nobody. */
export const LONGEST_INFO = 65_536;
/** What a client says of itself is shorter; many are kept. */
export const LONGEST_CAPABILITIES = 16_384;
export const MOST_CAPABILITIES = 1_000;
/** Services of one server. */
export const MOST_DISCOVERED = 64;
/** So many are forgotten at once when there are too many, so that not every new one costs a search. */
const FORGET = 100;

// ————— By account ————————————————————————————————————————————————————————————————————————————————————————————

export function listDiscovered(database: Database, account: number): Map<string, InfoRecord> {
  const rows = prepare<[number], { address: string; info: string }>(
    database,
    'SELECT address, info FROM discovered WHERE account = ?',
  ).all(account);
  return new Map(rows.map(({ address, info }) => [address, readInfo(info)]));
}

/** Keeps what an address said; false when it is too much to be kept. */
export function putDiscovered(
  database: Database,
  account: number,
  address: string,
  info: InfoRecord,
): boolean {
  const text = JSON.stringify(info);
  if (text.length > LONGEST_INFO) return false;
  prepare<[number, string, string]>(
    database,
    `INSERT INTO discovered (account, address, info) VALUES (?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET info = excluded.info`,
  ).run(account, address, text);
  return true;
}

/** Forgets all addresses but these. */
export function keepDiscovered(database: Database, account: number, addresses: readonly string[]): void {
  prepare<[number, string]>(
    database,
    'DELETE FROM discovered WHERE account = ? AND address NOT IN (SELECT value FROM json_each(?))',
  ).run(account, JSON.stringify(addresses.slice(0, MOST_DISCOVERED)));
}

// ————— By hash ———————————————————————————————————————————————————————————————————————————————————————————————

export function getCapabilities(database: Database, key: CapabilityKey): InfoRecord | undefined {
  const row = prepare<[string, string, string], { info: string }>(
    database,
    'SELECT info FROM capabilities WHERE protocol = ? AND algorithm = ? AND value = ?',
  ).get(key.protocol, key.algorithm, key.value);
  return row && readInfo(row.info);
}

/**
 * Keeps verified capabilities; false when they are too long.
 * @param now milliseconds since 1970
 */
export function putCapabilities(
  database: Database,
  key: CapabilityKey,
  info: InfoRecord,
  now: number,
): boolean {
  const text = JSON.stringify(info);
  if (text.length > LONGEST_CAPABILITIES) return false;
  prepare<[string, string, string, string, number]>(
    database,
    `INSERT INTO capabilities (protocol, algorithm, value, info, used) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET info = excluded.info, used = excluded.used`,
  ).run(key.protocol, key.algorithm, key.value, text, now);
  const { count } = prepare<[], { count: number }>(
    database,
    'SELECT count(*) AS count FROM capabilities',
  ).get() ?? {
    count: 0,
  };
  if (count > MOST_CAPABILITIES) {
    prepare<[number]>(
      database,
      `DELETE FROM capabilities WHERE (protocol, algorithm, value) IN
         (SELECT protocol, algorithm, value FROM capabilities ORDER BY used LIMIT ?)`,
    ).run(FORGET);
  }
  return true;
}

/** Says that capabilities were needed again. */
export function touchCapabilities(database: Database, key: CapabilityKey, now: number): void {
  prepare<[number, string, string, string]>(
    database,
    'UPDATE capabilities SET used = ? WHERE protocol = ? AND algorithm = ? AND value = ?',
  ).run(now, key.protocol, key.algorithm, key.value);
}

// ————— Reading ———————————————————————————————————————————————————————————————————————————————————————————————

function readInfo(text: string): InfoRecord {
  const value = readJson(text);
  return {
    identities: list(field(value, 'identities')).flatMap((each) => {
      const [category, type] = [field(each, 'category'), field(each, 'type')];
      const [name, language] = [field(each, 'name'), field(each, 'language')];
      if (typeof category !== 'string' || typeof type !== 'string') return [];
      return [
        {
          category,
          type,
          ...(typeof name === 'string' && { name }),
          ...(typeof language === 'string' && { language }),
        },
      ];
    }),
    features: texts(field(value, 'features')),
    forms: list(field(value, 'forms')).map((each) => {
      const formType = field(each, 'formType');
      const fields = list(field(each, 'fields')).flatMap((pair) => {
        const [name, values] = list(pair);
        return typeof name === 'string' ? [[name, texts(values)] as const] : [];
      });
      return { ...(typeof formType === 'string' && { formType }), fields };
    }),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] =>
  list(value).filter((each): each is string => typeof each === 'string');
