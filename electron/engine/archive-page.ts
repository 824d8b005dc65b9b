/**
 * A page of an archive becomes rows: decrypted in one use of the keys, committed in one transaction with the ledger of
 * what is missing. What a message means is decided where live messages are; here is what the archive adds: order, what
 * we know already, and what a person removed.
 */
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { KeySession } from '../omemo/omemo.ts';
import * as chats from '../store/chats.ts';
import { keepEarly } from '../store/early.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { wasRemoved } from '../store/removed.ts';
import type { ArchiveResult } from '../xmpp/xep/xep0313.ts';
import type { Account } from './account.ts';
import { archivedAs } from './archived-as.ts';
import { afterArrival, afterInSecond } from './arrivals.ts';
import { reviewDoubts } from './doubts.ts';
import { applyFacts, confirmSessions, countOnly, progress, type Meaning } from './apply.ts';
import type { Envelope, Road } from './facts.ts';
import type { HistoryNews } from './history-news.ts';
import { findKnown, understand, unwrapArchived } from './inbound.ts';
import { isOfLaterSelf, leaveSessions } from './rollback.ts';
import { noticeOf } from './notice.ts';
import { withLastReactions } from './reactions.ts';

/** How the pages of one walk through an archive are applied. */
export interface PageRun {
  /** Whose archive. */
  readonly archive: BareJid;
  readonly road: Extract<Road, 'archive' | 'past'>;
  /** The gap that they fill; absent: they are news at the end. */
  readonly gap?: number;
  /**
   * `use`: the pages come in the order in which things were said, and every message moves its ratchet on. `peek`: what
   * lies before is still missing, so a message is read and its key stays as if it had not been: the walk that closes the
   * gap uses the keys in order, whatever was seen before (a ratchet goes at most a thousand messages ahead).
   */
  readonly keys: 'use' | 'peek';
  /** Only messages of this chat were asked for. */
  readonly only?: BareJid;
  /** From this time on (milliseconds) what a chat holds is newer than the page. */
  readonly boundOf: (peer: BareJid) => number;
  /**
   * The row of the message after which the gap begins: what is newer than the page has a higher id. The bound alone cannot
   * tell, because archives may stamp both sides of a gap with the same second.
   */
  readonly fence?: number;
  /** The time of the last message of each chat that came by, in the archive's order (milliseconds). */
  readonly last: Map<number, number>;
  /** The same for each side of a chat: negative for what others said. */
  readonly lastOfSide: Map<number, number>;
  /** By chat, the time of the oldest message that is newer than the page, and the bound that was asked for. */
  readonly newer: Map<number, { readonly bound: number; readonly at: number | undefined }>;
  readonly news: HistoryNews;
  /** Each row is announced; else only that there are some. */
  readonly isAnnounced: boolean;
}

/** When a message was said (milliseconds), and by whom. */
type Said = Pick<messages.MessageRecord, 'at' | 'isOutgoing'>;

/** What became of a page. */
export interface Outcome {
  /** Messages that are new here. */
  readonly added: number;
  /** The earliest time that one of them was given (milliseconds). */
  readonly earliest: number;
  /** The place in the page of the last message that can only be read once what lies before it is here; −1 for none. */
  readonly deferred: number;
}

/** A message of the page that has a row already. */
interface Known {
  readonly row: messages.MessageRecord;
  readonly archiveId: string;
}

/** A message that has none. */
interface News extends Meaning {
  readonly at: number;
}

/**
 * Applies the results of a page, in their order. To be run in a turn of the account's queue, so that no live message
 * comes between asking what is known and storing the rest.
 * @param position the place in the stream-management session up to which all is committed with this; 0 without one
 * @param settle changes the ledger, in the transaction of the page
 * @throws only when nothing of it could be stored
 */
