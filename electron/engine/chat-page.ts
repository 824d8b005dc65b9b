/**
 * A page of a chat as the window asks for it. A page ends where something is missing, so that the window's messages are
 * contiguous; going on from there asks the archive first. Only when that cannot be had does a page go on behind a gap,
 * and then it says so.
 */
import type { Gap, MessageRow, Output } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { ChatRecord } from '../store/chats.ts';
import * as gaps from '../store/gaps.ts';
import * as messages from '../store/messages.ts';
import type { Account } from './account.ts';
import type { History } from './history.ts';

type Page = Pick<Output<'messages.page'>, 'messages' | 'hasMore'> & { readonly gaps: Gap[] };

/** How often the archive may be asked for one page. */
const MOST_ASKED = 3;

/** What is known to be missing of a chat, the newest first, with the message id (a time) behind which it is missing. */
interface Missing {
  readonly gap: number;
  /** Messages from this id on are newer than what is missing, the ones before it are older. */
  readonly bound: number;
  readonly isLost: boolean;
}

/** The newest page, or the one before `before`. The archive is asked when the page begins at a gap. */
export async function pageBackwards(
  account: Account,
  chat: ChatRecord,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<Page> {
  const top = before ?? Number.MAX_SAFE_INTEGER;
  for (let asked = 0; ; asked += 1) {
    const gap = missingOf(account, chat).find((each) => !each.isLost && each.bound <= top);
    const page = local(account, chat, { before, after: gap && gap.bound - 1, limit });
    if (gap === undefined) return withLost(account, chat, page, before);
    if (page.messages.length > 0) return withLost(account, chat, { ...page, hasMore: true }, before);
    // The newest messages of a chat that lacks them are shown without waiting for the server.
    let state: Gap['state'] = 'open';
    if (before === undefined) state = fetchSoon(account, chat, gap.gap);
    else if (asked < MOST_ASKED) state = await fetch(account, chat, gap.gap);
    if (state !== 'open') return beyond(account, chat, gap, { before, limit, state });
    if (asked >= MOST_ASKED) return { ...page, hasMore: true };
  }
}

/** The page after `after`, as far as it is here. */
export function pageForwards(
  account: Account,
  chat: ChatRecord,
  { after, limit }: { readonly after: number; readonly limit: number },
): Page {
  const ahead = missingOf(account, chat).filter((each) => !each.isLost && each.bound > after);
  const gap = ahead.at(-1);
  const page = local(account, chat, { after, before: gap?.bound, limit, isForward: true });
  if (gap === undefined) return withLost(account, chat, page, undefined);
  if (page.messages.length > 0) return { ...page, hasMore: true };
  const next = ahead.at(-2);
  const behind = local(account, chat, { after: gap.bound - 1, before: next?.bound, limit, isForward: true });
  const line = { gap: gap.gap, above: behind.messages[0]?.id ?? 0, state: stateOf(account, chat) };
  return { ...behind, hasMore: behind.hasMore || next !== undefined, gaps: [line] };
}

/** Marks what is missing between the messages of a page that was put together without regard to that. */
export function withGaps(account: Account, chat: ChatRecord, rows: readonly MessageRow[]): Gap[] {
  return linesIn(missingOf(account, chat), rows, undefined, stateOf(account, chat));
}

function missingOf(account: Account, chat: ChatRecord): Missing[] {
  return gaps
    .listChatGaps(account.profile.database, account.id, historyOf(account, chat).archive, chat.address)
    .filter((gap) => !gap.isClosed)
    .map(({ id, before, isLost }) => ({ gap: id, bound: before.at * 1_000, isLost }));
}

function local(
  account: Account,
  chat: ChatRecord,
  range: {
    readonly before: number | undefined;
    readonly after: number | undefined;
    readonly limit: number;
    readonly isForward?: boolean;
  },
): Page {
  const { before, after, limit, isForward = false } = range;
  const page = messages.pageMessages(account.profile.database, chat.id, {
    limit,
    ...(after !== undefined && { after }),
    ...(!isForward && { before: before ?? Number.MAX_SAFE_INTEGER }),
  });
  const found = page.messages.map(messages.toRow);
  const rows = isForward && before !== undefined ? found.filter(({ id }) => id < before) : found;
  return { messages: rows, hasMore: page.hasMore && rows.length === found.length, gaps: [] };
}

/** Goes on behind a gap that cannot be filled now. */
function beyond(
  account: Account,
  chat: ChatRecord,
  gap: Missing,
  { before, limit, state }: { before: number | undefined; limit: number; state: Gap['state'] },
): Page {
  const next = missingOf(account, chat).find((each) => !each.isLost && each.bound < gap.bound);
  const page = local(account, chat, { before: gap.bound, after: next && next.bound - 1, limit });
  const shown = withLost(account, chat, page, before);
  const line = { gap: gap.gap, above: before ?? 0, state };
  return { ...shown, hasMore: page.hasMore || next !== undefined, gaps: [...shown.gaps, line] };
}

function withLost(account: Account, chat: ChatRecord, page: Page, next: number | undefined): Page {
  const lost = missingOf(account, chat).filter(({ isLost }) => isLost);
  return { ...page, gaps: [...page.gaps, ...linesIn(lost, page.messages, next, 'lost')] };
}

/** The lines between some messages, and before `next`, the message that follows them. */
function linesIn(
  missing: readonly Missing[],
  rows: readonly MessageRow[],
  next: number | undefined,
  state: Gap['state'],
): Gap[] {
  const ids = [...rows.map(({ id }) => id), ...(next === undefined ? [] : [next])];
  return missing.flatMap(({ gap, bound, isLost }) => {
    const at = ids.findIndex((id) => id >= bound);
    const above = ids[at];
    return above === undefined || at === 0 ? [] : [{ gap, above, state: isLost ? 'lost' : state }];
  });
}

/** The archive that a chat is in: a room has its own. */
export function historyOf(account: Account, { id }: Pick<ChatRecord, 'id'>): History {
  return account.rooms.ofChat(id)?.history ?? account.history;
}

function stateOf(account: Account, chat: ChatRecord): Gap['state'] {
  return historyOf(account, chat).isReachable ? 'open' : 'offline';
}

/** Asks the archive, and waits. Returns `open` when the page can be looked for again. */
async function fetch(account: Account, chat: ChatRecord, gap: number): Promise<Gap['state']> {
  if (!historyOf(account, chat).isReachable) return 'offline';
  try {
    await historyOf(account, chat).fill(gap, chat.address as BareJid);
    return 'open';
  } catch (error) {
    account.log('history-failed', { gap, error: String(error) });
    return stateOf(account, chat) === 'open' ? 'failed' : 'offline'; // it may have gone away meanwhile
  }
}

/** Asks the archive; the window hears of it when that is done. */
function fetchSoon(account: Account, chat: ChatRecord, gap: number): Gap['state'] {
  if (!historyOf(account, chat).isReachable) return 'offline';
  if (historyOf(account, chat).hasFailed(gap, chat.address as BareJid)) return 'failed';
  void fetch(account, chat, gap).then(() => {
    account.profile.announce([{ put: 'history', chat: chat.id }]);
  });
  return 'loading';
}
