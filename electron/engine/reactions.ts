/**
 * Reactions (XEP-0444): what people feel about messages, said by us and heard from others, in any order and by any road.
 * The newest set of a person counts. Heard are the two people of a chat, and in a room whoever it can tell from others,
 * about messages of that chat.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change, MessageRow, ReactionRow, ReactionsRow } from '../../shared/contract.ts';
import { readReactions as readSet } from '../../shared/reaction.ts';
import { readBareJid, type BareJid, type Jid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import { field } from '../store/columns.ts';
import * as messages from '../store/messages.ts';
import * as reactions from '../store/reactions.ts';
import { findCorrected } from '../store/versions.ts';
import { park, type WaitingFact } from '../store/waiting.ts';
import { writeReactions } from '../xmpp/xep/xep0444.ts';
import { writeReply } from '../xmpp/xep/xep0461.ts';
import type { Account } from './account.ts';
import { enqueueErrand, withdrawErrands, type ErrandKind, type ErrandOf, type Statement } from './errand.ts';
import type { Meaning } from './apply.ts';
import type { Fact } from './facts.ts';
import { noticeFrom } from './notice.ts';
import { notify } from './notify.ts';
import { withQuote } from './quotes.ts';
import { findInRoom, isIdentified, referenceTo, speakerOf, waitsFor } from './references.ts';
import { answerElements, answeredBy } from './replies.ts';

type ReactionsFact = Extract<Fact, { kind: 'reactions' }>;

// ————— What we say ———————————————————————————————————————————————————————————————————————————————————————————

/**
 * Says all that we feel about a message from now on; nothing to take back what we said.
 * @throws Refusal `not-allowed` for a message that nobody else has, or that has no id by which to speak of it
 */
export function react(account: Account, message: messages.MessageRecord, texts: readonly string[]): void {
  const { profile } = account;
  const { database, host } = profile;
  const isKnown = message.delivery !== 'queued' && message.delivery !== 'failed';
  const isHeard = referenceTo(account, message) !== undefined && isIdentified(account, message.chat);
  if (!isHeard || message.retracted !== undefined || !isKnown) throw new Refusal('not-allowed');
  const emojis = readSet(texts);
  const before = reactions.getReactions(database, message.id, account.address);
  const said = before?.emojis ?? [];
  if (isSame(said, emojis) && before?.sending?.state !== 'failed') return;
  profile.commit((changes) => {
    // What waits is not sent any more, and what was said before it still is what the others know.
    const isAbout = (errand: { kind: string; target: number }): boolean =>
      errand.kind === 'reactions' && errand.target === message.id;
    const isOut = withdrawErrands(account, message.chat, isAbout) > 0;
    const isWaiting = before?.sending?.state === 'waiting';
    const earlier = isWaiting ? before.sending.earlier : said;
    const stanzaId = host.id();
    const at = Math.max(account.clock.now(), (before?.at ?? 0) + 1);
    const isBack = isSame(earlier, emojis) && isWaiting && !isOut;
    reactions.putReactions(database, {
      message: message.id,
      sender: account.address,
      emojis,
      at,
      encryption: message.encryption,
      sending: { stanzaId, ...(!isBack && { state: 'waiting' as const }), earlier },
    });
    if (!isBack) {
      const errand = { kind: 'reactions' as const, target: message.id, emojis };
      enqueueErrand(account, message.chat, { stanzaId, at, errand });
    }
    changes.push(reactionsChange(account, message));
  });
  account.outbox.flush();
}

export const reactionErrands: ErrandKind<ErrandOf<'reactions'>> = {
  state(account, _chat, { target: id, emojis }) {
    const { database } = account.profile;
    const message = messages.getMessage(database, id);
    const target = message && referenceTo(account, message);
    if (message === undefined || target === undefined) return undefined;
    const known = reactions.getReactions(database, id, account.address)?.sending?.earlier ?? [];
    const news = emojis.filter((emoji) => !known.includes(emoji));
    return {
      elements: writeReactions({ target, emojis }),
      ...(news.length > 0 && { older: inWords(account, message, news) }),
      isConfidential: message.encryption === 'omemo',
    };
  },

  settle(account, chat, stanzaId, outcome, changes) {
    const { database } = account.profile;
    const record = reactions.findSending(database, chat, stanzaId);
    if (record?.sending === undefined) return false;
    const { state: _state, ...sending } = record.sending;
    if (outcome === 'sent') {
      if (record.sending.state === 'waiting') reactions.putReactions(database, { ...record, sending });
    } else if (outcome.code === 'older-protocol') {
      // Nothing was taken back that they had ever seen as a reaction.
      reactions.putReactions(database, { ...record, sending });
    } else if (record.sending.state !== 'failed') {
      // XEP-0444 #rejecting: what we had said before counts again.
      const failed = { ...sending, state: 'failed' as const, failure: outcome.code };
      reactions.putReactions(database, { ...record, emojis: sending.earlier, sending: failed });
    }
    const message = messages.getMessage(database, record.message);
    if (message !== undefined) changes.push(reactionsChange(account, message));
    return true;
  },
};

