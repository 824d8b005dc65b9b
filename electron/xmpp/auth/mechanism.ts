/**
 * What a SASL mechanism is to the stream (RFC 4422): texts in, texts out, and a verdict about the server at the end.
 * Encoding to base64 and XML is the stream's; nothing here is ever logged.
 */
import type { ScramKeys } from './memory.ts';

export interface Mechanism {
  /** Name in the registry of SASL mechanisms. */
  readonly name: string;
  /** True when the exchange never reveals a secret: after it, PLAIN is a downgrade (XEP-0474 0.5.0 §rules). */
  readonly isStrong: boolean;
  /** True when it is tied to this one TLS connection. */
  readonly isBound: boolean;
  /** The type of the channel binding that ties it, if that is what does. */
  readonly binding?: string;
  /**
   * The initial response.
   * @throws ConnectionProblem `credentials` when name or password cannot be sent
   */
  start(): Buffer;
  /**
   * The response to a challenge.
   * @throws ConnectionProblem when the challenge is one that must not be answered
   */
  respond(challenge: string): Promise<string>;
  /**
   * Judges the server's `<success/>`; only when this returns does the stream go on.
   * @param data what came with it, empty when there was none
   * @throws ConnectionProblem `not-authentic` when the server did not prove that it knows the secret
   */
  finish(data: Buffer): void;
  /** After success: what can stand for the password from now on, if the mechanism has such a thing. */
  readonly keys?: () => ScramKeys | undefined;
}
