/** The folders that a person makes for their chats. Nobody else is told, not even their own other devices. */
import { Refusal } from '../../shared/answer.ts';
import { MOST_FOLDERS, type Change } from '../../shared/contract.ts';
import { getChat } from '../store/chats.ts';
import * as store from '../store/folders.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import type { Profile } from './profile.ts';

/** All of them, in their order. */
export function folderChange({ database }: Profile): Change {
  return { put: 'folders', rows: store.listFolders(database) };
}

/** @throws Refusal `already-there`, `too-large` */
export function addFolder(profile: Profile, name: string): number {
  const known = store.listFolders(profile.database);
  if (known.length >= MOST_FOLDERS) throw new Refusal('too-large');
  refuseDouble(known, name);
  return change(profile, () => store.addFolder(profile.database, name));
}

/** @throws Refusal `not-found`, `already-there` */
export function renameFolder(profile: Profile, folder: number, name: string): void {
  refuseUnknown(profile, folder);
  refuseDouble(
    store.listFolders(profile.database).filter(({ id }) => id !== folder),
    name,
  );
  change(profile, () => {
    store.renameFolder(profile.database, folder, name);
  });
}

export function removeFolder(profile: Profile, accounts: ReadonlyMap<number, Account>, folder: number): void {
  const { database } = profile;
  profile.commit((changes) => {
    const inside = store.chatsIn(database, folder);
    store.removeFolder(database, folder);
    changes.push(folderChange(profile));
    for (const id of inside) {
      const chat = getChat(database, id);
      const account = chat && accounts.get(chat.account);
      if (account !== undefined) changes.push({ put: 'chat', row: chatRow(account, id) });
    }
  });
}

export function orderFolders(profile: Profile, folders: readonly number[]): void {
  const known = new Set(store.listFolders(profile.database).map(({ id }) => id));
  const wanted = [...new Set(folders)].filter((folder) => known.has(folder));
  change(profile, () => {
    store.orderFolders(profile.database, wanted);
  });
}

/** @throws Refusal `not-found` */
export function setFolder(account: Account, chat: number, folder: number, isIn: boolean): void {
  const { profile } = account;
  refuseUnknown(profile, folder);
  profile.commit((changes) => {
    if (isIn) store.putIntoFolder(profile.database, chat, folder);
    else store.takeOutOfFolder(profile.database, chat, folder);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
  });
}

function change<T>(profile: Profile, work: () => T): T {
  return profile.commit((changes) => {
    const result = work();
    changes.push(folderChange(profile));
    return result;
  });
}

function refuseUnknown({ database }: Profile, folder: number): void {
  if (!store.listFolders(database).some(({ id }) => id === folder)) throw new Refusal('not-found');
}

function refuseDouble(known: readonly store.FolderRecord[], name: string): void {
  if (known.some((each) => each.name === name)) throw new Refusal('already-there');
}
