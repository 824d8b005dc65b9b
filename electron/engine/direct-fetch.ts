/**
 * Fetches a file from the client that published it (XEP-0358), and answers as a web server would that knows ranges: so a
 * download goes on where it was cut off, is bounded and checked, wherever it comes from.
 */
import { bareOf } from '../../shared/jid.ts';
import type { AttachmentRecord } from '../store/attachments.ts';
import { getChat } from '../store/chats.ts';
import type { HttpAnswer } from '../xmpp/transport/http.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { writeJingle, type Condition, type Jingle } from '../xmpp/xep/xep0166.ts';
import { readDescription, writeDescription } from '../xmpp/xep/xep0234.ts';
import { readTransport, writeTransport, type InBandTransport } from '../xmpp/xep/xep0261.ts';
import { askStart, readPublicationAddress, type Publication } from '../xmpp/xep/xep0358.ts';
import type { Account } from './account.ts';
import type { Session } from './direct.ts';
import { TransferProblem } from './transfer-problem.ts';

/** Milliseconds that the other side may take for its next word or block. */
const PATIENCE = 30_000;

/** What a place of files can be asked for; `HttpClient` is another one. */
export interface Place {
  request(
    address: string,
    request: { readonly headers?: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<HttpAnswer>;
  close(): void;
}

/**
 * The place of a file that somebody published; `undefined` for one on the web.
 * @throws TransferProblem `not-allowed` where a message names a client of a third person: to ask it would tell it of us
 */
export function placeOf(account: Account, record: AttachmentRecord, address: string): Place | undefined {
  const publication = readPublicationAddress(address);
  if (publication === undefined) return undefined;
  const chat = getChat(account.profile.database, record.chat);
  const owner = bareOf(publication.publisher);
  const sender = record.isOutgoing ? account.address : chat?.address;
  if (chat?.kind !== 'contact' || owner !== sender) {
    throw new TransferProblem('not-allowed', 'published by somebody else');
  }
  return {
    request: async (_, { headers }, signal) => {
      try {
        return await ask(account, publication, headers?.['range'], signal);
      } catch (error) {
        throw problemOf(error);
      }
    },
    close: () => undefined, // each answer ends its own session
  };
}

/** Who is not there now may be later: what has come of the file is worth to be kept. */
function problemOf(error: unknown): unknown {
  const isAway =
    error instanceof WireClosed ||
    (error instanceof StanzaError && /unavailable|remote-server|constraint/.test(error.condition));
  return isAway ? new TransferProblem('unreachable', String(error), { isPassing: true }) : error;
}

/** @param range `bytes=<from>-`, as a download asks for the rest */
async function ask(
  account: Account,
  publication: Publication,
  range: string | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { wire, transfers } = account;
  const { direct } = transfers;
  if (wire === undefined) throw new WireClosed('offline');
  const { publisher } = publication;
  const [session, offer] = await direct.expecting(publisher, async () => {
    const entered = direct.enter(wire, publisher, await askStart(wire, publication));
    try {
      return [entered, await entered.inbox.next(PATIENCE, signal)] as const;
    } catch (error) {
      direct.leave(entered);
      throw error;
    }
  });
  const fetching = new Fetching(account, session, offer);
  const { size, canSkip, transport } = fetching.terms;
  const wanted = Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0);
  if (size === undefined || transport === undefined) {
    fetching.end('unsupported-transports');
    throw new TransferProblem('unreachable', 'nothing was offered that we could take', { isPassing: true });
  }
  const offset = canSkip ? wanted : 0;
  const last = `${String(offset)}-${String(size - 1)}`;
  return {
    status: offset >= size && offset > 0 ? 416 : offset > 0 ? 206 : 200,
    headers: {
      'content-length': String(Math.max(0, size - offset)),
      'content-range': `bytes ${last}/${String(size)}`,
      // The same publication is the same bytes for ever.
      etag: `"${Buffer.from(publication.id).toString('base64url')}"`,
    },
    parts: (limit) => fetching.parts(transport, offset, Math.min(limit, size - offset), signal),
    bytes: () => Promise.reject(new TypeError('it comes in parts')),
    discard: () => {
      fetching.end('cancel');
    },
  };
}

/** One session in which a file comes. */
class Fetching {
  readonly terms: { size: number | undefined; canSkip: boolean; transport: InBandTransport | undefined };
  readonly #account: Account;
  readonly #session: Session;
  readonly #offer: Jingle | undefined;
  #hasEnded = false;

  constructor(account: Account, session: Session, offer: Jingle | undefined) {
    this.#account = account;
    this.#session = session;
    this.#offer = offer;
    const [content] = offer?.action === 'session-initiate' ? offer.contents : [];
    const file = content?.description && readDescription(content.description);
    this.terms = {
      size: file?.size,
      canSkip: file?.offset !== undefined,
      transport: content?.transport && readTransport(content.transport),
    };
  }

  /** Accepts, and hands out what comes. @throws TransferProblem; the reason of the signal */
  async *parts(
    transport: InBandTransport,
    offset: number,
    most: number,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const { peer } = this.#session;
    const { blocks, close } = this.#account.transfers.direct.listen(peer, transport.sid);
    let reason: Condition = 'cancel';
    try {
      await this.#accept(transport, offset);
      let isOpen = false;
      let count = 0;
      let done = 0;
      for (;;) {
        const block = await blocks.next(PATIENCE, signal);
        if (block === undefined)
          throw new TransferProblem('unreachable', 'nothing more came', { isPassing: true });
        const { said, answer } = block;
        if (said.kind === 'close') {
          answer();
          break;
        }
        const isNext =
          said.kind === 'open'
            ? !isOpen && said.blockSize <= transport.blockSize
            : isOpen && said.seq === (count & 0xffff) && said.bytes.length <= transport.blockSize;
        if (!isNext) {
          // A block that is missing is not made up for by those behind it (XEP-0047 #send).
          answer('unexpected-request');
          throw new TransferProblem('refused', 'blocks out of order');
        }
        if (said.kind === 'data') {
          count += 1;
          done += said.bytes.length;
          if (done > most) throw new TransferProblem('too-large', 'longer than was said');
          yield Buffer.from(said.bytes);
        } else isOpen = true;
        answer();
      }
      if (done < most) throw new TransferProblem('unreachable', 'cut off', { isPassing: true });
      reason = 'success';
    } catch (error) {
      throw problemOf(error);
    } finally {
      close();
      this.end(reason);
    }
  }

  async #accept(transport: InBandTransport, offset: number): Promise<void> {
    const { wire, peer, sid } = this.#session;
    const [content] = this.#offer?.contents ?? [];
    if (content === undefined) return;
    const description = writeDescription({ offset });
    const contents = [{ ...content, description, transport: writeTransport(transport) }];
    const payload = writeJingle({ action: 'session-accept', sid, contents, payloads: [] });
    await wire.request({ type: 'set', to: peer, payload });
  }

  /** Says that it is over; once. */
  end(condition: Condition): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { wire, peer, sid } = this.#session;
    this.#account.transfers.direct.leave(this.#session);
    if (this.#account.wire !== wire) return;
    const reason = { condition };
    const payload = writeJingle({ action: 'session-terminate', sid, contents: [], reason, payloads: [] });
    wire.request({ type: 'set', to: peer, payload }).catch((error: unknown) => {
      this.#account.log('session-left', { error: String(error) });
    });
  }
}
