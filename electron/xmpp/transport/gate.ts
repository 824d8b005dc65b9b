/**
 * A gate between TLS and its socket, for connections that show a client certificate: Node judges the server's
 * certificate only after the handshake, when ours is on its way. Here nothing but the greeting leaves before that.
 */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** TLS record types (RFC 8446 §5.1) and the one handshake message (§4) that may pass a closed gate. */
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** Type, version and length come before the content of a record. */
const HEADER = 5;

export class Gate extends Duplex {
  readonly #socket: Socket;
  #isOpen = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
    socket.once('error', (error) => this.destroy(error));
  }

  /** Lets everything through from now on. */
  open(): void {
    this.#isOpen = true;
  }

  override _read(): void {
    this.#socket.resume();
  }

  /** What may not pass is lost, and the handshake with it. */
  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isOpen || isGreeting(bytes)) this.#socket.write(bytes, done);
    else done();
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** True when these records hold a ClientHello (a second one, too: RFC 8446 §4.1.4) or an alert, and nothing else. */
function isGreeting(bytes: Buffer): boolean {
  let at = 0;
  while (at + HEADER < bytes.length) {
    const type = bytes[at];
    const isHello = type === HANDSHAKE && bytes[at + HEADER] === CLIENT_HELLO;
    if (!isHello && type !== CHANGE_CIPHER_SPEC && type !== ALERT) return false;
    at += HEADER + bytes.readUInt16BE(at + 3);
  }
  return at === bytes.length;
}
