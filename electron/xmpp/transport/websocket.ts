/**
 * XMPP over WebSocket (RFC 7395): one element in each text frame, inside TLS and nowhere else. The library `ws` (imported
 * nowhere else) frames and masks on a socket of ours; every frame goes through our parser. It follows no redirect and
 * goes to no other place that a server names.
 */
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { ConnectionProblem, problem, problemOf, systemCode } from '../problem.ts';
import { is, serialize, xml } from '../xml.ts';
import type { Element } from '../xml.ts';
import { readElement } from './document.ts';
import { errorOf, headerElement, standAlone, streamError } from './framing.ts';
import type { StreamHeader } from './framing.ts';
import { StreamViolation, limitsAfterLogin, limitsBeforeLogin } from './parser.ts';
import type { ParserEvents, ParserLimits } from './parser.ts';
import { placeOf, secureWeb } from './route.ts';
import type { Route } from './route.ts';
import type { Reached, Transport, TransportEvents, Written } from './transport.ts';
import { Turn } from './turn.ts';

export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';

/** How long the server may take to agree on the protocol, and an ended connection to close. Milliseconds. */
const HANDSHAKE = 10_000;
const LINGER = 2_000;

/**
 * A WebSocket on which nothing was said yet.
 * @param domain the domain of the address, whose certificate will do as well as that of the WebSocket's host
 * @throws ConnectionProblem as `secureWeb`, and `not-xmpp` when something else answers than XMPP over WebSocket
 */
export async function reachWebSocket(
  address: string,
  domain: string,
  route: Route,
  signal: AbortSignal,
): Promise<Reached> {
  const url = new URL(address);
  if (url.protocol !== 'wss:') {
    throw new ConnectionProblem(
      problem('tls-required', url.hostname, 'this WebSocket is not protected by TLS'),
    );
  }
  const { socket } = await secureWeb(placeOf(url), route, signal, domain);
  const webSocket = new WebSocket(url, 'xmpp', {
    createConnection: () => socket,
    followRedirects: false,
    handshakeTimeout: HANDSHAKE,
    maxPayload: limitsAfterLogin.stanzaBytes,
    // RFC 7692 brings back what compression gives away about encrypted text (and bombs).
    perMessageDeflate: false,
  });
  // Stays: an error without a listener would end the process.
  webSocket.on('error', () => undefined);
  try {
    await opening(webSocket, url.hostname, signal);
  } catch (error) {
    webSocket.terminate();
    socket.destroy();
    throw error;
  }
  const tlsVersion = socket.getProtocol();
  return {
    transport: 'websocket',
    ...(tlsVersion !== null && { tlsVersion }),
    cipher: socket.getCipher().name,
    start: (events) => new WebSocketTransport(webSocket, domain, events),
    abandon: () => {
      webSocket.terminate();
    },
  };
}

async function opening(webSocket: WebSocket, host: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (failure?: Error): void => {
      signal.removeEventListener('abort', abort);
      webSocket.off('open', onOpen).off('error', onError).off('unexpected-response', onResponse);
      if (failure === undefined) resolve();
      else reject(failure);
    };
    const onOpen = (): void => {
      // What the server says first, though it has no reason to, waits for its reader.
      webSocket.pause();
      settle();
    };
    const onError = (error: Error): void => {
      const code = systemCode(error);
      const isGone = code === 'ECONNRESET' || code === 'EPIPE';
      settle(new ConnectionProblem(problem(isGone ? 'closed' : 'not-xmpp', host, code || error.message)));
    };
    const onResponse = (_request: unknown, { statusCode }: { statusCode?: number }): void => {
      const detail = `HTTP ${String(statusCode)} instead of a WebSocket`;
      settle(new ConnectionProblem(problem('not-xmpp', host, detail)));
    };
    const abort = (): void => {
      settle(signal.reason as Error);
    };
    webSocket.on('open', onOpen).on('error', onError).on('unexpected-response', onResponse);
    signal.addEventListener('abort', abort);
  });
}

/** What the next frame may be. */
type Expects = 'nothing' | 'open' | 'elements';

