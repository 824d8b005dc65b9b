/** The calls about folders of chats, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import type { folders as calls } from '../../../shared/calls/folders.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';
import * as folders from '../folders.ts';

export function foldersHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'folders.add': ({ name }) => ({ folder: folders.addFolder(house.profile(), name) }),
    'folders.rename': ({ folder, name }) => {
      folders.renameFolder(house.profile(), folder, name);
      return {};
    },
    'folders.remove': ({ folder }) => {
      folders.removeFolder(house.profile(), house.accounts, folder);
      return {};
    },
    'folders.order': ({ folders: order }) => {
      folders.orderFolders(house.profile(), order);
      return {};
    },
    'chats.setFolder': ({ chat, folder, isIn }) => {
      folders.setFolder(find.chatOf(chat).account, chat, folder, isIn);
      return {};
    },
  };
}
