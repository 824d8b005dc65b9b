/**
 * Files that go from client to client within the streams of both accounts, where a server takes none (XEP-0358, XEP-0234,
 * XEP-0261): which sessions there are, and what comes in them. Nobody begins one with us unasked, and one belongs to the
 * full address that it was agreed on with; what is sent and fetched is direct-serve.ts's and direct-fetch.ts's business.
 */
import { readFullJid, type FullJid } from '../../shared/jid.ts';
import type { Wire } from '../xmpp/wire.ts';
import { NS as NS_IBB, readInBand, type InBand } from '../xmpp/xep/xep0047.ts';
import { NS as NS_JINGLE, readJingle, type Jingle } from '../xmpp/xep/xep0166.ts';
import { readStart, writeStarting } from '../xmpp/xep/xep0358.ts';
import { childElements, stanza, xml, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { publishedFor, serve } from './direct-serve.ts';
import { Inbox } from './inbox.ts';

const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** Sessions in which we send at the same time, to all together; others are told to come later. */
const MOST_SERVED = 4;
const MOST_SESSIONS = 32;
/** Blocks that may wait to be taken: a sender that keeps to it has fewer under way. */
const MOST_BLOCKS = 16;

/** A block, and the answer to it: given once it was taken, so that nobody sends faster than it is written. */
export interface Block {
  readonly said: InBand;
  readonly answer: (condition?: 'unexpected-request' | 'resource-constraint') => void;
}

export interface Session {
  readonly wire: Wire;
  readonly peer: FullJid;
  readonly sid: string;
  readonly inbox: Inbox<Jingle>;
}

export class Direct {
  readonly #account: Account;
  /** Whom we have asked to begin one, and how often. */
  readonly #asked = new Map<FullJid, number>();
  readonly #sessions = new Map<string, Session>();
  /** Those that both sides want; others were only offered. */
  readonly #agreed = new Set<Session>();
  readonly #streams = new Map<string, Inbox<Block>>();
  #served = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  /** While `work` runs, this client may begin a session with us; what it began in vain is forgotten after it. */
  async expecting<T>(peer: FullJid, work: () => Promise<T>): Promise<T> {
    this.#asked.set(peer, (this.#asked.get(peer) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#asked.get(peer) ?? 1) - 1;
      if (left > 0) this.#asked.set(peer, left);
      else this.#forgetOffers(peer);
    }
  }

  #forgetOffers(peer: FullJid): void {
    this.#asked.delete(peer);
    for (const [key, session] of this.#sessions) {
      if (session.peer === peer && !this.#agreed.has(session)) this.#sessions.delete(key);
    }
  }

  /** The session of this id with somebody, whether or not it has begun; until `leave`. */
  enter(wire: Wire, peer: FullJid, sid: string): Session {
    const session = this.#sessionOf(wire, peer, sid);
    this.#agreed.add(session);
    return session;
  }

  leave(session: Session): void {
    this.#agreed.delete(session);
    this.#sessions.delete(keyOf(session.peer, session.sid));
  }

  /** The stream is gone, and all sessions with it. */
  cut(): void {
    for (const { inbox } of this.#sessions.values()) inbox.end();
    for (const blocks of this.#streams.values()) blocks.end();
    this.#sessions.clear();
    this.#streams.clear();
  }

  /** Opens our end of a bytestream; `close` ends it. */
  listen(peer: FullJid, sid: string): { readonly blocks: Inbox<Block>; readonly close: () => void } {
    const blocks = new Inbox<Block>(MOST_BLOCKS);
    this.#streams.set(keyOf(peer, sid), blocks);
    return { blocks, close: () => void this.#streams.delete(keyOf(peer, sid)) };
  }

  /** Takes a request that belongs to a session or bytestream which we agreed on. @returns whether it does */
  takes(request: Element): boolean {
    const { from, id, type } = request.attrs;
    const [payload] = childElements(request);
    if (type !== 'set' || id === undefined || (payload?.ns !== NS_IBB && payload?.ns !== NS_JINGLE))
      return false;
    const peer = readFullJid(from ?? '');
    if (peer === undefined) return false;
    return payload.ns === NS_IBB
      ? this.#takesBlock(peer, id, payload)
      : this.#takesAction(peer, id, readJingle(payload));
  }

  /** Begins to send a file that was published to whoever asks for it now. @returns whether the request is about one */
  starts(request: Element): boolean {
    const { from, id, type } = request.attrs;
    const [payload] = childElements(request);
    const wanted = payload && readStart(payload);
    const peer = readFullJid(from ?? '');
    const { wire } = this.#account;
    if (
      type !== 'get' ||
      id === undefined ||
      wanted === undefined ||
      peer === undefined ||
      wire === undefined
    )
      return false;
    const record = publishedFor(this.#account, peer, wanted);
    if (record === undefined) return false; // it is not told whether there is none, or none for them
    if (this.#served >= MOST_SERVED) {
      answer(wire, peer, id, 'resource-constraint', 'wait');
      return true;
    }
    const sid = this.#account.profile.host.id();
    wire.send(stanza('iq', { type: 'result', id, to: peer }, writeStarting(sid)));
    this.#served += 1;
    const session = this.enter(wire, peer, sid);
    void serve(this.#account, session, record)
      .catch((error: unknown) => {
        this.#account.log('file-not-sent', { error: String(error) });
      })
      .finally(() => {
        this.#served -= 1;
        this.leave(session);
      });
    return true;
  }

  #takesBlock(peer: FullJid, id: string, payload: Element): boolean {
    const said = readInBand(payload);
    const blocks = said && this.#streams.get(keyOf(peer, said.sid));
    const { wire } = this.#account;
    if (blocks === undefined || said === undefined || wire === undefined) return false;
    const reply: Block['answer'] = (condition) => {
      if (this.#account.wire === wire) answer(wire, peer, id, condition);
    };
    if (!blocks.push({ said, answer: reply })) reply('resource-constraint');
    return true;
  }

  #takesAction(peer: FullJid, id: string, jingle: Jingle | undefined): boolean {
    const { wire } = this.#account;
    if (jingle === undefined || wire === undefined) return false;
    const isAsked = jingle.action === 'session-initiate' && this.#asked.has(peer);
    const known = this.#sessions.get(keyOf(peer, jingle.sid));
    if (known === undefined && (!isAsked || this.#sessions.size >= MOST_SESSIONS)) return false;
    const session = known ?? this.#sessionOf(wire, peer, jingle.sid);
    answer(wire, peer, id, session.inbox.push(jingle) ? undefined : 'unexpected-request');
    return true;
  }

  #sessionOf(wire: Wire, peer: FullJid, sid: string): Session {
    const key = keyOf(peer, sid);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const session = { wire, peer, sid, inbox: new Inbox<Jingle>(8) };
    this.#sessions.set(key, session);
    return session;
  }
}

function keyOf(peer: FullJid, sid: string): string {
  return `${peer}\n${sid}`;
}

function answer(wire: Wire, to: FullJid, id: string, condition?: string, type = 'cancel'): void {
  const error = condition !== undefined && xml('error', 'jabber:client', { type }, xml(condition, NS_ERRORS));
  wire.send(stanza('iq', { type: condition === undefined ? 'result' : 'error', id, to }, error));
}