class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;
  readonly #host: string;
  readonly #events: TransportEvents;
  readonly #turn: Turn;
  #stream: ParserEvents | undefined;
  #limits: ParserLimits = limitsBeforeLogin;
  #expects: Expects = 'nothing';
  #isStarted = false;
  #isEnded = false;
  #saidClose = false;

  constructor(socket: WebSocket, host: string, events: TransportEvents) {
    this.#socket = socket;
    this.#host = host;
    this.#events = events;
    this.#turn = new Turn(
      events,
      (pieces) => {
        // The library calls back also when it can not send any more.
        for (const { text, done } of pieces) socket.send(text, done);
        if (this.#isEnded) socket.close();
      },
      (error) => {
        socket.terminate();
        this.#fail(problemOf(error, 'storage', host));
      },
    );
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    // RFC 6455 §5.5: the library answers pings; either one shows that the other side lives.
    socket.on('ping', () => {
      this.#events.heard();
    });
    socket.on('error', (error) => {
      const isFraming = systemCode(error).startsWith('WS_ERR_');
      this.#fail(problem(isFraming ? 'protocol' : 'closed', host, error.message));
    });
    socket.on('close', () => {
      this.#fail(problem('closed', host, 'the connection was closed'));
    });
    socket.resume();
  }

  expectStream(events: ParserEvents, limits: ParserLimits): void {
    this.#stream = events;
    this.#limits = limits;
    this.#expects = 'open';
  }

  allow(limits: ParserLimits): void {
    this.#limits = limits;
  }

  expectNothing(): void {
    this.#expects = 'nothing';
  }

  /** RFC 7395 §3.4, and §3.7 for a restart. */
  open({ to, from }: StreamHeader, done?: Written): void {
    this.#write(serialize(xml('open', NS_FRAMING, { to, from, version: '1.0' }), ''), done);
  }

  write(text: string, done?: Written): void {
    if (isBlank(text)) done?.();
    else this.#write(standAlone(text), done);
  }

  ask(text: string): void {
    if (!isBlank(text) && !this.#isClosed()) this.#turn.ask(standAlone(text));
  }

  close(): void {
    if (this.#saidClose) return;
    this.#saidClose = true;
    this.#write(serialize(xml('close', NS_FRAMING), ''));
  }

  end(farewell = ''): void {
    if (this.#isEnded) return;
    const error = errorOf(farewell);
    if (error !== undefined) this.#write(error);
    this.close();
    this.#isEnded = true;
    this.#turn.end();
    if (this.#socket.readyState !== WebSocket.OPEN) this.#socket.terminate();
    setTimeout(() => {
      this.#socket.terminate();
    }, LINGER).unref();
  }

  destroy(): void {
    this.#isEnded = true;
    this.#socket.terminate();
  }

  #write(text: string, done?: Written): void {
    if (this.#isClosed()) done?.(new Error('the connection is closed'));
    else this.#turn.say(text, done);
  }

  #isClosed(): boolean {
    return this.#isEnded || this.#socket.readyState !== WebSocket.OPEN;
  }

  #fail(...reason: Parameters<TransportEvents['failed']>): void {
    if (!this.#isEnded) this.#events.failed(...reason);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#isEnded) return;
    this.#events.heard();
    try {
      // RFC 7395 §3.3.1 and §3.3.3
      if (isBinary || !Buffer.isBuffer(data)) throw new StreamViolation('bad-format', 'a binary frame');
      if (data[0] !== 0x3c) throw new StreamViolation('bad-format', 'a frame that does not begin with "<"');
      this.#take(readElement(data, this.#limits));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(element: Element): void {
    const isFraming = element.ns === NS_FRAMING;
    if (is(element, 'close', NS_FRAMING) && this.#stream !== undefined) this.#closed(element, this.#stream);
    else if (this.#stream === undefined || this.#expects === 'nothing') {
      throw new StreamViolation('bad-format', 'data was sent between two streams');
    } else if (this.#expects === 'open') {
      if (!is(element, 'open', NS_FRAMING)) {
        throw new StreamViolation('invalid-namespace', 'the stream was not opened');
      }
      this.#isStarted = true;
      this.#expects = 'elements';
      this.#stream.start(headerElement(element.attrs['from']));
    } else if (isFraming) throw new StreamViolation('bad-format', `a second <${element.name}/>`);
    else this.#stream.element(element);
  }

  #closed({ attrs }: Element, stream: ParserEvents): void {
    this.#expects = 'nothing';
    if (attrs['see-other-uri'] === undefined) stream.end();
    else {
      // RFC 7395 §3.6.1 would have us go there: the name that the person gave decides where we go (X5).
      this.#fail(problem('server-error', this.#host, 'the server points to another address'), '');
    }
  }

  /** Whatever was thrown while a frame was taken in ends the connection, and only the connection. */
  #refuse(error: unknown): void {
    if (error instanceof ConnectionProblem) this.#fail(error.problem, '');
    else if (error instanceof StreamViolation) {
      this.#events.log('violation', { condition: error.condition, message: error.message });
      this.#fail(
        problem(this.#isStarted ? 'protocol' : 'not-xmpp', this.#host, error.message),
        streamError(error.condition),
      );
    } else {
      this.#events.log('failure', { message: String(error) });
      this.#fail(problemOf(error, 'protocol', this.#host), streamError('internal-server-error'));
    }
  }
}

/** Between frames there is no white space to keep a stream alive with (RFC 7395 §3.8). */
function isBlank(text: string): boolean {
  return text.trim() === '';
}
