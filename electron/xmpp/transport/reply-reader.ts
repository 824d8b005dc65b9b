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

  /** @param signal ends the waiting; its reason is thrown then */
  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  /**
   * The next `length` bytes.
   * @throws ProxyRefusal when the connection ends before; the reason of the signal
   */
  async bytes(length: number): Promise<Buffer> {
    for (;;) {
      this.#signal.throwIfAborted();
      const bytes = this.#socket.read(length) as Buffer | null;
      if (bytes?.length === length) return bytes;
      // Fewer bytes than asked for come only at the end.
      if (bytes !== null || this.#socket.readableEnded || this.#socket.destroyed) {
        throw new ProxyRefusal('the proxy closed the connection');
      }
      await this.#news();
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

  /** Resolves when there is more to read, or nothing more to wait for. */
  async #news(): Promise<void> {
    const [socket, signal] = [this.#socket, this.#signal];
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => {
        socket.off('readable', onNews).off('end', onNews).off('close', onNews).off('error', onError);
        signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onNews = (): void => {
        settle();
      };
      const onError = (error: Error): void => {
        settle(new ProxyRefusal(`the proxy broke the connection: ${systemCode(error) || error.message}`));
      };
      const onAbort = (): void => {
        settle(signal.reason as Error);
      };
      socket.on('readable', onNews).on('end', onNews).on('close', onNews).on('error', onError);
      signal.addEventListener('abort', onAbort);
    });
  }
}