/** The older protocol has nothing but words: an answer, then; and there are none for taking something back. */
function inWords(
  { profile: { database } }: Account,
  message: messages.MessageRecord,
  emojis: readonly string[],
): NonNullable<Statement['older']> {
  const { text, unreadable, spoiler } = message;
  const { id = '', author: by } = answeredBy(database, message.chat, message.id) ?? {};
  const author = by === undefined ? undefined : readBareJid(by);
  const reply = { id, ...(author !== undefined && { author }) };
  const words = emojis.join(' ');
  if (unreadable !== undefined || spoiler !== undefined || text === '') {
    return { text: words, outside: [writeReply(reply)] };
  }
  const quoting = withQuote(words, text);
  return { text: quoting.text, outside: answerElements({ ...quoting, reply, quotes: [quoting.passage] }) };
}

// ————— What others say, and we on another device ————————————————————————————————————————————————————————————

/** Applies what was heard, or keeps it until the message comes that it is about. Runs inside a transaction. */
export function applyReactions(
  account: Account,
  peer: BareJid,
  fact: ReactionsFact,
  changes: Change[],
): void {
  const { database, host } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  if (chat === undefined) return;
  const room = account.rooms.get(peer);
  const message =
    room === undefined ? findTarget(account, chat, fact) : findInRoom(account, room.address, fact.target);
  if (message === undefined) {
    const target = waitsFor(account, peer, fact.target);
    park(database, { chat: chat.id, target, sender: speakerOf(fact), fact, at: host.now() });
  } else if (heard(account, message, fact, changes)) tell(account, peer, message, fact);
}

/** What is felt about something that we said may be told at once; old news are not told. */
function tell(
  account: Account,
  peer: BareJid,
  message: messages.MessageRecord,
  { sender, emojis, road }: ReactionsFact,
): void {
  const isNow = road === 'live' || road === 'carbon';
  if (!isNow || !message.isOutgoing || sender === account.address || emojis.length === 0) return;
  const notice = noticeFrom(account, peer, message.chat, sender, `${emojis.join(' ')}  “${message.text}”`);
  if (notice !== undefined) account.profile.whenDurable(() => notify(account, notice));
}

/**
 * Of several sets that one person said about one message only the last counts: where stamps are whole seconds, a page that
 * is read backwards could not tell which one that was.
 * @param meanings in the order in which they were said; returned without what does not count
 */
export function withLastReactions<M extends object | Meaning>(meanings: readonly M[]): M[] {
  const seen = new Set<string>();
  const isLast = (peer: BareJid, fact: Fact): boolean => {
    if (fact.kind !== 'reactions') return true;
    const { size } = seen;
    return seen.add(JSON.stringify([peer, speakerOf(fact), fact.target])).size > size;
  };
  return meanings
    .toReversed()
    .map((each) =>
      'facts' in each ? { ...each, facts: each.facts.filter((fact) => isLast(each.peer, fact)) } : each,
    )
    .toReversed();
}

/** The message came: whoever may speak in its chat is heard about it now. */
export function applyWaitingReactions(
  account: Account,
  message: messages.MessageRecord,
  { sender, fact }: WaitingFact,
  changes: Change[],
): void {
  const [emojis, at, target] = [field(fact, 'emojis'), field(fact, 'at'), field(fact, 'target')];
  // In a room, what they were called; who they are is kept beside it.
  const by = field(fact, 'occupant') === sender ? field(fact, 'sender') : undefined;
  if (!Array.isArray(emojis) || typeof at !== 'number' || typeof target !== 'string') return;
  heard(
    account,
    message,
    {
      kind: 'reactions',
      ...(typeof by === 'string' && sender !== account.address
        ? { sender: by as Jid, occupant: sender }
        : { sender: sender as Jid }),
      target,
      emojis: readSet(emojis.filter((each) => typeof each === 'string')),
      at,
      encryption: field(fact, 'encryption') === 'omemo' ? 'omemo' : 'none',
      road: field(fact, 'road') === 'past' ? 'past' : 'archive',
    },
    changes,
  );
}

