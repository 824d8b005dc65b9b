/** The contact list as the server last told it, and who asks to be on it. Presence is not kept. */
import type { ContactRow } from '../../shared/contract.ts';
import { flag, oneOf, readStrings } from './columns.ts';
import { prepare, transaction, type Database } from './database.ts';

const subscriptions = ['none', 'to', 'from', 'both'] as const satisfies readonly ContactRow['subscription'][];

export interface ContactRecord {
  readonly account: number;
  readonly address: string;
  readonly name: string;
  readonly subscription: ContactRow['subscription'];
  readonly asking: boolean;
  readonly groups: readonly string[];
}

export interface ContactRequestRecord {
  account: number;
  address: string;
  note: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The address that they had before, verified. */
  movedFrom?: string;
}

interface Row {
  readonly account: number;
  readonly address: string;
  readonly name: string;
  readonly subscription: string;
  readonly asking: number;
  readonly groups: string;
}

/** The contacts of one account, or of all. */
export function listContacts(database: Database, account?: number): ContactRecord[] {
  const rows =
    account === undefined
      ? prepare<[], Row>(database, 'SELECT * FROM contacts ORDER BY account, address').all()
      : prepare<[number], Row>(database, 'SELECT * FROM contacts WHERE account = ? ORDER BY address').all(
          account,
        );
  return rows.map(readContact);
}

export function getContact(database: Database, account: number, address: string): ContactRecord | undefined {
  const row = prepare<[number, string], Row>(
    database,
    'SELECT * FROM contacts WHERE account = ? AND address = ?',
  ).get(account, address);
  return row && readContact(row);
}

/** Adds a contact or takes the place of what was known about it. */
export function putContact(database: Database, contact: ContactRecord): void {
  prepare<[Row]>(
    database,
    `INSERT INTO contacts (account, address, name, subscription, asking, groups)
     VALUES (@account, @address, @name, @subscription, @asking, @groups)
     ON CONFLICT (account, address) DO UPDATE SET name = excluded.name, subscription = excluded.subscription,
       asking = excluded.asking, groups = excluded.groups`,
  ).run({ ...contact, asking: flag(contact.asking), groups: JSON.stringify(contact.groups) });
}

/** Returns whether there was such a contact. */
export function deleteContact(database: Database, account: number, address: string): boolean {
  return (
    prepare<[number, string]>(database, 'DELETE FROM contacts WHERE account = ? AND address = ?').run(
      account,
      address,
    ).changes > 0
  );
}

/** Makes the account's list exactly this one. Returns what is new or different, and the addresses that went. */
export function replaceContacts(
  database: Database,
  account: number,
  contacts: readonly ContactRecord[],
): { changed: ContactRecord[]; removed: string[] } {
  return transaction(database, () => {
    const before = new Map(listContacts(database, account).map((each) => [each.address, each]));
    // An address that a server lists twice counts as it was listed last.
    const after = new Map(contacts.map((each) => [each.address, { ...each, account }]));
    const changed = [...after.values()].filter((each) => !isSame(before.get(each.address), each));
    const removed = [...before.keys()].filter((address) => !after.has(address));
    for (const contact of changed) putContact(database, contact);
    for (const address of removed) deleteContact(database, account, address);
    return { changed, removed };
  });
}

export function listContactRequests(database: Database): ContactRequestRecord[] {
  return prepare<[], ContactRequestRow>(
    database,
    'SELECT account, address, note, at, moved_from FROM contact_requests ORDER BY at, account, address',
  )
    .all()
    .map(readRequest);
}

type ContactRequestRow = Omit<ContactRequestRecord, 'movedFrom'> & { readonly moved_from: string | null };

function readRequest({ moved_from: movedFrom, ...request }: ContactRequestRow): ContactRequestRecord {
  return { ...request, ...(movedFrom !== null && { movedFrom }) };
}

export function getContactRequest(
  database: Database,
  account: number,
  address: string,
): ContactRequestRecord | undefined {
  const row = prepare<[number, string], ContactRequestRow>(
    database,
    'SELECT account, address, note, at, moved_from FROM contact_requests WHERE account = ? AND address = ?',
  ).get(account, address);
  return row && readRequest(row);
}

/** Notes where somebody who asks has moved from; who asks no more is left alone. */
export function setMovedFrom(database: Database, account: number, address: string, movedFrom: string): void {
  prepare<[string, number, string]>(
    database,
    'UPDATE contact_requests SET moved_from = ? WHERE account = ? AND address = ?',
  ).run(movedFrom, account, address);
}

/** Keeps a request; one that is repeated keeps its newest words and time. */
export function putContactRequest(database: Database, request: ContactRequestRecord): void {
  const { account, address, note, at } = request;
  prepare<[Omit<ContactRequestRecord, 'movedFrom'>]>(
    database,
    `INSERT INTO contact_requests (account, address, note, at) VALUES (@account, @address, @note, @at)
     ON CONFLICT (account, address) DO UPDATE SET note = excluded.note, at = excluded.at`,
  ).run({ account, address, note, at });
}

/** Returns whether there was such a request. */
export function deleteContactRequest(database: Database, account: number, address: string): boolean {
  return (
    prepare<[number, string]>(database, 'DELETE FROM contact_requests WHERE account = ? AND address = ?').run(
      account,
      address,
    ).changes > 0
  );
}

function isSame(a: ContactRecord | undefined, b: ContactRecord): boolean {
  return (
    a !== undefined &&
    a.name === b.name &&
    a.subscription === b.subscription &&
    a.asking === b.asking &&
    JSON.stringify(a.groups) === JSON.stringify(b.groups)
  );
}

function readContact(row: Row): ContactRecord {
  return {
    account: row.account,
    address: row.address,
    name: row.name,
    subscription: oneOf(subscriptions, row.subscription, 'none'),
    asking: row.asking !== 0,
    groups: readStrings(row.groups),
  };
}
