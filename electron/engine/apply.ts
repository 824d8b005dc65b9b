/**
 * Facts become rows: one transaction holds the rows, the key writes and the stream counter, and nothing is announced
 * before it is durable. Facts about a message that has not arrived yet wait for it.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Change } from '../../shared/contract.ts';
import { applyWrites, type PendingWrites } from '../omemo/omemo.ts';
import * as accounts from '../store/accounts.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { park, takeWaiting } from '../store/waiting.ts';
import { serialize } from '../xmpp/xml.ts';
import { writeMessage } from '../xmpp/message.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import { advance, type Happening } from './delivery.ts';
import type { Fact } from './facts.ts';
import { displayName, maySeeReceipts } from './roster.ts';
import { setTyping } from './typing.ts';

/** What is committed together with the facts. */
export interface UnitOfWork {
  /** The stanza's place in the stream-management session; 0 without one. */
  readonly position: number;
  readonly writes?: PendingWrites;
  /** A device that opened a session with us and waits for a sign that we have it (XEP-0384). */
  readonly confirmSession?: { readonly address: BareJid; readonly device: number };
}

/** Applies the facts of one message of the chat with `peer`, commits, announces, and sets in motion what follows. */
export function apply(account: Account, peer: BareJid, facts: readonly Fact[], work: UnitOfWork): void {
  const { profile, id } = account;
  const notices: { chat: number; text: string }[] = [];
  const typing = facts.find((fact) => fact.kind === 'typing');
  profile.commit((changes) => {
    for (const fact of facts) {
      if (fact.kind === 'message') {
        const chat = applyMessage(account, peer, fact, changes);
        if (!fact.isOutgoing && chat !== undefined) notices.push({ chat, text: fact.text });
      } else if (fact.kind === 'receipt') {
        applyReceipt(account, peer, fact, changes);
      } else if (fact.kind === 'refusal') {
        applyRefusal(account, peer, fact, changes);
      }
    }
    if (work.writes !== undefined) applyWrites(profile.database, id, work.writes);
    if (work.position > 0) accounts.setReceived(profile.database, id, work.position);
    profile.host.step('applied');
  });
  // A message ends the typing that announced it, whether or not its own notice says so.
  if (typing !== undefined || notices.length > 0) setTyping(account, peer, typing?.isTyping ?? false);
  for (const notice of notices) {
    profile.host.notify({ chat: notice.chat, title: displayName(account, peer), body: notice.text });
  }
  // Losing this in a crash is harmless: our next message confirms the session as well.
  if (work.confirmSession !== undefined && maySeeReceipts(account, peer)) {
    account.outbox.confirmSession(work.confirmSession.address, work.confirmSession.device);
  }
  account.outbox.flush();
}

/** Commits only the counter: for stanzas that change nothing else. */
export function countOnly(account: Account, position: number): void {
  if (position > 0) accounts.setReceived(account.profile.database, account.id, position);
}

function applyMessage(
  account: Account,
  peer: BareJid,
  fact: Extract<Fact, { kind: 'message' }>,
  changes: Change[],
): number | undefined {
  const { database } = account.profile;
  const { chat } = chats.openChat(database, account.id, peer, fact.at);
  const { kind: _kind, wantsReceipt, ...content } = fact;
  const message = messages.insertMessage(database, {
    ...content,
    at: placeInOrder(chat, fact.at),
    account: account.id,
    chat: chat.id,
    delivery: fact.isOutgoing ? 'sent' : 'received',
  });
  chats.messageAdded(database, chat.id, message);
  // Sticky from the first readable encrypted message on: an undecryptable one could be sent by anybody.
  if (fact.encryption === 'omemo' && fact.unreadable === undefined) chats.setWasEncrypted(database, chat.id);
  changes.push({ put: 'message', row: messages.toRow(message) });
  if (fact.isOutgoing && fact.stanzaId !== undefined) {
    for (const waiting of takeWaiting(database, chat.id, fact.stanzaId)) {
      if (waiting.sender === peer) progress(account, message, 'delivered', changes);
    }
  }
  if (wantsReceipt && fact.stanzaId !== undefined && maySeeReceipts(account, peer)) {
    const receipt = writeMessage({
      to: peer,
      type: 'chat',
      id: account.profile.host.id(),
      receiptFor: fact.stanzaId,
      storeHint: 'store',
    });
    outbox.enqueue(database, { account: account.id, chat: chat.id, stanza: serialize(receipt) });
  }
  changes.push({ put: 'chat', row: chatRow(account, chat.id) });
  return chat.id;
}

/**
 * Servers stamp delays with whole seconds. A message that was said within the same second as the newest one of its
 * chat comes after it, because it arrives after it.
 */
function placeInOrder(chat: chats.ChatRecord, at: number): number {
  if (at % 1_000 !== 0 || chat.last === undefined) return at;
  const newest = Math.floor(chat.last.message / 1_000);
  return newest >= at && newest < at + 1_000 ? newest : at;
}

/** "It arrived": about a message of ours in this chat, from the one we wrote to (H26). */
function applyReceipt(
  account: Account,
  peer: BareJid,
  fact: Extract<Fact, { kind: 'receipt' }>,
  changes: Change[],
): void {
  const { database, host } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  if (chat === undefined) return;
  const message = messages.findByStanzaId(database, chat.id, fact.target, { isOutgoing: true });
  if (message !== undefined) {
    progress(account, message, 'delivered', changes);
  } else {
    park(database, { chat: chat.id, target: fact.target, sender: fact.sender, fact, at: host.now() });
  }
}

function applyRefusal(
  account: Account,
  peer: BareJid,
  fact: Extract<Fact, { kind: 'refusal' }>,
  changes: Change[],
): void {
  const { database } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  const message = chat && messages.findByStanzaId(database, chat.id, fact.target, { isOutgoing: true });
  if (message === undefined) return;
  progress(account, message, 'refused', changes, {
    code: fact.condition,
    ...(fact.detail !== undefined && { detail: fact.detail }),
  });
}

/** Moves a message along its life, and announces it when that changed anything. Runs inside a transaction. */
export function progress(
  account: Account,
  message: messages.MessageRecord,
  happening: Happening,
  changes: Change[],
  failure?: { code: string; detail?: string },
): void {
  const { database } = account.profile;
  const delivery = advance(message.delivery, happening);
  if (delivery === message.delivery) return;
  messages.setDelivery(database, message.id, delivery, delivery === 'failed' ? failure : undefined);
  const updated = messages.getMessage(database, message.id);
  if (updated !== undefined) changes.push({ put: 'message', row: messages.toRow(updated) });
  changes.push({ put: 'chat', row: chatRow(account, message.chat) });
}
