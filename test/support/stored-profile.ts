/** A profile with chats in which one thing was said each, written straight into its database: no engine, no server. */
import { join } from 'node:path';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { messageAdded, openChat } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { noKeyring } from './ready-profile.ts';

export interface StoredChat {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly isOutgoing: boolean;
}

function jid(text: string): BareJid {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function fillChat(database: Database, account: number, { name, at, isOutgoing }: StoredChat): void {
  const address = jid(`${name.toLowerCase().replace(' ', '.')}@away.example`);
  putContact(database, { account, address, name, subscription: 'both', asking: false, groups: [] });
  const { chat } = openChat(database, account, address, at);
  const message = insertMessage(database, {
    account,
    chat: chat.id,
    isOutgoing,
    sender: isOutgoing ? 'me@home.example' : address,
    text: `hello from ${name}`,
    at,
    delivery: isOutgoing ? 'delivered' : 'received',
    encryption: 'omemo',
  });
  messageAdded(database, chat.id, message);
}

/** Makes the profile in a folder, with one account that stays offline. */
export async function storeProfile(folder: string, people: readonly StoredChat[]): Promise<void> {
  const { key } = await createVault(folder, noKeyring, { consent: true });
  const database = openDatabase(join(folder, DATABASE_FILE), key);
  const account = insertAccount(database, {
    address: jid('me@home.example'),
    password: 'secret',
    resource: 'test',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  transaction(database, () => {
    for (const person of people) fillChat(database, account, person);
  });
  closeDatabase(database);
}