export async function applyPage(
  account: Account,
  run: PageRun,
  results: readonly ArchiveResult[],
  position: number,
  settle: (outcome: Outcome, changes: Change[]) => void,
): Promise<Outcome> {
  const { profile, omemo } = account;
  return omemo.exclusive(async (keys) => {
    const { entries, deferred, outrun } = await readPage(account, run, results, keys);
    profile.host.step('page-decrypted');
    const stored = profile.commit((changes) => {
      const rows = store(account, run, entries, changes);
      leaveSessions(account, outrun);
      const outcome = { ...rows, deferred };
      settle(outcome, changes);
      countOnly(account, position);
      profile.host.step('page-applied');
      return outcome;
    });
    profile.host.step('page-committed');
    if (run.road === 'archive') {
      confirmSessions(
        account,
        entries.filter((entry) => 'facts' in entry),
      );
    }
    reviewDoubts(account);
    // Of a page among many the receipts wait for the last: a server that handles them has no time for pages.
    if (run.gap === undefined) account.outbox.flush();
    return stored;
  });
}

/** Finds out what the messages of a page are and mean. Stores nothing. */
async function readPage(
  account: Account,
  run: PageRun,
  results: readonly ArchiveResult[],
  keys: KeySession,
): Promise<{ entries: (Known | News)[]; deferred: number; outrun: ReadonlySet<BareJid> }> {
  const entries: (Known | News)[] = [];
  const outrun = new Set<BareJid>();
  let deferred = -1;
  for (const { envelope, archiveId, index } of unwrapAll(account, run, results)) {
    const { at, peer } = envelope;
    const row = findKnown(account, envelope);
    if (row !== undefined) entries.push({ row, archiveId });
    else if (run.road === 'archive' && isOfLaterSelf(account, envelope)) outrun.add(peer);
    // Seen before, perhaps only by a peek: its ratchet has to go on all the same.
    const isPassed = row !== undefined && (run.keys === 'peek' || run.gap === undefined);
    if (isPassed || (row !== undefined && envelope.message.encrypted === undefined)) continue;
    const meaning = await understand(account, envelope, keys);
    if (meaning === undefined) continue;
    if (row !== undefined) entries.push({ ...meaning, facts: [], at });
    else if (run.keys === 'use') entries.push({ ...meaning, at });
    else if (run.road === 'archive' && isTooEarly(meaning)) deferred = index;
    else entries.push({ peer, facts: meaning.facts, at });
  }
  return { entries: withLastReactions(entries), deferred, outrun };
}

/** It cannot be read yet, and may be once the messages before it were. */
function isTooEarly({ facts }: Meaning): boolean {
  return facts.some(
    (fact) => fact.kind === 'message' && (fact.unreadable === 'no-session' || fact.unreadable === 'forged'),
  );
}

/** The messages of a page, each once: one that was sent twice is in the archive twice. */
function unwrapAll(
  account: Account,
  run: PageRun,
  results: readonly ArchiveResult[],
): { readonly envelope: Envelope; readonly archiveId: string; readonly index: number }[] {
  const seen = new Set<string>();
  const isNew = (...parts: string[]): boolean => {
    const { size } = seen;
    return seen.add(JSON.stringify(parts)).size > size;
  };
  return results.flatMap(({ id, forwarded }, index) => {
    if (forwarded === undefined || !isNew(id)) return [];
    const envelope = unwrapArchived(account, forwarded, run, id);
    const rule =
      typeof envelope === 'string'
        ? envelope
        : run.only !== undefined && envelope.peer !== run.only && 'of-another-chat';
    if (typeof envelope === 'string' || typeof rule === 'string') {
      account.log('dropped', { rule, from: forwarded.message.attrs['from'] });
      return [];
    }
    const { originId, type } = envelope.message;
    const isFirst =
      originId === undefined || type === 'error' || isNew(envelope.peer, envelope.sender, originId);
    return isFirst ? [{ envelope, archiveId: archivedAs(account, run.archive, id), index }] : [];
  });
}

