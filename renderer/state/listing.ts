/** Which chats the list shows, and in which order: the pinned ones first, then by time. Pure. */
import type { ChatRow } from '../../shared/contract.ts';

export const listViews = ['all', 'unread', 'rooms', 'archived'] as const;
/** One of them, or a folder by its id. */
export type ListView = (typeof listViews)[number] | number;

export interface Listing {
  readonly view: ListView;
  /** Only the chats of this account. */
  readonly account: number | undefined;
  /** The chat in the main pane: it stays among the unread ones, or it would vanish under the pointer. */
  readonly open: number | undefined;
}

export function isUnread({ unread, isMarkedUnread }: ChatRow): boolean {
  return unread > 0 || isMarkedUnread === true;
}

/** @param chats newest first */
export function listChats(chats: readonly ChatRow[], { view, account, open }: Listing): ChatRow[] {
  const shown = chats.filter(
    (chat) =>
      (account === undefined || chat.account === account) &&
      (chat.isArchived === true) === (view === 'archived') &&
      (view !== 'unread' || isUnread(chat) || chat.id === open) &&
      (view !== 'rooms' || chat.kind === 'room') &&
      (typeof view !== 'number' || chat.folders?.includes(view) === true),
  );
  const pinned = shown.filter((chat) => chat.pinned !== undefined);
  if (pinned.length === 0) return shown;
  pinned.sort((a, b) => (a.pinned ?? 0) - (b.pinned ?? 0));
  return [...pinned, ...shown.filter((chat) => chat.pinned === undefined)];
}

/**
 * The chat before or behind the open one, for a key that goes through the list; without an open one, the first.
 * @param isWanted which of them to stop at; the search for one begins anew at the other end of the list
 */
export function neighbour(
  chats: readonly ChatRow[],
  open: number | undefined,
  by: 1 | -1,
  isWanted?: (chat: ChatRow) => boolean,
): ChatRow | undefined {
  const at = chats.findIndex(({ id }) => id === open);
  if (isWanted === undefined) return chats[at === -1 ? 0 : Math.min(chats.length - 1, Math.max(0, at + by))];
  const from = at === -1 && by === 1 ? -1 : at === -1 ? chats.length : at;
  const order = chats.map((_, step) => chats[(from + by * (step + 1) + chats.length * 2) % chats.length]);
  return order.find((chat) => chat !== undefined && chat.id !== open && isWanted(chat));
}
