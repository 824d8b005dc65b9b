/**
 * When each side of a chat was last heard by our own clock. A stream keeps the order in which a sender spoke (RFC 6120
 * §10.1), but a stamp of the server's cannot be compared with our time of arrival, which is later by all that was slow:
 * the next message, delivered again after a broken connection with a stamp, would come before the one that it follows.
 * Nor can two times of arrival be compared to the second, as long as the server tells its time in whole ones: what comes
 * live comes last. Decides nothing about messages that both have a stamp, but for those of one second: the first may find
 * our own message at the end of the chat, and stands behind it then; the second follows it there.
 */
import type { BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import { lastOfSideBefore, type MessageRecord } from '../store/messages.ts';
import type { Account } from './account.ts';
import type { Envelope } from './facts.ts';

/** Stamps this much older than the last arrival belong where they say, in milliseconds: the longest that we lag behind. */
const LONGEST_LAG = 600_000;
/**
 * How wrong our idea of the server's clock may be, in milliseconds; a look at it may change it by that. What seems to be
 * from further ahead was dated by a clock that was really wrong.
 */
const CLOCK_ERROR = 5_000;
/** So many sides of chats are remembered. */
const MOST = 1_000;

/** The time of a message whose stamp is `at` and that was said after one of the same side that arrived at `last` (milliseconds). */
export function afterArrival(last: number | undefined, at: number): number {
  return last !== undefined && last > at && last - at < LONGEST_LAG ? last : at;
}

/** The time of a message that came after another one and may have a stamp of whole seconds (milliseconds). */
export function afterInSecond(earlier: number, at: number): number {
  return at % 1_000 === 0 && earlier >= at && earlier < at + 1_000 ? earlier : at;
}

/** The time of the newest stored message of a chat, or of one side of it; in milliseconds. */
type Recall = (peer: BareJid, isOutgoing?: boolean) => number | undefined;

/** To be used once the account is complete. */
export function recallOf(account: Account): Recall {
  return (peer, isOutgoing) => {
    const { profile, id } = account;
    const chat = chats.findChat(profile.database, id, peer);
    const last =
      isOutgoing === undefined || chat === undefined
        ? chat?.last?.message
        : lastOfSideBefore(profile.database, chat.id, Infinity, isOutgoing);
    return last === undefined ? undefined : Math.floor(last / 1_000);
  };
}

export class Arrivals {
  readonly #recall: Recall;
  readonly #last = new Map<string, number>();
  /** Where the last one with a stamp of each side went, by the second of its stamp. */
  readonly #placed = new Map<string, { readonly stamp: number; readonly at: number }>();
  #mayRecall = false;

  constructor(recall: Recall) {
    this.#recall = recall;
  }

  /**
   * A stream began. On one that was resumed, everything that is stored came before what it brings, whoever received it;
   * on a new one what it brings first may have waited at the server for long, and the archive may have overtaken it.
   */
  begin(isResumed: boolean): void {
    this.#mayRecall = isResumed;
  }

  /** Takes an envelope from the stream, in the order of arrival, and moves it behind what it follows. */
  inOrder(envelope: Envelope, isStamped: boolean): Envelope {
    const { peer, isOutgoing, at } = envelope;
    const side = sideOf(peer, isOutgoing);
    if (isStamped) {
      const stored = this.#mayRecall ? this.#recall : undefined;
      const last = this.#last.get(side) ?? stored?.(peer, isOutgoing);
      return { ...envelope, at: afterArrival(last, at) };
    }
    const newest = this.#recall(peer) ?? 0;
    const arrived = newest > at && newest - at < CLOCK_ERROR ? newest : at;
    remember(this.#last, side, arrived);
    return { ...envelope, at: arrived };
  }

  /**
   * The time at which a message from the stream is stored (milliseconds). Servers stamp delays with whole seconds: one that
   * was said within the same second as the newest of its chat comes after that, because it arrives after it.
   */
  place(
    { address, last }: chats.ChatRecord,
    { at, isOutgoing }: Pick<MessageRecord, 'at' | 'isOutgoing'>,
  ): number {
    const placed = last === undefined ? at : afterInSecond(Math.floor(last.message / 1_000), at);
    if (at % 1_000 !== 0) return placed;
    const side = sideOf(address, isOutgoing);
    const before = this.#placed.get(side);
    const ordered = before?.stamp === at ? Math.max(before.at, placed) : placed;
    remember(this.#placed, side, { stamp: at, at: ordered });
    return ordered;
  }
}

/** Forgets who was silent for longest. */
function remember<T>(map: Map<string, T>, side: string, value: T): void {
  map.delete(side);
  map.set(side, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}

const sideOf = (peer: string, isOutgoing: boolean): string => `${isOutgoing ? '>' : '<'} ${peer}`;