/** Stores the entries inside the page's transaction. */
function store(
  account: Account,
  run: PageRun,
  entries: readonly (Known | News)[],
  changes: Change[],
): Omit<Outcome, 'deferred'> {
  const { database } = account.profile;
  const rows: Change[] = [];
  /** By id, the messages that were added; by chat, the newest of them. */
  const added = new Set<number>();
  const newest = new Map<number, number>();
  let earliest = Infinity;
  /** Those who have a chat for certain. */
  const withChat = new Set<BareJid>();
  const upcoming = new UpcomingKnown(entries);
  for (const [index, entry] of entries.entries()) {
    if ('row' in entry) {
      recognise(account, run, entry, rows);
      continue;
    }
    const isRemoved = wasRemoved(database, account.id, entry.peer, { at: entry.at, gap: run.gap });
    const meaning = isRemoved ? { ...entry, facts: [] } : entry;
    const place = (chat: chats.ChatRecord, said: Said): number =>
      placeBetween(account, run, chat, said, upcoming.after(index, chat.id, said));
    const isEarly = !withChat.has(entry.peer) && hasNoChat(account, meaning);
    if (isEarly && !isNewChat(meaning)) {
      for (const fact of meaning.facts)
        if (fact.kind !== 'invite') keepEarly(database, account.id, meaning.peer, fact);
    }
    for (const { chat, message } of applyFacts(account, meaning, rows, place)) {
      added.add(message.id);
      newest.set(chat, Math.max(message.id, newest.get(chat) ?? 0));
      earliest = Math.min(earliest, message.at);
      run.last.set(chat, message.at);
      run.lastOfSide.set(sideOf(chat, message), message.at);
      withChat.add(entry.peer);
      if (message.isOutgoing) run.news.said(chat, message.at); // answered on another device
      else if (run.road === 'archive') {
        run.news.said(chat, message.at, noticeOf(account, entry.peer, message), message.isMention);
      }
      // What was answered before this device existed was read, too.
      if (run.road === 'past' && message.isOutgoing) chats.markRead(database, chat, message.id);
    }
  }
  // Of the past, only the newest page can hold something that nobody has read yet.
  if (run.road === 'past' && run.gap !== undefined) {
    for (const [chat, message] of newest) chats.markRead(database, chat, message);
  }
  announce(run, rows, added, changes);
  return { added: added.size, earliest };
}

function hasNoChat(account: Account, { peer, facts }: Meaning): boolean {
  return facts.length > 0 && chats.findChat(account.profile.database, account.id, peer) === undefined;
}

/** It will have a chat after this. */
function isNewChat({ facts }: Meaning): boolean {
  return facts.some(({ kind }) => kind === 'message');
}

/** The known messages that are still to come in a page, by chat. */
class UpcomingKnown {
  readonly #byChat = new Map<number, { readonly index: number; readonly row: messages.MessageRecord }[]>();

  constructor(entries: readonly (Known | News)[]) {
    for (const [index, entry] of entries.entries()) {
      if (!('row' in entry)) continue;
      const list = this.#byChat.get(entry.row.chat) ?? [];
      list.push({ index, row: entry.row });
      this.#byChat.set(entry.row.chat, list);
    }
  }

  /**
   * The next one of a side of a chat behind this place in the page. One of the other side says nothing about the place:
   * what we wrote without a connection stands where it was written, and is in the archive behind what came meanwhile.
   */
  after(index: number, chat: number, { isOutgoing }: Said): messages.MessageRecord | undefined {
    const isNext = (each: { readonly index: number; readonly row: messages.MessageRecord }): boolean =>
      each.index > index && each.row.isOutgoing === isOutgoing;
    return this.#byChat.get(chat)?.find(isNext)?.row;
  }
}

/**
 * A message that has a row: it says where in its chat we are, and that it arrived if it is ours. One that had left and
 * waits is sent, so it must not leave again. A failed one stays failed: either it never left, or it left, was
 * archived, and came back.
 */
