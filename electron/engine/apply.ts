/**
 * Facts become rows: one transaction holds the rows, the key writes, the archive cursor and the stream counter, and
 * nothing is announced before it is durable. Facts about a message that has not arrived yet wait for it.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Change } from '../../shared/contract.ts';
import { applyWrites, type Line, type PendingWrites } from '../omemo/omemo.ts';
import { field } from '../store/columns.ts';
import * as accounts from '../store/accounts.ts';
import * as archive from '../store/archive.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import * as positions from '../store/read-positions.ts';
import { wasMessageRemoved } from '../store/removed.ts';
import { takeEarly } from '../store/early.ts';
import { park, takeWaiting } from '../store/waiting.ts';
import { serialize } from '../xmpp/xml.ts';
import { writeMessage } from '../xmpp/message.ts';
import type { Account } from './account.ts';
import { addOffers } from './attachments.ts';
import { chatRow } from './chats.ts';
import { applyCorrection, gatherCorrections } from './corrections.ts';
import { advance, type Happening } from './delivery.ts';
import { reviewDoubts } from './doubts.ts';
import { settleErrand } from './errands.ts';
import type { Fact } from './facts.ts';
import { noticeOf } from './notice.ts';
import { notify } from './notify.ts';
import { markReadElsewhere, wasReadElsewhere } from './read-state.ts';
import { announceAnswersTo } from './replies.ts';
import { applyReactions, applyWaitingReactions } from './reactions.ts';
import { applyRetraction, applyWaitingRetraction } from './retractions.ts';
import { applyModeration, applyWaitingModeration } from './moderation.ts';
import { applyReflection } from './reflections.ts';
import { applyInvite } from './room-invites.ts';
import { maySeeReceipts } from './roster.ts';
import { keepHeard, type Heard } from './trust-messages.ts';
import { setTyping, type Typing } from './typing.ts';

/** What one message means for the chat with `peer`, and what its keys want stored with that. */
export interface Meaning {
  readonly peer: BareJid;
  readonly facts: readonly Fact[];
  readonly writes?: PendingWrites;
  /** What it says about keys. */
  readonly heard?: Heard;
  /** Sessions that a device opened with us, and waits for a sign that we have them (XEP-0384). */
  readonly confirmSessions?: readonly Line[];
}

/** What is committed together with the facts. */
export interface UnitOfWork {
  /** The place in the stream-management session up to which all is committed with this; 0 without one. */
  readonly position: number;
  /** Everything in an archive up to this id is committed with this. */
  readonly cursor?: { readonly archive: BareJid; readonly id: string };
}

/** A message that was added to a chat. */
export interface Added {
  readonly chat: number;
  readonly peer: BareJid;
  readonly message: messages.MessageRecord;
}

/** Applies what one message means, commits, announces, and sets in motion what follows. */
export function apply(account: Account, meaning: Meaning, work: UnitOfWork): void {
  const { profile } = account;
  const { peer, facts } = meaning;
  const incoming = profile.commit((changes) => {
    const added = applyFacts(account, meaning, changes, (chat, said) => account.arrivals.place(chat, said));
    commitWork(account, work);
    profile.host.step('applied');
    return added.filter(({ message }) => !message.isOutgoing);
  });
  for (const each of writing(facts)) setTyping(account, peer, each);
  for (const { message } of incoming) {
    const notice = noticeOf(account, peer, message);
    if (notice === undefined) continue;
    profile.whenDurable(() => {
      notify(account, notice, message.isMention);
    });
  }
  if (meaning.writes?.sender !== undefined) reviewDoubts(account);
  confirmSessions(account, [meaning]);
  account.outbox.flush();
}

/** Who writes now or has stopped: a message ends the typing that announced it, whether or not its own notice says so. */
function writing(facts: readonly Fact[]): Typing[] {
  return facts
    .flatMap((fact) => {
      if (fact.kind === 'typing') return [fact];
      return fact.kind === 'message' && !fact.isOutgoing ? [{ sender: fact.sender, isTyping: false }] : [];
    })
    .slice(-1);
}

/** What commits with any facts, inside their transaction. */
export function commitWork(account: Account, { position, cursor }: UnitOfWork, fetchedUpTo?: number): void {
  const { database } = account.profile;
  if (cursor !== undefined) archive.setCursor(database, account.id, cursor.archive, cursor.id, fetchedUpTo);
  countOnly(account, position);
}

