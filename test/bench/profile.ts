/** A profile as somebody has it after a while: one account, many chats and messages, made from a fixed seed. */
import { join } from 'node:path';
import { readBareJid } from '../../shared/jid.ts';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { messageAdded, openChat } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction } from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { seededRandom } from '../support/random.ts';
import { noKeyring } from '../support/ready-profile.ts';

const WORDS = 'wax wing berry winter flock branch rowan snow north song crest amber feather morning'.split(
  ' ',
);
const START = Date.UTC(2026, 0, 1);

/** Fills an empty folder with an unprotected profile. Its account is signed out, so that no network is measured. */
export async function makeProfile(
  folder: string,
  { chats, messages, seed }: { chats: number; messages: number; seed: number },
): Promise<void> {
  const random = seededRandom(seed);
  const { key } = await createVault(folder, noKeyring, { consent: true });
  const database = openDatabase(join(folder, DATABASE_FILE), key);
  const own = readBareJid('me@home.example');
  if (own === undefined) throw new Error('the address is wrong');
  const account = insertAccount(database, {
    address: own,
    password: 'secret',
    resource: 'bench',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  transaction(database, () => {
    for (let index = 0; index < messages; index += 1) {
      const address = readBareJid(`friend${index % chats}@away.example`);
      if (address === undefined) throw new Error('the address is wrong');
      const at = START + index * 60_000;
      const { chat, isNew } = openChat(database, account, address, at);
      if (isNew) {
        putContact(database, { account, address, name: '', subscription: 'both', asking: false, groups: [] });
      }
      const isOutgoing = random() < 0.5;
      const length = 3 + Math.floor(random() * 20);
      const text = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
      const message = insertMessage(database, {
        account,
        chat: chat.id,
        isOutgoing,
        sender: isOutgoing ? own : address,
        text,
        at,
        delivery: isOutgoing ? 'delivered' : 'received',
        encryption: 'omemo',
      });
      messageAdded(database, chat.id, message);
    }
  });
  closeDatabase(database);
}
