/**
 * The entries of the chat list for a query: chats first, then contacts one has not written with yet. Pure.
 */
import type { ChatRow, ContactRow } from '../../shared/contract.ts';
import { matchScore } from '../lib/search.ts';
import type { App } from './app.svelte.ts';
import { listChats } from './listing.ts';

export type Entry =
  | { readonly kind: 'chat'; readonly key: string; readonly chat: ChatRow; readonly name: string }
  | { readonly kind: 'contact'; readonly key: string; readonly contact: ContactRow; readonly name: string };

/** Without a query: the chats of the list. With one: the best matches of all chats and contacts. */
export function chatEntries(app: App, query: string, account: number | undefined): Entry[] {
  const chats = app.chats.all.filter((chat) => account === undefined || chat.account === account);
  const asEntry = (chat: ChatRow): Entry => ({
    kind: 'chat',
    key: `chat ${chat.id}`,
    chat,
    name: app.nameOf(chat.account, chat.address),
  });
  if (query.trim() === '') {
    const listing = { view: app.navigation.listView, account, open: app.chat?.id };
    return listChats(app.chats.all, listing).map(asEntry);
  }

  const taken = new Set(chats.map((chat) => `${chat.account} ${chat.address}`));
  const contacts = app.contacts.all
    .filter((contact) => account === undefined || contact.account === account)
    .filter((contact) => !taken.has(`${contact.account} ${contact.address}`))
    .map((contact): Entry => {
      const name = app.nameOf(contact.account, contact.address);
      return { kind: 'contact', key: `contact ${contact.account} ${contact.address}`, contact, name };
    });
  return [...chats.map(asEntry), ...contacts]
    .map((entry) => ({ entry, score: matchScore(query, entry.name, addressOf(entry)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score) // stable: equal matches stay in order of time
    .map(({ entry }) => entry);
}

function addressOf(entry: Entry): string {
  return entry.kind === 'chat' ? entry.chat.address : entry.contact.address;
}