/** Answers devices that opened a session. Losing this in a crash is harmless: our next message confirms it as well. */
export function confirmSessions(account: Account, meanings: readonly Meaning[]): void {
  const done = new Set<string>();
  for (const { peer, confirmSessions: lines = [] } of meanings) {
    if (lines.length === 0 || !maySeeReceipts(account, peer)) continue;
    for (const line of lines) {
      const name = `${line.protocol} ${line.device}/${line.address}`;
      if (!done.has(name)) account.outbox.confirmSession(line);
      done.add(name);
    }
  }
}

/**
 * Turns facts into rows and stores what the keys want, inside a transaction.
 * @param place where in its chat a message belongs, in milliseconds
 * @returns the messages that were added
 */
export function applyFacts(
  account: Account,
  { peer, facts, writes, heard }: Meaning,
  changes: Change[],
  place: (chat: chats.ChatRecord, fact: Extract<Fact, { kind: 'message' }>) => number,
): Added[] {
  const added: Added[] = [];
  for (const fact of facts) {
    if (fact.kind === 'message') {
      // A copy of what was deleted here: its keys move on, and that is all.
      if (wasMessageRemoved(account.profile.database, account.id, peer, fact)) continue;
      const message = applyMessage(account, peer, fact, changes, place);
      if (message !== undefined) added.push(message);
    } else if (fact.kind === 'receipt' || fact.kind === 'displayed') applyWord(account, peer, fact, changes);
    else if (fact.kind === 'retraction') applyRetraction(account, peer, fact, changes);
    else if (fact.kind === 'reactions') applyReactions(account, peer, fact, changes);
    else if (fact.kind === 'read') applyRead(account, peer, fact.target, changes);
    else if (fact.kind === 'refusal') applyRefusal(account, peer, fact, changes);
    else if (fact.kind === 'reflection') applyReflection(account, peer, fact.target, changes);
    else if (fact.kind === 'moderation') applyModeration(account, peer, fact, changes);
    else if (fact.kind === 'call') account.calls.hear(peer, fact, changes);
    else if (fact.kind === 'invite') applyInvite(account, fact, changes);
    else if (fact.kind === 'subject') account.rooms.get(peer)?.setSubject(fact.subject, changes);
  }
  if (writes !== undefined) applyWrites(account.profile.database, account.id, writes);
  if (heard !== undefined) keepHeard(account, heard);
  return added;
}

/**
 * Commits only the counter: for stanzas that change nothing else; or the counter with the rest, in a transaction.
 * @throws WireClosed when a stanza before it was lost, which this position would count as well
 */
export function countOnly(account: Account, position: number): void {
  account.breakage.check();
  if (position > 0) accounts.setReceived(account.profile.database, account.id, position);
}

/** @returns what was added; nothing for words that an earlier message has now, or nobody is shown */
function applyMessage(
  account: Account,
  peer: BareJid,
  fact: Extract<Fact, { kind: 'message' }>,
  changes: Change[],
  place: (chat: chats.ChatRecord, fact: Extract<Fact, { kind: 'message' }>) => number,
): Added | undefined {
  const { database } = account.profile;
  const { chat } = chats.openChat(database, account.id, peer, fact.at);
  const { kind: _kind, wantsReceipt, isLate: _late, offers = [], corrects, ...content } = fact;
  const room = account.rooms.get(peer);
  const fate = applyCorrection(account, chat.id, fact, changes);
  if (fate.kind !== 'apart') {
    // As it is by now, with these words.
    const target = fate.kind === 'taken' ? messages.getMessage(database, fate.message) : undefined;
    // What was said of the correction before it came was said of the message.
    if (target !== undefined && fact.stanzaId !== undefined && room === undefined) {
      applyWaiting(account, peer, target, fact.stanzaId, changes);
    }
    if (wantsReceipt) sendReceipt(account, peer, chat.id, fact.stanzaId);
    return undefined;
  }
  const message = messages.insertMessage(database, {
    ...content,
    ...(corrects !== undefined && fate.isOrphan && { corrects }),
    at: place(chat, fact),
    account: account.id,
    chat: chat.id,
    delivery: fact.isOutgoing ? 'sent' : 'received',
  });
  chats.messageAdded(database, chat.id, message);
  wasReadElsewhere(account, peer, message, changes);
  // Sticky from the first readable encrypted message on: an undecryptable one could be sent by anybody.
  // Not of a public room, where one person could keep everybody else from writing by that.
  const isReadable = fact.encryption === 'omemo' && fact.unreadable === undefined;
  if (isReadable && room?.isPrivate !== false) chats.setWasEncrypted(database, chat.id);
  changes.push({ put: 'message', row: messages.toRow(message) });
  announceAnswersTo(database, message.id, changes);
  addOffers(account, peer, message, offers, changes);
  gatherCorrections(account, message, changes);
  const waited = room === undefined ? fact.stanzaId : fact.archiveId;
  if (waited !== undefined) applyWaiting(account, peer, message, waited, changes);
  if (wantsReceipt) sendReceipt(account, peer, chat.id, fact.stanzaId);
  if (chat.last === undefined) {
    const facts = takeEarly(database, account.id, peer) as Fact[]; // what we wrote ourselves
    applyFacts(account, { peer, facts }, changes, place);
  }
  changes.push({ put: 'chat', row: chatRow(account, chat.id) });
  return { chat: chat.id, peer, message };
}

