/** A profile as somebody has it after a while: one account, many chats and messages, made from a fixed seed. */
import { randomBytes } from 'node:crypto';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { readBareJid } from '../../shared/jid.ts';
import { contentsOf } from '../../electron/engine/download.ts';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { FileFolder } from '../../electron/files/folder.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { insertAttachment, type Contents } from '../../electron/store/attachments.ts';
import { markRead, messageAdded, openChat } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction } from '../../electron/store/database.ts';
import { insertMessage, setTraits } from '../../electron/store/messages.ts';
import { seededRandom } from '../support/random.ts';
import { noKeyring } from '../support/ready-profile.ts';

const WORDS = 'wax wing berry winter flock branch rowan snow north song crest amber feather morning'.split(
  ' ',
);
const START = Date.UTC(2026, 0, 1);

export interface ProfileOptions {
  readonly chats: number;
  readonly messages: number;
  readonly seed: number;
  /** Every fourth message is one of these (JPEG), in turn. */
  readonly pictures?: readonly Uint8Array[];
  /** Nothing waits to be read. */
  readonly isRead?: boolean;
  /** Said by one message alone, and which one. */
  readonly needle?: { readonly at: number; readonly text: string };
}

/** Fills an empty folder with an unprotected profile. Its account is signed out, so that no network is measured. */
export async function makeProfile(
  folder: string,
  { chats, messages, seed, pictures = [], isRead = false, needle }: ProfileOptions,
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
  const files = new FileFolder(join(folder, 'files'));
  const contents = await storePictures(files, pictures);
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
      const words = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
      const picture = index % 4 === 3 ? contents[((index - 3) / 4) % contents.length] : undefined;
      const said = index === needle?.at ? needle.text : words;
      const text = picture === undefined ? said : `${index}.jpg`;
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
      if (isRead) markRead(database, chat.id, message.id);
      if (picture === undefined) continue;
      const file = { account, message: message.id, name: text, description: '', state: 'here' } as const;
      const name = randomBytes(16).toString('hex');
      linkSync(files.pathOf(picture.blob.name), files.pathOf(name));
      insertAttachment(database, { ...file, ...picture, blob: { ...picture.blob, name } });
      setTraits(database, message.id, ['file', 'image']);
    }
  });
  closeDatabase(database);
}

/** Each is written once and linked to by every message that shows it. */
async function storePictures(files: FileFolder, pictures: readonly Uint8Array[]): Promise<Contents[]> {
  const stored: Contents[] = [];
  for (const picture of pictures) {
    const unfinished = await files.create();
    await unfinished.writer.write(picture);
    stored.push(contentsOf(unfinished, await unfinished.writer.finish()));
  }
  return stored;
}
