/**
 * The wire: one connection to one server for one account, from dialling to the last byte.
 * Types only. `stream.ts` implements it over the network, tests script it; it knows no store and no user.
 */
import type { BareJid, FullJid } from '../../shared/jid.ts';
import type { Problem } from '../../shared/contract.ts';
import type { Memory } from './auth/memory.ts';
import type { Element } from './xml.ts';

/** A place for streams over TCP. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'direct';
}

/** A place on the web: `wss:` for WebSocket (RFC 7395), `https:` for BOSH (XEP-0206). */
export interface WebAddress {
  readonly url: string;
}

/** A server given by hand instead of looked up (RFC 6120 §3.2.3). */
export type ServerAddress = TcpAddress | WebAddress;

/** A proxy for every connection of an account; it resolves the names. */
export interface ProxyAddress {
  readonly kind: 'socks5' | 'http';
  readonly host: string;
  readonly port: number;
  /** Absent: the proxy asks for none. */
  readonly username?: string;
  readonly password?: string;
}

/** What a stream needs to be resumed (XEP-0198 1.6.3 §5); kept in the database, so that it outlives the process. */
export interface ResumableSession {
  /** The server's id of the session. */
  readonly id: string;
  /** The full address that the session is bound to. */
  readonly jid: FullJid;
  /** `h`: how many stanzas of the server were handled *and committed* by us. */
  readonly received: number;
  /** Where the server would like to be reached for resumption (`location`), if it said so. */
  readonly location?: string;
  /** What carried it; absent for TCP. It goes on over nothing else. */
  readonly carrier?: 'websocket';
}

/**
 * A client certificate (XEP-0178), shown to nobody but the server of the account's domain. PEM, our own first; the key
 * with it without a passphrase, or in the PKCS#12 file (base64) that all of it came in.
 */
export type ClientCertificate =
  | { readonly certificate: string; readonly key: string }
  | { readonly certificate: string; readonly pfx: string; readonly passphrase: string };

export interface ConnectOptions {
  readonly address: BareJid;
  /** Absent when it is not kept: then what is remembered has to do. */
  readonly password?: string;
  readonly certificate?: ClientCertificate;
  /** From earlier connections; see `remember`. */
  readonly memory: Memory;
  /** Uses the token of the memory for the last time: the server shall forget it. */
  readonly invalidatesToken?: boolean;
  /** Random for each installation and kept, so that two devices never fight over one resource. */
  readonly resource: string;
  readonly server?: ServerAddress;
  /** Nothing is connected to or looked up but through it. */
  readonly proxy?: ProxyAddress;
  /** SHA-256 fingerprints (lower-case hex) of certificates that the person chose to trust for this account. */
  readonly pins: readonly string[];
  /** The strongest SASL mechanism family seen before: a server that once offered SCRAM gets no PLAIN (H55). */
  readonly scramSeen: boolean;
  readonly resume?: ResumableSession;
}

/** How a stream is connected, for a person who wants to know. */
export interface ConnectionDetails {
  readonly transport: 'starttls' | 'direct-tls' | 'websocket' | 'bosh';
  /** As OpenSSL names it. */
  readonly tlsVersion?: string;
  readonly cipher?: string;
  /** The SASL mechanism, and the type of channel binding that it used. */
  readonly mechanism?: string;
  readonly channelBinding?: string;
  /** How often we waited for the server between TLS and being online. */
  readonly roundTrips?: number;
  /** Namespaces of the features that the server offered on this stream, before and after authentication. */
  readonly features: ReadonlySet<string>;
}

export type WireState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'online';
      readonly jid: FullJid;
      /** Present when the server can resume this session later. */
      readonly session?: Pick<ResumableSession, 'id' | 'location' | 'carrier'>;
      /**
       * On a resumed session: how many of our stanzas the server had handled, counted from the session's start.
       * Everything sent after that position has to be sent again.
       */
      readonly resumed?: { readonly acknowledged: number };
      /** True when authentication was by SCRAM or as strong; remembered by the account (see `scramSeen`). */
      readonly scram: boolean;
      /** True when carbons are on already; absent when somebody has to ask for them. */
      readonly carbons?: true;
      /** Absent when the wire cannot tell. Its features grow, when the server names more of them later. */
      readonly details?: ConnectionDetails;
    }
  | {
      readonly kind: 'closed';
      /** Why; absent after our own `close()`. */
      readonly problem?: Problem;
    };

