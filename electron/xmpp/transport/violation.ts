/** What ends a stream because of what came on it. */

/** What came is not a stream that we go on with; `condition` is the stream error to send (RFC 6120 §4.9.3). */
export class StreamViolation extends Error {
  override readonly name = 'StreamViolation';
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}
