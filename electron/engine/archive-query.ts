/**
 * Questions to one archive (XEP-0313): which are running, which results belong to them, and what a page is in the end.
 * Decides which results count (our account's archive, a query that runs, nothing behind its end) and applies nothing.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Wire } from '../xmpp/wire.ts';
import { isFromOwnAccount } from '../xmpp/xep/xep0280.ts';
import { askPage, readResult, type ArchiveQuery, type ArchiveResult } from '../xmpp/xep/xep0313.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';

/** More results than this to one question are no answer (H13). */
const MOST_RESULTS = 1_000;

/** The results of a running query, in the order in which they came. */
interface Running {
  readonly results: ArchiveResult[];
  isFlooded: boolean;
}

export interface Page {
  /** Oldest first. */
  readonly results: readonly ArchiveResult[];
  /** Nothing is left in the direction that was asked for. */
  readonly isComplete: boolean;
  /** False when the archive may still change its mind about it. */
  readonly isStable: boolean;
}

export type Question = Omit<ArchiveQuery, 'queryId'>;

/** When the archive stored a result, as far as it says so (milliseconds); never in the future (H75). */
export function stampOf({ forwarded }: ArchiveResult, now: number): number | undefined {
  const at = forwarded?.delay?.at;
  return at === undefined ? undefined : Math.min(at, now);
}

export class ArchiveQueries {
  readonly #account: Account;
  readonly #archive: BareJid;
  readonly #running = new Map<string, Running>();

  /** @param archive whose archive: our own address, or a room's */
  constructor(account: Account, archive: BareJid) {
    this.#account = account;
    this.#archive = archive;
  }

  /**
   * Takes a result to its query. Only the archive's owner speaks for it, and only to a query that is running
   * (XEP-0313 §security-impersonation, CVE-2019-16237): everything else is dropped. It may be acknowledged at once,
   * because a page that is not committed is fetched again: the ledger has not changed.
   */
  collect(stanza: Element): void {
    const { from } = stanza.attrs;
    const result = readResult(stanza);
    // Without a sender our own account speaks; a room always names itself.
    const isOurs =
      isFromOwnAccount(from, this.#archive) &&
      (from !== undefined || this.#archive === this.#account.address);
    const running = isOurs && result !== undefined ? this.#running.get(result.queryId) : undefined;
    if (running === undefined || result === undefined) {
      this.#account.log('dropped', {
        rule: isOurs ? 'unasked-archive-result' : 'forged-archive-result',
        from,
      });
    } else if (running.results.length < MOST_RESULTS) {
      running.results.push(result);
    } else {
      if (!running.isFlooded) this.#account.log('dropped', { rule: 'archive-flood', from });
      running.isFlooded = true;
    }
  }

  /**
   * Asks for a page.
   * @throws StanzaError, WireClosed; Error when the answer is none
   */
  async ask(wire: Wire, question: Question): Promise<Page> {
    const queryId = this.#account.profile.host.id();
    const running: Running = { results: [], isFlooded: false };
    this.#running.set(queryId, running);
    try {
      const to = this.#archive === this.#account.address ? undefined : this.#archive;
      const fin = await askPage(wire, to, { queryId, ...question });
      // The results came before the answer, and wait in the account's queue.
      await this.#account.settled();
      if (fin === undefined) throw new Error('the archive gave no answer that could be read');
      const { results, isFlooded } = running;
      // What came behind the last one that the answer names belongs to no page (H10).
      const end = results.findIndex(({ id }) => id === fin.set.last);
      if (end >= 0 && end < results.length - 1) {
        this.#account.log('dropped', {
          rule: 'archive-result-behind-the-end',
          count: results.length - 1 - end,
        });
      }
      return {
        results: end < 0 ? results : results.slice(0, end + 1),
        isComplete: fin.isComplete && !isFlooded,
        isStable: fin.isStable,
      };
    } finally {
      this.#running.delete(queryId);
    }
  }
}
