/**
 * A page of our archive becomes rows: decrypted in one use of the keys, committed in one transaction with its cursor.
 * What a message means is decided where live messages are; here is what the archive adds: order, and what we know.
 */
import type { Change } from '../../shared/contract.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import type { ArchiveResult } from '../xmpp/xep/xep0313.ts';
import type { Account } from './account.ts';
import {
  afterInSecond,
  applyFacts,
  commitWork,
  confirmSessions,
  progress,
  type Meaning,
  type UnitOfWork,
} from './apply.ts';
import type { Envelope, Road } from './facts.ts';
import type { Notice } from './host.ts';
import { findKnown, understand, unwrapArchived } from './inbound.ts';
import { displayName } from './roster.ts';

/** What catching up remembers from page to page. */
export interface CatchUp {
  readonly road: Extract<Road, 'archive' | 'past'>;
  /** When this stream began (milliseconds): what the chats held before is older than what is fetched now. */
  readonly since: number;
  /** The time of the last message of each chat that came by, in the archive's order (milliseconds). */
  readonly last: Map<number, number>;
  /** By chat: what a person is to be told of when all is here. */
  readonly news: Map<number, Notice>;
}

/** A message of the page that has a row already. */
interface Known {
  readonly row: messages.MessageRecord;
  readonly archiveId: string;
}

/**
 * Applies the results of a page, in their order. To be run in a turn of the account's queue, so that no live message
 * comes between asking what is known and storing the rest.
 * @throws only when nothing of it could be stored
 */
export async function applyPage(
  account: Account,
  run: CatchUp,
  results: readonly ArchiveResult[],
  work: UnitOfWork,
): Promise<void> {
  const { profile, omemo } = account;
  const meanings: Meaning[] = [];
  await omemo.exclusive(async (keys) => {
    const entries: (Known | Meaning)[] = [];
    for (const { envelope, archiveId } of unwrapAll(account, run, results)) {
      const row = findKnown(account, envelope);
      const entry = row === undefined ? await understand(envelope, keys) : { row, archiveId };
      if (entry !== undefined) entries.push(entry);
    }
    profile.host.step('page-decrypted');
    profile.commit((changes) => {
      meanings.push(...store(account, run, entries, changes));
      commitWork(account, work, lastStamp(account, results));
      profile.host.step('page-applied');
    });
    profile.host.step('page-committed');
  });
  if (run.road === 'archive') confirmSessions(account, meanings);
  account.outbox.flush();
}

/** When the archive stored the last message of the page, as far as it says so; never in the future (H75). */
function lastStamp(account: Account, results: readonly ArchiveResult[]): number | undefined {
  const stamped = results.findLast(({ forwarded }) => forwarded?.delay !== undefined);
  const at = stamped?.forwarded?.delay?.at;
  return at === undefined ? undefined : Math.min(at, account.profile.host.now());
}

/** The messages of a page, each once: one that was sent twice is in the archive twice. */
function unwrapAll(
  account: Account,
  run: CatchUp,
  results: readonly ArchiveResult[],
): { readonly envelope: Envelope; readonly archiveId: string }[] {
  const seen = new Set<string>();
  const isNew = (...parts: string[]): boolean => {
    const { size } = seen;
    return seen.add(JSON.stringify(parts)).size > size;
  };
  return results.flatMap(({ id, forwarded }) => {
    if (forwarded === undefined || !isNew(id)) return [];
    const envelope = unwrapArchived(account, forwarded, run.road, id);
    if (typeof envelope === 'string') {
      account.log('dropped', { rule: envelope, from: forwarded.message.attrs['from'] });
      return [];
    }
    const { originId, type } = envelope.message;
    const isFirst =
      originId === undefined || type === 'error' || isNew(envelope.peer, envelope.sender, originId);
    return isFirst ? [{ envelope, archiveId: id }] : [];
  });
}

/** Stores the entries inside the page's transaction. Returns what was new. */
function store(
  account: Account,
  run: CatchUp,
  entries: readonly (Known | Meaning)[],
  changes: Change[],
): Meaning[] {
  const rows: Change[] = [];
  const meanings: Meaning[] = [];
  for (const [index, entry] of entries.entries()) {
    if ('row' in entry) {
      recognise(account, run, entry, rows);
      continue;
    }
    meanings.push(entry);
    const nextIn = (chat: number): messages.MessageRecord | undefined => {
      const next = entries.slice(index + 1).find((each) => 'row' in each && each.row.chat === chat);
      return next !== undefined && 'row' in next ? next.row : undefined;
    };
    add(account, run, entry, rows, (chat, at) => placeBetween(account, run, chat, at, nextIn(chat.id)));
  }
  announceOnce(rows, changes);
  return meanings;
}

function add(
  account: Account,
  run: CatchUp,
  meaning: Meaning,
  changes: Change[],
  place: (chat: chats.ChatRecord, at: number) => number,
): void {
  for (const { chat, peer, message } of applyFacts(account, meaning, changes, place)) {
    run.last.set(chat, message.at);
    if (message.isOutgoing) {
      run.news.delete(chat); // answered on another device
      // What was answered before this device existed was read, too.
      if (run.road === 'past') chats.markRead(account.profile.database, chat, message.id);
    } else if (run.road === 'archive') {
      run.news.set(chat, { chat, title: displayName(account, peer), body: message.text });
    }
  }
}

/**
 * A message that has a row: it says where in its chat we are, and that it arrived if it is ours. One that was queued
 * and had left is sent, so it must not leave again. A failed one stays failed: either it never left, or it left, was
 * archived, and came back.
 */
function recognise(account: Account, run: CatchUp, { row, archiveId }: Known, changes: Change[]): void {
  const { database } = account.profile;
  run.last.set(row.chat, Math.max(row.at, run.last.get(row.chat) ?? 0));
  if (row.archiveId === undefined) messages.setIds(database, row.id, { archiveId });
  if (!row.isOutgoing) return;
  run.news.delete(row.chat);
  if (row.delivery === 'queued' && outbox.removeComposed(database, row.id)) {
    progress(account, row, 'acknowledged', changes);
  }
}

/**
 * Archives keep the order in which messages came (XEP-0313 §archive_order), and may stamp them with whole seconds or by
 * a clock that was set back: within a chat nothing goes before what came earlier, nor behind what came later and is
 * here already.
 */
function placeBetween(
  account: Account,
  run: CatchUp,
  chat: chats.ChatRecord,
  at: number,
  next: messages.MessageRecord | undefined,
): number {
  const last = run.last.get(chat.id) ?? earlierThan(account, chat, next?.id ?? run.since * 1_000, at);
  const earliest = Math.max(at, last);
  return next === undefined || earliest < next.at ? earliest : Math.max(last, next.at - 1);
}

/** The least time of a message that came after the ones before `id`, if they are of the same second; else 0. */
function earlierThan(account: Account, chat: chats.ChatRecord, id: number, at: number): number {
  const page = { before: id, limit: 1 };
  const earlier = messages.pageMessages(account.profile.database, chat.id, page).messages[0];
  return earlier !== undefined && afterInSecond(earlier.at, at) === earlier.at ? earlier.at : 0;
}

/** Hundreds of messages in one chat are one change of its row: the last one, behind the messages. */
function announceOnce(rows: readonly Change[], changes: Change[]): void {
  const last = new Map<number, Change>();
  for (const change of rows) {
    if (change.put === 'chat') last.set(change.row.id, change);
    else changes.push(change);
  }
  changes.push(...last.values());
}
