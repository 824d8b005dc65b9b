/** What can be done with folders, for the menu of a chat and for the palette. */
import Folder from '@lucide/svelte/icons/folder';
import FolderCheck from '@lucide/svelte/icons/folder-check';
import FolderPen from '@lucide/svelte/icons/folder-pen';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import type { ChatRow } from '../../../shared/contract.ts';
import type { Icon } from '../../parts/icon.ts';
import type { App } from '../../state/app.svelte.ts';

export interface FolderAction {
  readonly id: string;
  readonly label: string;
  readonly icon: Icon;
  readonly run: () => void;
}

/** One for each folder, which puts the chat in or takes it out; and the one that makes a new one for it. */
export function folderActions(app: App, chat: ChatRow): FolderAction[] {
  const { t } = app.language;
  return [
    ...app.folders.all.map(({ id, name }) => {
      const isIn = chat.folders?.includes(id) === true;
      return {
        id: `folder ${id}`,
        label: t(isIn ? 'folder.take-out' : 'folder.put-in', { name }),
        icon: isIn ? FolderCheck : Folder,
        run: () => void app.attempt(app.folders.put(chat.id, id, !isIn)),
      };
    }),
    {
      id: 'folder new',
      label: t('folder.new-with'),
      icon: FolderPlus,
      run: () => app.navigation.ask({ what: 'folders', chat }),
    },
  ];
}

/** Shows the chats of a folder in the list; with nothing, all of them. */
export function showFolder(app: App, folder: number | undefined): void {
  app.navigation.showList('chats');
  app.navigation.listView = folder ?? 'all';
}

/** To each folder, and to where they are put in order. */
export function folderCommands(app: App): FolderAction[] {
  const { t } = app.language;
  return [
    ...app.folders.all.map(({ id, name }) => ({
      id: `show folder ${id}`,
      label: t('folder.show', { name }),
      icon: Folder,
      run: () => showFolder(app, id),
    })),
    {
      id: 'folders',
      label: t('folder.edit'),
      icon: FolderPen,
      run: () => app.navigation.ask({ what: 'folders' }),
    },
  ];
}
