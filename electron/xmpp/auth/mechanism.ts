/**
 * What a SASL mechanism is to the stream (RFC 4422): texts in, texts out, and a verdict about the server at the end.
 * Encoding to base64 and XML is the stream's; nothing here is ever logged.
 */
export interface Mechanism {
  /** Name in the registry of SASL mechanisms. */
  readonly name: string;
  /** True when the exchange proves both sides and never reveals the password. */
  readonly isScram: boolean;
  /** The initial response. */
  start(): Promise<string>;
  /**
   * The response to a challenge.
   * @throws ConnectionProblem when the challenge is one that must not be answered
   */
  respond(challenge: string): Promise<string>;
  /**
   * Judges the server's `<success/>`; only when this returns does the stream go on.
   * @param data the text of the element, empty when there was none
   * @throws ConnectionProblem `not-authentic` when the server did not prove that it knows the password
   */
  finish(data: string): void;
}
