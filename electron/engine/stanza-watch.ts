/**
 * Shows the stanzas of an account while somebody looks at them, without their secrets, and sends one that was written by
 * hand. Keeps nothing: what nobody watches is not even copied, and what is not told at once is dropped and counted.
 */
import { randomUUID } from 'node:crypto';
import { Refusal } from '../../shared/answer.ts';
import type { Change, Output } from '../../shared/contract.ts';
import { readFullJid, readJid } from '../../shared/jid.ts';
import { isStanza } from '../xmpp/online.ts';
import { redact } from '../xmpp/redaction.ts';
import { readElement } from '../xmpp/transport/document.ts';
import { limitsAfterLogin, StreamViolation } from '../xmpp/transport/parser.ts';
import { StanzaError, type Direction } from '../xmpp/wire.ts';
import { childElements, serialize, withAttributes, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import type { Host } from './host.ts';

/** Who looks has to say so again within this time, in milliseconds: a window that is gone looks no more. */
const LEASE = 60_000;
/** Stanzas told at once, at most. */
const MOST = 200;
/** Characters of one stanza. */
const LONGEST = 16_384;

type Seen = Extract<Change, { put: 'stanzas' }>['stanzas'][number];

interface Watch {
  readonly account: number;
  until: number;
  waiting: Seen[];
  dropped: number;
}

export class StanzaWatch {
  readonly #announce: (changes: readonly Change[]) => void;
  readonly #now: () => number;
  /** By the account's address. */
  readonly #watches = new Map<string, Watch>();

  constructor(announce: (changes: readonly Change[]) => void, now: () => number) {
    this.#announce = announce;
    this.#now = now;
  }

  /** The same host, whose connections are seen from here. */
  tap(host: Host): Host {
    const connect: Host['connect'] = (options, events) =>
      host.connect(options, {
        ...events,
        seen: (direction, stanza) => {
          this.#seen(options.address, direction, stanza);
        },
      });
    return Object.create(host, { connect: { value: connect } }) as Host;
  }

  /** Somebody looks, for a while. */
  watch(account: number, address: string): void {
    const until = this.#now() + LEASE;
    const watch = this.#watches.get(address);
    if (watch?.account === account) watch.until = until;
    else this.#watches.set(address, { account, until, waiting: [], dropped: 0 });
  }

  stop(address: string): void {
    this.#watches.delete(address);
  }

  #seen(address: string, direction: Direction, stanza: Element): void {
    const watch = this.#watches.get(address);
    if (watch === undefined) return;
    const at = this.#now();
    if (at > watch.until) {
      this.#watches.delete(address);
      return;
    }
    if (watch.waiting.length >= MOST) {
      watch.dropped += 1;
      return;
    }
    const text = serialize(redact(stanza));
    const isCut = text.length > LONGEST;
    if (watch.waiting.length === 0) setImmediate(() => this.#tell(watch));
    watch.waiting.push({
      at,
      isOutgoing: direction === 'out',
      xml: isCut ? text.slice(0, LONGEST).toWellFormed() : text,
      ...(isCut && { isCut }),
    });
  }

  #tell(watch: Watch): void {
    const { account, waiting: stanzas, dropped } = watch;
    watch.waiting = [];
    watch.dropped = 0;
    this.#announce([{ put: 'stanzas', account, stanzas, dropped }]);
  }
}

type Sent = Output<'console.send'>;

/**
 * Sends what a person wrote, if it is one stanza that our own parser takes. It goes out as it is: nothing is encrypted,
 * kept or sent again.
 * @throws Refusal `offline`
 */
export function sendByHand(account: Account, text: string): Sent {
  const found = readStanza(account, text);
  if ('problem' in found) return found;
  const { wire } = account;
  if (wire === undefined) throw new Refusal('offline');
  try {
    wire.send(found.stanza);
    return {};
  } catch (error) {
    if (error instanceof StanzaError) return { problem: 'too-large', detail: error.message };
    throw error;
  }
}

function readStanza(account: Account, text: string): { readonly stanza: Element } | Required<Sent> {
  let stanza: Element;
  try {
    stanza = readElement(Buffer.from(text.trim()), limitsAfterLogin);
  } catch (error) {
    if (!(error instanceof StreamViolation)) throw error;
    return { problem: 'not-xml', detail: error.message };
  }
  const { from, to, type = '', id } = stanza.attrs;
  if (!isStanza(stanza)) return { problem: 'not-a-stanza', detail: `<${stanza.name}> in ${stanza.ns}` };
  // RFC 6120 §8.1.2.1: a server ends the stream of who speaks for others.
  if (
    from !== undefined &&
    from !== account.address &&
    readFullJid(from)?.startsWith(`${account.address}/`) !== true
  )
    return { problem: 'sender', detail: from };
  if (to !== undefined && readJid(to) === undefined) return { problem: 'address', detail: to };
  if (stanza.name !== 'iq') return { stanza };
  // RFC 6120 §8.2.3: an IQ has a type and an id, and a request has exactly one child.
  const children = childElements(stanza).length;
  const isWhole =
    type === 'get' || type === 'set'
      ? children === 1
      : (type === 'result' && children <= 1) || type === 'error';
  if (!isWhole) return { problem: 'request', detail: `type="${type}", ${String(children)} elements` };
  return { stanza: id === undefined ? withAttributes(stanza, { id: randomUUID() }) : stanza };
}