/** Tells that a message arrived, if they may know. */
function sendReceipt(account: Account, peer: BareJid, chat: number, receiptFor: string | undefined): void {
  if (receiptFor === undefined || !maySeeReceipts(account, peer)) return;
  const { database, host } = account.profile;
  const receipt = writeMessage({ to: peer, type: 'chat', id: host.id(), receiptFor, storeHint: 'store' });
  outbox.enqueue(database, { account: account.id, chat, stanza: serialize(receipt) });
}

/**
 * What was said about a message before it came; who may say it is decided now.
 * @param target its stanza id; in a room the room's
 */
function applyWaiting(
  account: Account,
  peer: BareJid,
  message: messages.MessageRecord,
  target: string,
  changes: Change[],
): void {
  const isInRoom = account.rooms.get(peer) !== undefined;
  for (const waiting of takeWaiting(account.profile.database, message.chat, target)) {
    if (!isInRoom && waiting.sender !== peer && waiting.sender !== account.address) continue;
    const kind = field(waiting.fact, 'kind');
    if (isInRoom && kind === 'moderation' && waiting.sender === peer)
      applyWaitingModeration(account, message, waiting, changes);
    if (kind === 'retraction') applyWaitingRetraction(account, message, waiting, changes);
    else if (kind === 'reactions') applyWaitingReactions(account, message, waiting, changes);
    else if (!message.isOutgoing || waiting.sender !== peer) continue;
    else if (kind === 'displayed') displayed(account, message, changes);
    else if (kind === 'receipt') progress(account, message, 'delivered', changes);
  }
}

/**
 * "It arrived" and "I have read all up to this": about a message of ours in this chat, from the one we wrote to (H26).
 * It may come before the message does.
 */
function applyWord(
  account: Account,
  peer: BareJid,
  fact: Extract<Fact, { kind: 'receipt' | 'displayed' }>,
  changes: Change[],
): void {
  const { database, host } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  if (chat === undefined) return;
  const message = messages.findByStanzaId(database, chat.id, fact.target, { isOutgoing: true });
  if (message === undefined) {
    park(database, { chat: chat.id, target: fact.target, sender: fact.sender, fact, at: host.now() });
  } else if (fact.kind === 'displayed') displayed(account, message, changes);
  else progress(account, message, 'delivered', changes);
}

function displayed(account: Account, message: messages.MessageRecord, changes: Change[]): void {
  const { database } = account.profile;
  progress(account, message, 'displayed', changes);
  for (const id of positions.markDisplayed(database, message.chat, message.id)) {
    const updated = messages.getMessage(database, id);
    if (updated !== undefined) changes.push({ put: 'message', row: messages.toRow(updated) });
  }
  changes.push({ put: 'chat', row: chatRow(account, message.chat) });
}

/** Another device of ours told the other side how far we have read. */
function applyRead(account: Account, peer: BareJid, target: string, changes: Change[]): void {
  const { database } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  const message = chat && messages.findByStanzaId(database, chat.id, target, { isOutgoing: false });
  if (message !== undefined) markReadElsewhere(account, message.chat, message.id, changes);
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
  const why = { code: fact.condition, ...(fact.detail !== undefined && { detail: fact.detail }) };
  const room = account.rooms.get(peer);
  // XEP-0045 #message: it says so of who is not in it. We were put out without a word, and come back.
  const isOut = room !== undefined && fact.condition === 'not-acceptable';
  if (isOut && account.rooms.refused(room, message?.id ?? fact.target)) return;
  if (message !== undefined) {
    if (room !== undefined) outbox.removeByMessage(database, message.id);
    progress(account, message, 'refused', changes, why);
  } else if (chat !== undefined) {
    if (room !== undefined) outbox.removeErrand(database, chat.id, fact.target);
    settleErrand(account, chat.id, fact.target, why, changes);
  }
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
