/**
 * IQ requests that wait for their answer. An answer counts only when both its id and its sender fit (RFC 6120 §8.1.2.1,
 * §8.2.3; CVE-2014-0364 and relatives): the id is no secret to the one who is asked, and others may guess.
 */
import { randomBytes } from 'node:crypto';
import { bareOf, domainOf, readJid } from '../../shared/jid.ts';
import type { Jid } from '../../shared/jid.ts';
import { StanzaError, WireClosed } from './wire.ts';
import type { IqRequest } from './wire.ts';
import { childElements, childText, stanza } from './xml.ts';
import type { Element } from './xml.ts';

const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** Milliseconds. */
const DEFAULT_TIMEOUT = 30_000;

interface Waiting {
  readonly to: string | undefined;
  readonly timer: NodeJS.Timeout;
  resolve(reply: Element): void;
  reject(error: Error): void;
}

export class Requests {
  readonly #waiting = new Map<string, Waiting>();
  readonly #own: ReadonlySet<string>;
  readonly #bare: string;

  /** @param jid our own full address on this stream; the server's, while we have none */
  constructor(jid: Jid) {
    this.#bare = bareOf(jid);
    // The server answers for our account in any of these names when the request had no `to`.
    this.#own = new Set<string>([jid, this.#bare, domainOf(jid)]);
  }

  /** Makes the stanza of a request and the promise of its answer; the caller sends the stanza. */
  open(request: IqRequest): { readonly stanza: Element; readonly reply: Promise<Element> } {
    const id = randomBytes(16).toString('base64url');
    const reply = new Promise<Element>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new WireClosed('no answer in time'));
      }, request.timeout ?? DEFAULT_TIMEOUT);
      this.#waiting.set(id, { to: request.to, timer, resolve, reject });
    });
    return { stanza: stanza('iq', { type: request.type, id, to: request.to }, request.payload), reply };
  }

  /** Hands an `<iq type='result'/>` or `'error'` to its request; false when there is none that it may answer. */
  settle(reply: Element): boolean {
    const id = reply.attrs['id'] ?? '';
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || !this.#mayAnswer(reply.attrs['from'], waiting.to)) return false;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (reply.attrs['type'] === 'error') waiting.reject(readError(reply));
    else waiting.resolve(reply);
    return true;
  }

  /** Ends all requests because the connection ended. */
  fail(error: Error): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(error);
    }
    this.#waiting.clear();
  }

  #mayAnswer(from: string | undefined, to: string | undefined): boolean {
    // RFC 6120 §8.1.2.1: a stanza without sender is from our own account.
    const sender = from === undefined ? this.#bare : readJid(from);
    if (sender === undefined) return false;
    return to === undefined ? this.#own.has(sender) : sender === readJid(to);
  }
}

/** The error of an IQ; a reply that lacks one is an error all the same (RFC 6120 §8.3). */
function readError(reply: Element): StanzaError {
  const error = childElements(reply, 'error')[0];
  const condition =
    error && childElements(error).find(({ name, ns }) => ns === NS_STANZA_ERRORS && name !== 'text');
  return new StanzaError(
    condition?.name ?? 'undefined-condition',
    error?.attrs['type'] ?? 'cancel',
    error && childText(error, 'text', NS_STANZA_ERRORS),
    reply,
  );
}
