/** The accounts of the profile, with their passwords and the stream each can resume. */
import type { BareJid, FullJid } from '../../shared/jid.ts';
import { field, flag, oneOf, readJson, readStrings } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { removingMany } from './search-index.ts';

export type ServerRecord =
  | { readonly host: string; readonly port: number; readonly security: 'starttls' | 'direct' }
  | { readonly url: string };

export interface ProxyRecord {
  readonly kind: 'socks5' | 'http';
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** A stream that the server keeps for us (XEP-0198); `received` counts what is committed here. */
export interface SessionRecord {
  readonly id: string;
  readonly jid: FullJid;
  readonly received: number;
  readonly location?: string;
  readonly carrier?: 'websocket';
}

export interface AccountRecord {
  readonly id: number;
  readonly address: BareJid;
  readonly password: string;
  readonly resource: string;
  readonly hue: number;
  readonly enabled: boolean;
  readonly server?: ServerRecord;
  readonly proxy?: ProxyRecord;
  readonly pins: readonly string[];
  readonly scramSeen: boolean;
  readonly rosterVersion?: string;
  readonly session?: SessionRecord;
}

/** Absent means unchanged, `null` means none. */
export type AccountChanges = Partial<
  Omit<AccountRecord, 'id' | 'server' | 'proxy' | 'rosterVersion' | 'session'>
> & {
  readonly server?: ServerRecord | null;
  readonly proxy?: ProxyRecord | null;
  readonly rosterVersion?: string | null;
};

interface Columns {
  readonly address: string;
  readonly password: string;
  readonly resource: string;
  readonly hue: number;
  readonly enabled: number;
  readonly server: string | null;
  readonly proxy: string | null;
  readonly pins: string;
  readonly scram_seen: number;
  readonly roster_version: string | null;
  readonly session_id: string | null;
  readonly session_jid: string | null;
  readonly session_location: string | null;
  readonly session_received: number;
  readonly session_carrier: string | null;
}

type Row = Columns & { readonly id: number };

export function listAccounts(database: Database): AccountRecord[] {
  return prepare<[], Row>(database, 'SELECT * FROM accounts ORDER BY id').all().map(readAccount);
}

export function getAccount(database: Database, id: number): AccountRecord | undefined {
  const row = prepare<[number], Row>(database, 'SELECT * FROM accounts WHERE id = ?').get(id);
  return row && readAccount(row);
}

/**
 * Adds an account and returns its id.
 * @throws SQLITE_CONSTRAINT_UNIQUE when the profile has this address already
 */
export function insertAccount(database: Database, account: Omit<AccountRecord, 'id'>): number {
  const result = prepare<[Columns]>(
    database,
    `INSERT INTO accounts (address, password, resource, hue, enabled, server, proxy, pins, scram_seen,
       roster_version, session_id, session_jid, session_location, session_received, session_carrier)
     VALUES (@address, @password, @resource, @hue, @enabled, @server, @proxy, @pins, @scram_seen,
       @roster_version, @session_id, @session_jid, @session_location, @session_received, @session_carrier)`,
  ).run(writeAccount(account));
  return Number(result.lastInsertRowid);
}

/** Changes what is given. An account that does not exist is left alone. */
export function updateAccount(database: Database, id: number, changes: AccountChanges): void {
  const account = getAccount(database, id);
  if (account === undefined) return;
  const { server: oldServer, proxy: oldProxy, rosterVersion: oldVersion, ...rest } = account;
  const { server = oldServer, proxy = oldProxy, rosterVersion = oldVersion, ...others } = changes;
  const changed = {
    ...rest,
    ...others,
    ...(server != null && { server }),
    ...(proxy != null && { proxy }),
    ...(rosterVersion != null && { rosterVersion }),
  };
  prepare<[Row]>(
    database,
    `UPDATE accounts SET address = @address, password = @password, resource = @resource, hue = @hue,
       enabled = @enabled, server = @server, proxy = @proxy, pins = @pins, scram_seen = @scram_seen,
       roster_version = @roster_version
     WHERE id = @id`,
  ).run({ ...writeAccount(changed), id });
}

/** Removes the account and everything of it: contacts, chats, messages, keys. */
export function deleteAccount(database: Database, id: number): void {
  const remove = prepare<[number]>(database, 'DELETE FROM accounts WHERE id = ?');
  removingMany(database, () => remove.run(id));
}

/** Keeps the stream that can be resumed, or that there is none. */
export function setSession(database: Database, id: number, session: SessionRecord | undefined): void {
  prepare<[string | null, string | null, string | null, number, string | null, number]>(
    database,
    `UPDATE accounts SET session_id = ?, session_jid = ?, session_location = ?, session_received = ?,
       session_carrier = ? WHERE id = ?`,
  ).run(
    session?.id ?? null,
    session?.jid ?? null,
    session?.location ?? null,
    session?.received ?? 0,
    session?.carrier ?? null,
    id,
  );
}

/** How many stanzas of the server are handled; part of the transaction that handles them. */
export function setReceived(database: Database, id: number, received: number): void {
  prepare<[number, number]>(database, 'UPDATE accounts SET session_received = ? WHERE id = ?').run(
    received,
    id,
  );
}

function writeAccount(account: Omit<AccountRecord, 'id'>): Columns {
  const {
    address,
    password,
    resource,
    hue,
    enabled,
    server,
    proxy,
    pins,
    scramSeen,
    rosterVersion,
    session,
  } = account;
  return {
    address,
    password,
    resource,
    hue,
    enabled: flag(enabled),
    server: server === undefined ? null : JSON.stringify(server),
    proxy: proxy === undefined ? null : JSON.stringify(proxy),
    pins: JSON.stringify(pins),
    scram_seen: flag(scramSeen),
    roster_version: rosterVersion ?? null,
    session_id: session?.id ?? null,
    session_jid: session?.jid ?? null,
    session_location: session?.location ?? null,
    session_received: session?.received ?? 0,
    session_carrier: session?.carrier ?? null,
  };
}

function readAccount(row: Row): AccountRecord {
  const server = readServer(readJson(row.server));
  const proxy = row.proxy === null ? undefined : readProxy(readJson(row.proxy));
  const { session_id: session, session_jid: jid, session_location: location } = row;
  return {
    id: row.id,
    address: row.address as BareJid,
    password: row.password,
    resource: row.resource,
    hue: row.hue,
    enabled: row.enabled !== 0,
    ...(server !== undefined && { server }),
    ...(proxy !== undefined && { proxy }),
    pins: readStrings(row.pins),
    scramSeen: row.scram_seen !== 0,
    ...(row.roster_version !== null && { rosterVersion: row.roster_version }),
    ...(session !== null &&
      jid !== null && {
        session: {
          id: session,
          jid: jid as FullJid,
          received: row.session_received,
          ...(location !== null && { location }),
          ...(row.session_carrier === 'websocket' && { carrier: 'websocket' }),
        },
      }),
  };
}

function readServer(value: unknown): ServerRecord | undefined {
  const [host, port, url] = [field(value, 'host'), field(value, 'port'), field(value, 'url')];
  if (typeof url === 'string') return { url };
  if (typeof host !== 'string' || typeof port !== 'number') return undefined;
  return { host, port, security: oneOf(['starttls', 'direct'], field(value, 'security'), 'starttls') };
}

/**
 * A proxy that cannot be read is still a proxy: one that leads nowhere. Taking it for none would connect directly,
 * which is what the person wanted to prevent.
 */
function readProxy(value: unknown): ProxyRecord {
  const [host, port] = [field(value, 'host'), field(value, 'port')];
  const [username, password] = [field(value, 'username'), field(value, 'password')];
  return {
    kind: oneOf(['socks5', 'http'], field(value, 'kind'), 'socks5'),
    host: typeof host === 'string' ? host : '0.0.0.0',
    port: typeof port === 'number' ? port : 1,
    ...(typeof username === 'string' && { username }),
    ...(typeof password === 'string' && { password }),
  };
}