export type Direction = 'in' | 'out';

export interface WireEvents {
  state(state: WireState): void;
  /**
   * A message, presence or IQ request, in the order of arrival; IQ replies go to their `request` instead.
   * `position` counts the stanzas of this stream-management session; 0 when stream management is off.
   */
  stanza(stanza: Element, position: number): void;
  /**
   * The server has handled every stanza that we sent up to this position. Before `online` it speaks of the session that
   * was to be resumed and is lost: the server remembered at least how far it had come (XEP-0198 1.6.3 §5).
   */
  acknowledged(position: number): void;
  /** What authentication is to remember from now on, instead of what it remembered before. Secret; kept at once. */
  remember(memory: Memory): void;
  /** Every stanza of a stream that is online as it comes and goes, replies among them; nothing of authentication. */
  seen?(direction: Direction, stanza: Element): void;
  /**
   * What was written in this turn of the event loop leaves now. The last moment to make durable what it stands for: when
   * this throws, nothing leaves and the connection ends.
   */
  leaving?(): void;
}

export interface IqRequest {
  readonly type: 'get' | 'set';
  /** Absent: our own account (the server answers for our bare address). */
  readonly to?: string;
  readonly payload: Element;
  /** Milliseconds; 30,000 when absent. */
  readonly timeout?: number;
  /**
   * Much comes before the answer, and the server is not to wait for our acknowledgement of each part of it. It asks and
   * changes nothing, so it may leave before what was done until now is on the disk.
   */
  readonly isBulk?: boolean;
}

export interface Wire {
  /** The position that the next stanza sent will have; 0 when stream management is off. */
  readonly nextPosition: number;
  /**
   * Sends a stanza and returns its position in the stream-management session, 0 without one.
   * @throws WireClosed when the stream is not online: nothing is ever written into an unfinished negotiation;
   * StanzaError when it is larger than `largestStanza`: the server would end the stream.
   */
  send(stanza: Element): number;
  /**
   * Sends an IQ with a random id and resolves with the `<iq type='result'/>` whose id and sender both match.
   * @throws StanzaError when the other side answered with an error, WireClosed when the connection ended or the
   * time ran out before an answer came.
   */
  request(iq: IqRequest): Promise<Element>;
  /**
   * Says that the stanza at this position is handled and committed, so that it may be acknowledged.
   * Positions may come in any order; `h` follows the contiguous prefix.
   */
  handled(position: number): void;
  /** The most bytes that the server takes in one stanza (XEP-0478); `undefined` when it does not say. */
  readonly largestStanza?: number | undefined;
  /** `h`: the contiguous prefix of positions that were handled; readable after the connection closed, too. */
  readonly handledUpTo: number;
  /**
   * Asks the server for a sign of life; false when the stream is closed or none comes in time: within these milliseconds,
   * or what is long for this connection.
   */
  isAlive(within?: number): Promise<boolean>;
  /**
   * Much comes until then, because we asked for it: it is acknowledged in larger parts, each of which has to be on the disk
   * before. Does nothing when the stream is not online. @param until settles when all of it is there
   */
  expectMuch(until: Promise<unknown>): void;
  /**
   * Says whether somebody is looking (XEP-0352), if the server wants to know and does not know it yet. Every stream
   * begins with somebody looking; does nothing when it is not online.
   */
  setActive(isActive: boolean): void;
  /** Acknowledges, closes the stream and the socket in an orderly way. The session can not be resumed afterwards. */
  close(): Promise<void>;
  /** Drops the socket at once, leaving the session to be resumed. */
  drop(): void;
}

export type Connect = (options: ConnectOptions, events: WireEvents) => Wire;

/** The connection ended, or was not there, before the thing could be done. */
export class WireClosed extends Error {
  override readonly name = 'WireClosed';
}

/** The remote side answered an IQ with an error (RFC 6120 §8.3). */
export class StanzaError extends Error {
  override readonly name = 'StanzaError';
  readonly condition: string;
  readonly type: string;
  readonly text: string | undefined;
  /** The whole answer: some errors come with more than their condition. */
  readonly stanza: Element | undefined;

  constructor(condition: string, type: string, text?: string, stanza?: Element) {
    super(text === undefined ? condition : `${condition}: ${text}`);
    this.condition = condition;
    this.type = type;
    this.text = text;
    this.stanza = stanza;
  }
}
