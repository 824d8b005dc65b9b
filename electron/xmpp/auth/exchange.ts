/** What the two SASL profiles have in common: what they are given, what they may do, and what they end in. */
import type { FullJid } from '../../../shared/jid.ts';
import { ConnectionProblem, problem } from '../problem.ts';
import type { ResumableSession } from '../wire.ts';
import { textOf } from '../xml.ts';
import type { Element } from '../xml.ts';
import type { ChoiceOptions } from './choose.ts';
import type { Mechanism } from './mechanism.ts';
import type { Memory, MemoryChanges } from './memory.ts';

/** Who wants to authenticate, on which connection. */
export interface AuthenticationOptions extends Omit<ChoiceOptions, 'isStrict' | 'keys'> {
  readonly resume?: ResumableSession;
  /** Present on a stream whose session can never be resumed: the server need not keep it. */
  readonly isPassing?: true;
  /** The token shall be used for the last time (XEP-0484 0.2.0 #invalidation). */
  readonly invalidatesToken?: boolean;
}

export interface ExchangeActions {
  readonly memory: Memory;
  remember(changes: MemoryChanges): void;
  /** Writes to the server. */
  write(element: Element): void;
  log(event: string, data: Readonly<Record<string, unknown>>): void;
  /** Both sides have proved who they are. */
  authenticated(outcome: Authenticated): void;
  /** What went wrong while nothing was being received. */
  fail(error: unknown): void;
}

export interface Authenticated {
  readonly mechanism: Mechanism;
  /** With SASL2, which knows more than that. */
  readonly inline?: Inline;
}

/** What was negotiated along with authentication. */
export interface Inline {
  /** The `<success/>`. */
  readonly success: Element;
  /** Our address, when it is a full one. */
  readonly jid: FullJid | undefined;
  /** What we asked for: only that may be answered. */
  readonly asked: {
    readonly resume: boolean;
    readonly bind: boolean;
    readonly enable: boolean;
    readonly carbons: boolean;
  };
}

export interface Exchange {
  /**
   * Takes the next element of the stream.
   * @throws ConnectionProblem when there is no way on
   */
  receive(element: Element): void;
}

/**
 * The content of a SASL element: base64, with `=` for an empty text (RFC 6120 §6.4.2).
 * @throws ConnectionProblem `protocol`
 */
export function decodeSasl(text: string, domain: string): Buffer {
  const encoded = text.trim();
  if (encoded === '' || encoded === '=') return Buffer.alloc(0);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
    throw new ConnectionProblem(problem('protocol', domain, 'the server sent malformed base64'));
  }
  return Buffer.from(encoded, 'base64');
}

/** The same for the text of an element. */
export function decodeElement(element: Element, domain: string): Buffer {
  return decodeSasl(textOf(element), domain);
}

/** The problem that an element is, which has no place here. */
export function unexpected({ name }: Element, domain: string, step: string): ConnectionProblem {
  return new ConnectionProblem(problem('protocol', domain, `<${name}/> while ${step}`));
}