/**
 * Ids are their authors' choice: of two equal ones the message of the other side is meant, about which one speaks. What is
 * said of a correction is said of the message (#rules); but one that stands for itself is not what it corrects.
 */
function findTarget(
  { profile: { database }, address }: Account,
  { id: chat, address: peer }: chats.ChatRecord,
  { sender, target }: ReactionsFact,
): messages.MessageRecord | undefined {
  const authors = sender === address ? [peer, address] : [address, peer];
  const found = authors.flatMap((author) => findCorrected(database, { chat, sender: author, target }) ?? []);
  return found
    .flatMap((id) => messages.getMessage(database, id) ?? [])
    .find(({ corrects }) => corrects !== target);
}

/** What was said of a correction that stood for itself is said of the message that it belongs to. */
export function adoptReactions(
  account: Account,
  from: number,
  to: messages.MessageRecord,
  changes: Change[],
): void {
  const { database } = account.profile;
  const moved = reactions.listReactions(database, from).filter(({ sender, at }) => {
    const known = reactions.getReactions(database, to.id, sender);
    return known === undefined || known.at < at;
  });
  for (const each of moved) reactions.putReactions(database, { ...each, message: to.id });
  if (moved.length > 0) changes.push(reactionsChange(account, to));
}

/** @returns whether it says something new */
function heard(
  account: Account,
  message: messages.MessageRecord,
  fact: ReactionsFact,
  changes: Change[],
): boolean {
  const { database } = account.profile;
  const { emojis, at, encryption, occupant } = fact;
  const sender = speakerOf(fact);
  if (message.retracted !== undefined) return false; // nothing is felt about what is gone
  const known = reactions.getReactions(database, message.id, sender);
  if (known !== undefined && !isNewer(known, fact)) return false;
  const called = occupant === undefined ? {} : { called: fact.sender };
  reactions.putReactions(database, { message: message.id, sender, ...called, emojis, at, encryption });
  if (known !== undefined && isSame(known.emojis, emojis) && known.encryption === encryption) return false;
  changes.push(reactionsChange(account, message));
  return true;
}

/**
 * Whether what is heard was said after what is known. What of ours waits to leave is newer than anything that did. Of one
 * moment the order of arrival counts, unless the archive is read backwards; and stamps may be whole seconds.
 */
function isNewer(known: reactions.ReactionRecord, { at, road }: ReactionsFact): boolean {
  if (known.sending?.state === 'waiting') return false;
  if (at > known.at) return true;
  const moment = at % 1_000 === 0 ? Math.floor(known.at / 1_000) * 1_000 : known.at;
  return road !== 'past' && at === moment;
}

// ————— What the window sees ——————————————————————————————————————————————————————————————————————————————————

export function reactionsChange(
  account: Account,
  { chat, id }: Pick<MessageRow, 'chat' | 'id'>,
): Extract<Change, { put: 'reactions' }> {
  const all = reactions.listReactions(account.profile.database, id);
  return { put: 'reactions', row: { chat, message: id, reactions: rowsOf(account, all) } };
}

/** Those of a page of messages; no key at all without any. */
export function reactionsOfPage(
  account: Account,
  chat: number,
  rows: readonly { readonly id: number }[],
): { reactions?: ReactionsRow[] } {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return {};
  const found = reactions.listReactionsBetween(account.profile.database, chat, first.id, last.id);
  const byMessage = Map.groupBy(found, ({ message }) => message);
  const pages = [...byMessage].map(([message, all]) => ({ chat, message, reactions: rowsOf(account, all) }));
  return pages.length === 0 ? {} : { reactions: pages };
}

function rowsOf(account: Account, all: readonly reactions.ReactionRecord[]): ReactionRow[] {
  return all
    .filter(({ emojis, sending }) => emojis.length > 0 || sending?.state === 'failed')
    .map(({ sender, called, emojis, at, encryption, sending }) => ({
      sender: called ?? sender,
      isOwn: sender === account.address,
      emojis: [...emojis],
      at,
      encryption,
      ...(sending?.state !== undefined && { state: sending.state }),
      ...(sending?.failure !== undefined && { failure: sending.failure }),
    }));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
