/**
 * Writes texts so that every TLS record ends where one of them ends, as long as they fit into one. A connection may break
 * anywhere, and the other side sees whole records only: so it has whole stanzas. Prosody 0.12 goes on with half a stanza
 * when the stream is resumed, and hears nothing any more (see pacing.ts). Knows nothing of what it writes.
 */
import type { TLSSocket } from 'node:tls';
import type { Piece } from './turn.ts';

/** In bytes. TLS allows twice as much (RFC 8446 §5.1), of which Prosody reads half at a time. */
const LARGEST_RECORD = 8_192;

export class RecordWriter {
  readonly #socket: TLSSocket;
  #waiting: Piece[] = [];
  #isWriting = false;
  #isEnding = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.once('close', () => {
      this.#abandon();
    });
  }

  write(pieces: readonly Piece[]): void {
    this.#waiting.push(...pieces);
    if (this.#socket.destroyed) this.#abandon();
    else this.#next();
  }

  /** Ends the socket behind everything that waits. */
  end(): void {
    this.#isEnding = true;
    this.#next();
  }

  /** One at a time: what Node has to keep waiting it would join. */
  #next(): void {
    if (this.#isWriting || this.#socket.destroyed) return;
    const pieces = this.#take();
    if (pieces.length === 0) {
      if (this.#isEnding) this.#socket.end();
      return;
    }
    this.#isWriting = true;
    this.#socket.write(pieces.map(({ text }) => text).join(''), (error) => {
      this.#isWriting = false;
      for (const { done } of pieces) done?.(error);
      this.#next();
    });
  }

  /** As many as fit into one record, at least one. */
  #take(): Piece[] {
    let [count, bytes] = [0, 0];
    for (const { text } of this.#waiting) {
      bytes += Buffer.byteLength(text);
      if (count > 0 && bytes > LARGEST_RECORD) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #abandon(): void {
    for (const { done } of this.#waiting.splice(0)) done?.(new Error('the connection is closed'));
  }
}
