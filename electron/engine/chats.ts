/** Chats as the window sees them, and what a person does with a chat besides writing in it. */
import type { ChatRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import { quoteOf, setDraftReply } from '../store/replies.ts';
import { writeMessage } from '../xmpp/message.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { doubtsOf } from './doubts.ts';
import { maySeeReceipts } from './roster.ts';

/** The row of a chat: what is stored, and what is true only now. */
export function chatRow(account: Account, chat: number): ChatRow {
  const record = chats.getChat(account.profile.database, chat);
  if (record === undefined) throw new Error('the chat is gone');
  return rowOf(account, record);
}

/** The same for one that was read already: for the whole list, which is read at once. */
export function rowOf(account: Account, record: chats.ChatRecord): ChatRow {
  const { id, address, kind, at, unread, mentions, readUpTo, draft, encryptionMode, last, keepDays } = record;
  const { pinned, isArchived, mutedUntil, isMarkedUnread, folders } = record;
  const draftReply = record.draftReply && quoteOf(account.profile.database, id, record.draftReply);
  const encryption = encryptionOf(account, record);
  const doubts = encryption === 'none' ? [] : doubtsOf(account, address as BareJid);
  return {
    id,
    account: account.id,
    address,
    ...(kind === 'room' && { kind }),
    at,
    unread,
    ...(mentions > 0 && { mentions }),
    readUpTo,
    draft,
    ...(draftReply && { draftReply }),
    ...(last !== undefined && { last }),
    ...(keepDays !== undefined && { keepDays }),
    encryptionMode,
    encryption,
    ...(doubts.length > 0 && { doubts: [...doubts] }),
    isTyping: account.typing.has(id),
    ...(pinned !== undefined && { pinned }),
    ...(isArchived && { isArchived }),
    ...(mutedUntil !== undefined && { mutedUntil }),
    ...(isMarkedUnread && { isMarkedUnread }),
    ...(folders !== undefined && { folders: [...folders] }),
  };
}

/**
 * What the next message of a chat will be. A chat that was encrypted once stays encrypted until the person turns
 * it off: the loss of a device list must never turn it plain.
 */
export function encryptionOf(account: Account, record: chats.ChatRecord): ChatRow['encryption'] {
  if (record.encryptionMode === 'off') return 'none';
  if (record.encryptionMode === 'on' || record.wasEncrypted) return 'omemo';
  const readers = readersOf(account, record);
  if (readers === undefined) return 'none';
  // Who belongs to a private room is not known yet, or nobody does: that is no reason to say anything in clear.
  if (readers.length === 0) return 'unknown';
  const known = readers.map((address) => account.omemo.hasDevices(address));
  if (known.includes('yes')) return 'omemo';
  return known.includes('unknown') ? 'unknown' : 'none';
}

/**
 * For whom the messages of a chat are encrypted; undefined where they cannot be: in a room whose members are not known to
 * everybody in it.
 */
export function readersOf(account: Account, { id, kind, address }: chats.ChatRecord): BareJid[] | undefined {
  if (kind !== 'room') return [address as BareJid];
  const room = account.rooms.ofChat(id);
  return room?.isPrivate === true ? room.members.others : undefined;
}

/** Opens the chat with an address, creating it if need be, and looks up the other side's keys if nobody has yet. */
export function openChat(account: Account, peer: BareJid): number {
  const { chat } = account.profile.commit((changes) => {
    const opened = chats.openChat(account.profile.database, account.id, peer, account.clock.now());
    if (opened.isNew) changes.push({ put: 'chat', row: chatRow(account, opened.chat.id) });
    return opened;
  });
  if (encryptionOf(account, chat) === 'unknown' && !isBlocked(account, peer))
    account.outbox.lookUpDevices(peer, chat.id);
  return chat.id;
}

/** @param reply the message that it answers; 0 for none, nothing for the one that it has */
export function setDraft(account: Account, chat: number, text: string, reply?: number): void {
  account.profile.commit((changes) => {
    chats.setDraft(account.profile.database, chat, text);
    if (reply !== undefined) setDraftReply(account.profile.database, chat, reply === 0 ? undefined : reply);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
  });
}

export function setEncryption(account: Account, chat: number, mode: ChatRow['encryptionMode']): void {
  account.profile.commit((changes) => {
    chats.setEncryptionMode(account.profile.database, chat, mode);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
  });
  // Messages that failed for want of keys, or wait for them, may be sendable now.
  account.outbox.flush();
}

/** Tells the other side that we write or stopped (XEP-0085), if they may know our presence at all. Never kept. */
export function sendTyping(account: Account, chat: number, isTyping: boolean): void {
  const record = chats.getChat(account.profile.database, chat);
  if (record === undefined || account.wire === undefined) return;
  const peer = record.address as BareJid;
  const room = account.rooms.ofChat(chat);
  if (room === undefined ? !maySeeReceipts(account, peer) : !room.maySend) return;
  account.wire.send(
    writeMessage({
      to: peer,
      type: room === undefined ? 'chat' : 'groupchat',
      id: account.profile.host.id(),
      chatState: isTyping ? 'composing' : 'paused',
      storeHint: 'no-store',
    }),
  );
}
