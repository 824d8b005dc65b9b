/** What an account signs in with beside its password, which is with the account. All of it is secret. */
import { field, flag, readJson, readStrings } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface TokenRecord {
  readonly mechanism: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly expiry: number;
  readonly count: number;
}

export interface KeysRecord {
  readonly family: string;
  readonly salt: string;
  readonly iterations: number;
  readonly clientKey: string;
  readonly serverKey: string;
}

export interface OfferRecord {
  readonly mechanisms: readonly string[];
  readonly resumes: boolean;
  readonly binds?: readonly string[];
  readonly fast: readonly string[];
}

export interface MemoryRecord {
  readonly agent: string;
  readonly token?: TokenRecord;
  readonly keys?: KeysRecord;
  readonly offer?: OfferRecord;
  readonly sasl2Seen: boolean;
}

/** PEM with a key that nothing protects but the database, or a PKCS#12 file in base64 with its passphrase. */
export type CertificateRecord =
  | { readonly certificate: string; readonly key: string }
  | { readonly certificate: string; readonly pfx: string; readonly passphrase: string };

export interface CredentialsRecord {
  readonly keepsPassword: boolean;
  readonly certificate?: CertificateRecord;
  readonly memory: MemoryRecord;
}

interface Columns {
  readonly account: number;
  readonly agent: string;
  readonly keep_password: number;
  readonly certificate: string | null;
  readonly token: string | null;
  readonly keys: string | null;
  readonly offer: string | null;
  readonly sasl2_seen: number;
}

export function getCredentials(database: Database, account: number): CredentialsRecord | undefined {
  const row = prepare<[number], Columns>(database, 'SELECT * FROM credentials WHERE account = ?').get(
    account,
  );
  return row && readCredentials(row);
}

/** Keeps these instead of what was there. */
export function putCredentials(database: Database, account: number, record: CredentialsRecord): void {
  const { keepsPassword, certificate, memory } = record;
  const json = (value: object | undefined): string | null =>
    value === undefined ? null : JSON.stringify(value);
  prepare<[Columns]>(
    database,
    `INSERT INTO credentials (account, agent, keep_password, certificate, token, keys, offer, sasl2_seen)
     VALUES (@account, @agent, @keep_password, @certificate, @token, @keys, @offer, @sasl2_seen)
     ON CONFLICT (account) DO UPDATE SET agent = @agent, keep_password = @keep_password,
       certificate = @certificate, token = @token, keys = @keys, offer = @offer, sasl2_seen = @sasl2_seen`,
  ).run({
    account,
    agent: memory.agent,
    keep_password: flag(keepsPassword),
    certificate: json(certificate),
    token: json(memory.token),
    keys: json(memory.keys),
    offer: json(memory.offer),
    sasl2_seen: flag(memory.sasl2Seen),
  });
}

function readCredentials(row: Columns): CredentialsRecord {
  const certificate = readCertificate(readJson(row.certificate));
  const [token, keys, offer] = [readToken(row.token), readKeys(row.keys), readOffer(row.offer)];
  return {
    keepsPassword: row.keep_password !== 0,
    ...(certificate !== undefined && { certificate }),
    memory: {
      agent: row.agent,
      ...(token !== undefined && { token }),
      ...(keys !== undefined && { keys }),
      ...(offer !== undefined && { offer }),
      sasl2Seen: row.sasl2_seen !== 0,
    },
  };
}

/** The fields if all of them are texts. */
function texts<K extends string>(value: unknown, ...names: readonly K[]): Record<K, string> | undefined {
  const found = names.map((name) => [name, field(value, name)] as const);
  return found.every(([, text]) => typeof text === 'string')
    ? (Object.fromEntries(found) as Record<K, string>)
    : undefined;
}

function readCertificate(value: unknown): CertificateRecord | undefined {
  return texts(value, 'certificate', 'key') ?? texts(value, 'certificate', 'pfx', 'passphrase');
}

function readToken(json: string | null): TokenRecord | undefined {
  const value = readJson(json);
  const read = texts(value, 'mechanism', 'secret');
  const [expiry, count] = [field(value, 'expiry'), field(value, 'count')];
  if (read === undefined || typeof expiry !== 'number' || typeof count !== 'number') return undefined;
  return { ...read, expiry, count };
}

function readKeys(json: string | null): KeysRecord | undefined {
  const value = readJson(json);
  const read = texts(value, 'family', 'salt', 'clientKey', 'serverKey');
  const iterations = field(value, 'iterations');
  return read === undefined || typeof iterations !== 'number' ? undefined : { ...read, iterations };
}

function readOffer(json: string | null): OfferRecord | undefined {
  const value = readJson(json);
  const list = (name: string): string[] => readStrings(JSON.stringify(field(value, name) ?? null));
  const mechanisms = list('mechanisms');
  if (mechanisms.length === 0) return undefined;
  return {
    mechanisms,
    resumes: field(value, 'resumes') === true,
    ...(field(value, 'binds') !== undefined && { binds: list('binds') }),
    fast: list('fast'),
  };
}
