/** What the scripted port answers about where chats stand and about blocking. */
import type {
  BlockedRow,
  Change,
  ChatRow,
  ContactRequestRow,
  FolderRow,
  Input,
} from '../../shared/contract.ts';
import { blockingRule } from '../../shared/blocking.ts';

interface Place {
  readonly chat: (id: number) => ChatRow;
  readonly chats: () => readonly ChatRow[];
  readonly folders: () => readonly FolderRow[];
  readonly requests: () => readonly ContactRequestRow[];
  readonly blocked: (account: number) => BlockedRow;
  readonly announce: (...changes: readonly Change[]) => void;
}

export function scriptedArrangement({ chat, chats, folders, requests, blocked, announce }: Place) {
  const putFolders = (rows: FolderRow[]): void => {
    announce({ put: 'folders', rows });
  };
  const put = (row: ChatRow): Record<string, never> => {
    announce({ put: 'chat', row });
    return {};
  };
  return {
    'chats.setPinned': ({ chat: id, isPinned }: Input<'chats.setPinned'>) => {
      const { pinned, isArchived: _, ...row } = chat(id);
      const next = 1 + Math.max(0, ...chats().map((each) => each.pinned ?? 0));
      return put(isPinned ? { ...row, pinned: pinned ?? next } : row);
    },
    'chats.setArchived': ({ chat: id, isArchived }: Input<'chats.setArchived'>) => {
      const { isArchived: _, pinned: __, ...row } = chat(id);
      return put(isArchived ? { ...row, isArchived } : row);
    },
    'chats.setMuted': ({ chat: id, until }: Input<'chats.setMuted'>) => {
      const { mutedUntil: _, ...row } = chat(id);
      return put(until > 0 ? { ...row, mutedUntil: until } : row);
    },
    'chats.setMarkedUnread': ({ chat: id, isMarked }: Input<'chats.setMarkedUnread'>) => {
      const { isMarkedUnread: _, ...row } = chat(id);
      return put(isMarked ? { ...row, isMarkedUnread: isMarked } : row);
    },
    'chats.setFolder': ({ chat: id, folder, isIn }: Input<'chats.setFolder'>) => {
      const { folders = [], ...row } = chat(id);
      const left = folders.filter((each) => each !== folder);
      const next = isIn ? [...left, folder] : left;
      return put(next.length > 0 ? { ...row, folders: next } : row);
    },
    'folders.add': ({ name }: Input<'folders.add'>) => {
      const folder = 1 + Math.max(0, ...folders().map(({ id }) => id));
      putFolders([...folders(), { id: folder, name }]);
      return { folder };
    },
    'folders.rename': ({ folder, name }: Input<'folders.rename'>) => {
      putFolders(folders().map((row) => (row.id === folder ? { ...row, name } : row)));
      return {};
    },
    'folders.remove': ({ folder }: Input<'folders.remove'>) => {
      putFolders(folders().filter(({ id }) => id !== folder));
      return {};
    },
    'folders.order': ({ folders: order }: Input<'folders.order'>) => {
      putFolders(folders().toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id)));
      return {};
    },
    'blocking.block': ({ account, addresses }: Input<'blocking.block'>) => {
      const row = blocked(account);
      const next = { ...row, addresses: [...new Set([...row.addresses, ...addresses])].sort() };
      const list = new Set(next.addresses);
      announce(
        { put: 'blocked', row: next },
        ...requests()
          .filter((each) => each.account === account && blockingRule(list, each.address) !== undefined)
          .map(({ address }): Change => ({ put: 'no-contact-request', account, address })),
      );
      return {};
    },
    'blocking.unblock': ({ account, addresses }: Input<'blocking.unblock'>) => {
      const row = blocked(account);
      const left = row.addresses.filter((each) => !addresses.includes(each));
      announce({ put: 'blocked', row: { ...row, addresses: left } });
      return {};
    },
    'contacts.refuseAll': ({ requests: some }: Input<'contacts.refuseAll'>) => {
      announce(
        ...some.map(({ account, address }): Change => ({ put: 'no-contact-request', account, address })),
      );
      return {};
    },
  };
}