function recognise(account: Account, run: PageRun, { row, archiveId }: Known, changes: Change[]): void {
  const { database } = account.profile;
  const side = sideOf(row.chat, row);
  run.last.set(row.chat, Math.max(row.at, run.last.get(row.chat) ?? 0));
  run.lastOfSide.set(side, Math.max(row.at, run.lastOfSide.get(side) ?? 0));
  if (row.archiveId === undefined) messages.setIds(database, row.id, { archiveId });
  if (!row.isOutgoing) return;
  run.news.said(row.chat, row.at);
  // Not only while it is queued: a receipt may have come before the acknowledgement that was lost.
  if (row.delivery !== 'failed' && outbox.removeComposed(database, row.id)) {
    progress(account, row, 'acknowledged', changes);
  }
}

/**
 * Archives keep the order in which messages came (XEP-0313 §archive_order), and may stamp them with whole seconds or by
 * a clock that was set back: within a chat nothing goes before what came earlier, nor behind what came later and is
 * here already.
 * @param next the next message of the chat that is known, if the page holds one
 */
function placeBetween(
  account: Account,
  run: PageRun,
  chat: chats.ChatRecord,
  said: Said,
  next: messages.MessageRecord | undefined,
): number {
  const { at } = said;
  const bound = Math.max(run.boundOf(chat.address as BareJid) * 1_000, (run.fence ?? 0) + 1);
  const before = (): number => earlierThan(account, run, chat, said, next?.id ?? bound);
  const earliest = Math.max(at, run.last.get(chat.id) ?? before());
  const upper = next?.at ?? (run.gap === undefined ? undefined : newerThan(account, run, chat, bound));
  if (upper === undefined || earliest < upper) return earliest;
  // What the other side said in that second may stand behind the next one already; a side keeps its own order first.
  return Math.max(run.lastOfSide.get(sideOf(chat.id, said)) ?? before(), upper - 1);
}

/** Names one side of a chat, whose ids are positive. */
const sideOf = (chat: number, { isOutgoing }: Pick<Said, 'isOutgoing'>): number =>
  isOutgoing ? chat : -chat;

/** The time of the oldest message of a chat that is newer than what is missing; looked up once for each bound. */
function newerThan(
  account: Account,
  run: PageRun,
  chat: chats.ChatRecord,
  bound: number,
): number | undefined {
  const known = run.newer.get(chat.id);
  if (known?.bound === bound) return known.at;
  const id = messages.firstIdFrom(account.profile.database, chat.id, bound);
  const at = id === undefined ? undefined : Math.floor(id / 1_000);
  run.newer.set(chat.id, { bound, at });
  return at;
}

/**
 * The least time of a message that was said after the ones before `id` (milliseconds), 0 for any: not before those of the
 * same second, nor before those of the same side, which may have arrived later than they were stamped. Of these only
 * such count as are older than the gap: in it, any may have come live before those that it follows.
 */
function earlierThan(
  account: Account,
  run: PageRun,
  chat: chats.ChatRecord,
  { at, isOutgoing }: Said,
  id: number,
): number {
  const { database } = account.profile;
  const before = run.gap === undefined ? id : Math.min(id, (run.fence ?? -1) + 1);
  const times = [
    messages.lastIdBefore(database, chat.id, id),
    messages.lastOfSideBefore(database, chat.id, before, isOutgoing),
  ].map((found) => (found === undefined ? 0 : Math.floor(found / 1_000)));
  const [any = 0, same = 0] = times;
  const earliest = Math.max(afterInSecond(any, at), afterArrival(same, at));
  return times.includes(earliest) ? earliest : 0;
}

/**
 * Announces each row, and each chat once behind them; or, of a page among many, only what changed in rows that were
 * there before, and the chats some time soon.
 */
function announce(
  run: PageRun,
  rows: readonly Change[],
  added: ReadonlySet<number>,
  changes: Change[],
): void {
  const last = new Map<number, Change>();
  for (const change of rows) {
    if (change.put === 'chat') last.set(change.row.id, change);
    else if (run.isAnnounced || change.put !== 'message' || !added.has(change.row.id)) changes.push(change);
  }
  if (run.isAnnounced) changes.push(...last.values());
  else for (const chat of last.keys()) run.news.changed(chat);
}
