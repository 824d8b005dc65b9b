/**
 * Takes the reply of a proxy off a socket piece by piece, and not one byte more: what follows the reply belongs to the
 * stream and stays in the socket. It knows no protocol.
 */
import type { Socket } from 'node:net';
import { systemCode } from '../problem.ts';

/** The proxy said something that it must not say, refused, or fell silent; the message is for the person. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
}

export class ReplyReader {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param signal ends the waiting; its reason is thrown then */
  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    // Stays until the end: attached anew for each wait, it would fire at once for bytes that are too few.
    socket.on('readable', this.#news).on('end', this.#news).on('close', this.#news).on('error', this.#fail);
    signal.addEventListener('abort', this.#news);
  }

  /** Leaves the socket to its next reader, with all that was not taken. */
  release(): void {
    const socket = this.#socket;
    socket
      .off('readable', this.#news)
      .off('end', this.#news)
      .off('close', this.#news)
      .off('error', this.#fail);
    this.#signal.removeEventListener('abort', this.#news);
  }

  /**
   * The next `length` bytes.
   * @throws ProxyRefusal when the connection ends before; the reason of the signal
   */
  async bytes(length: number): Promise<Buffer> {
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#fault !== undefined) throw this.#fault;
      const bytes = this.#socket.read(length) as Buffer | null;
      if (bytes?.length === length) return bytes;
      // Fewer bytes than asked for come only at the end.
      if (bytes !== null || this.#socket.readableEnded || this.#socket.destroyed) {
        throw new ProxyRefusal('the proxy closed the connection');
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /**
   * The next line without its end (CR LF).
   * @param limit the longest line, in bytes with its end
   * @throws ProxyRefusal also for a longer line
   */
  async line(limit: number): Promise<string> {
    const line: number[] = [];
    while (line.length < limit) {
      const [byte = 0] = await this.bytes(1);
      line.push(byte);
      if (byte === 0x0a) {
        if (line.at(-2) !== 0x0d) throw new ProxyRefusal('the proxy sent a line that does not end in CR LF');
        return Buffer.from(line.slice(0, -2)).toString('latin1');
      }
    }
    throw new ProxyRefusal('the reply of the proxy is too long');
  }

  readonly #news = (): void => {
    this.#wake?.();
  };

  readonly #fail = (error: Error): void => {
    this.#fault = new ProxyRefusal(`the proxy broke the connection: ${systemCode(error) || error.message}`);
    this.#wake?.();
  };
}
