/**
 * The wire over the network: one connection, from dialling to the last byte. The library (`@xmpp/client`, imported
 * nowhere else) negotiates the stream; the transport under it, stream management and IQs around it are ours, and once
 * online it sees nothing of the network any more. A fresh library object serves each attempt (traps X7–X13).
 */
import { client } from '@xmpp/client';
import type { Client } from '@xmpp/client';
import type { TLSSocket } from 'node:tls';
import type { Problem } from '../../shared/contract.ts';
import { domainOf, localOf } from '../../shared/jid.ts';
import { bindingsOf, versionCode } from './auth/binding.ts';
import { chooseMechanism } from './auth/choose.ts';
import { NS_SM, Negotiation, featureNames } from './negotiation.ts';
import type { Negotiated } from './negotiation.ts';
import { Pacing, usualPacing } from './pacing.ts';
import type { PacingLimits } from './pacing.ts';
import { ConnectionProblem, problem, problemOf, problemOfStreamError, systemCode } from './problem.ts';
import { Requests } from './requests.ts';
import type { StreamSession } from './session.ts';
import { writeCounter } from './session.ts';
import { dial, usualDialLimits } from './transport/dial.ts';
import type { DialLimits } from './transport/dial.ts';
import { STREAM_END, openingTag, streamError } from './transport/framing.ts';
import { createTransport, toLibraryMechanism } from './transport/library.ts';
import type { LibraryParser } from './transport/library.ts';
import { systemNetwork } from './transport/network.ts';
import type { Network } from './transport/network.ts';
import { StreamParser, StreamViolation, limitsAfterLogin, limitsBeforeLogin } from './transport/parser.ts';
import { readLocation } from './transport/location.ts';
import { WireClosed } from './wire.ts';
import type { ConnectOptions, IqRequest, Wire, WireEvents, WireState } from './wire.ts';
import { NS_CLIENT, NS_STREAM, is, serialize, xml } from './xml.ts';
import type { Element } from './xml.ts';

/** Times in milliseconds. */
export interface StreamLimits extends DialLimits, PacingLimits {
  /** For each step of the negotiation. */
  readonly step: number;
  /** For the server's side of an orderly close. */
  readonly close: number;
}

export const usualLimits: StreamLimits = { ...usualDialLimits, ...usualPacing, step: 30_000, close: 2_000 };

export interface StreamOptions extends ConnectOptions {
  /** PEM certificates of the only authorities to trust, instead of the usual ones. */
  readonly ca?: readonly string[];
  readonly network?: Network;
  readonly limits?: Partial<StreamLimits>;
  /** Takes names of events and harmless data: never a body, a password or anything of SASL. */
  readonly log?: (event: string, data?: Readonly<Record<string, unknown>>) => void;
}

/** Connects as the options say. Never throws and never rejects: whatever goes wrong is a `closed` state. */
export function connectStream(options: StreamOptions, events: WireEvents): Wire {
  const stream = new Stream(options, events);
  stream.start();
  return stream;
}

class Stream implements Wire {
  readonly #options: StreamOptions;
  readonly #events: WireEvents;
  readonly #limits: StreamLimits;
  readonly #domain: string;
  readonly #dialling = new AbortController();
  #phase: 'connecting' | 'online' | 'closing' | 'closed' = 'connecting';
  #library: Client | undefined;
  #socket: TLSSocket | undefined;
  #parser: StreamParser | undefined;
  #negotiation: Negotiation | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #session: StreamSession | undefined;
  #requests: Requests | undefined;
  #pacing: Pacing | undefined;
  #isFlushing = false;
  #ended: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  readonly #signs = new Set<() => void>();

  constructor(options: StreamOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#domain = domainOf(options.address);
  }

  start(): void {
    // A microtask later, so that the caller holds the wire when it hears of it.
    queueMicrotask(() => {
      if (this.#phase !== 'connecting') return;
      this.#announce({ kind: 'connecting' });
      this.#negotiate().catch((error: unknown) => {
        this.#end(problemOf(error, 'protocol', this.#domain));
      });
    });
  }

  // ————— The wire ————————————————————————————————————————————————————————————————————————————————————————

  get nextPosition(): number {
    return this.#session === undefined ? 0 : this.#session.sent + 1;
  }

  get handledUpTo(): number {
    return this.#session?.handled ?? this.#options.resume?.received ?? 0;
  }

  send(stanza: Element): number {
    if (this.#phase !== 'online') throw new WireClosed('the stream is not online');
    if (stanza.ns !== NS_CLIENT || !['message', 'presence', 'iq'].includes(stanza.name)) {
      throw new TypeError(`<${stanza.name}/> is not a stanza`);
    }
    const text = serialize(stanza);
    const position = this.#session?.countSent() ?? 0;
    this.#pacing?.sent();
    this.#write(text);
    return position;
  }

  async request(iq: IqRequest): Promise<Element> {
    const requests = this.#requests;
    if (this.#phase !== 'online' || requests === undefined) throw new WireClosed('the stream is not online');
    const { stanza, reply } = requests.open(iq);
    this.send(stanza);
    return await reply;
  }

  handled(position: number): void {
    this.#session?.markHandled(position);
    if (this.#phase === 'online') this.#pacing?.handled();
  }

  async isAlive(timeout: number): Promise<boolean> {
    if (this.#phase !== 'online') return false;
    return await new Promise<boolean>((resolve) => {
      const sign = (isAlive: boolean): void => {
        clearTimeout(timer);
        this.#signs.delete(alive);
        resolve(isAlive);
      };
      const alive = (): void => {
        sign(this.#phase === 'online');
      };
      const timer = setTimeout(() => {
        sign(false);
      }, timeout);
      this.#signs.add(alive);
      this.#pacing?.ask();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  drop(): void {
    this.#end();
  }

  async #close(): Promise<void> {
    if (this.#phase !== 'online') {
      this.#end();
      return;
    }
    this.#phase = 'closing';
    this.#pacing?.stop();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#limits.close);
      this.#ended = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#acknowledge();
      this.#write(STREAM_END);
    });
    this.#end();
  }

  // ————— Negotiation —————————————————————————————————————————————————————————————————————————————————————

  async #negotiate(): Promise<void> {
    const { address, resource } = this.#options;
    const library = client({
      service: 'xmpp://wire', // our transport answers for every service
      domain: this.#domain,
      resource,
      username: localOf(address) ?? '',
      password: '-', // our mechanisms have the real one
      timeout: this.#limits.step,
    });
    this.#library = library;
    library.reconnect.stop();
    library.on('error', (error: unknown) => {
      this.#end(problemOf(error, 'protocol', this.#domain));
    });
    library.transports = [
      createTransport({
        connect: () => this.#dial(),
        write: (text, done) => {
          if (this.#socket === undefined || this.#phase !== 'connecting')
            done(new WireClosed('not connected'));
          else this.#socket.write(text, done);
        },
        header: () => openingTag({ to: this.#domain, from: address }),
        opened: (parser) => {
          this.#opened(parser);
        },
      }),
    ];
    await library.connect('xmpp://wire');
    await library.open({ domain: this.#domain });
  }

  async #dial(): Promise<void> {
    const { server, resume, pins, ca, network = systemNetwork } = this.#options;
    const preferred = server === undefined ? readLocation(resume?.location) : undefined;
    const socket = await dial(
      {
        domain: this.#domain,
        pins,
        network,
        limits: this.#limits,
        ...(server === undefined ? {} : { server }),
        ...(preferred === undefined ? {} : { preferred }),
        ...(ca === undefined ? {} : { ca }),
      },
      this.#dialling.signal,
    );
    if (this.#phase !== 'connecting') {
      socket.destroy();
      throw new WireClosed('closed while connecting');
    }
    this.#log('secured', { protocol: socket.getProtocol(), cipher: socket.getCipher().name });
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#receiveBytes(bytes);
    });
    socket.on('error', (error) => {
      const code = systemCode(error);
      this.#end(problem(code === 'ETIMEDOUT' ? 'timeout' : 'closed', this.#domain, code || error.message));
    });
    socket.on('close', () => {
      this.#end(problem('closed', this.#domain, 'the connection was closed'));
    });
    this.#negotiation = new Negotiation(this.#options, this.#domain, {
      choose: (features) => {
        this.#log('features', { features: featureNames(features) });
        return chooseMechanism(features, {
          username: localOf(this.#options.address) ?? '',
          password: this.#options.password,
          domain: this.#domain,
          scramSeen: this.#options.scramSeen,
          bindings: bindingsOf(socket),
          tls: versionCode(socket),
        });
      },
      use: (mechanism) => {
        this.#log('authenticating', { mechanism: mechanism.name });
        if (this.#library !== undefined) this.#library.saslFactory._mechs = [toLibraryMechanism(mechanism)];
      },
      pass: (element) => {
        this.#libraryParser?.passElement(element);
      },
      restarting: () => {
        this.#parser?.stop('refuse');
        this.#parser = undefined;
      },
      write: (text) => {
        this.#write(text);
      },
      lost: (acknowledged) => {
        this.#guard(() => {
          this.#events.acknowledged(acknowledged);
        });
      },
      online: (negotiated) => {
        this.#goOnline(negotiated);
      },
    });
  }

  #libraryParser: LibraryParser | undefined;
  #opened(libraryParser: LibraryParser): void {
    const isAuthenticated = this.#negotiation?.step === 'session-features';
    this.#libraryParser = libraryParser;
    this.#watch();
    this.#parser = new StreamParser(
      {
        start: (header) => {
          libraryParser.passStart(header);
        },
        element: (element) => {
          this.#receive(element);
        },
        end: () => {
          if (this.#phase === 'closing') this.#ended?.();
          else this.#end(problem('closed', this.#domain, 'the server closed the stream'));
        },
      },
      isAuthenticated ? limitsAfterLogin : limitsBeforeLogin,
    );
  }

  /** No step of the negotiation may take for ever. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#end(problem('timeout', this.#domain, `no answer while ${this.#negotiation?.step ?? 'dialling'}`));
    }, this.#limits.step);
  }

  #goOnline(negotiated: Negotiated): void {
    const { jid, scram, counters, session, resumed, early } = negotiated;
    clearTimeout(this.#watchdog);
    this.#session = counters;
    this.#requests = new Requests(jid);
    this.#pacing = new Pacing(
      counters,
      {
        acknowledge: () => {
          this.#acknowledge();
        },
        ask: () => {
          this.#ask();
        },
        giveUp: () => {
          this.#end(problem('timeout', this.#domain, 'the server gives no sign of life'));
        },
      },
      this.#limits,
    );
    this.#phase = 'online';
    this.#libraryParser = undefined;
    this.#log(resumed === undefined ? 'online' : 'resumed', { streamManagement: counters !== undefined });
    this.#announce({
      kind: 'online',
      jid,
      scram,
      ...(session === undefined ? {} : { session }),
      ...(resumed === undefined ? {} : { resumed }),
    });
    for (const element of early) this.#route(element, 0);
  }

  // ————— Bytes in ————————————————————————————————————————————————————————————————————————————————————————

  #receiveBytes(bytes: Buffer): void {
    this.#pacing?.heard();
    const parser = this.#parser;
    try {
      if (parser === undefined) throw new StreamViolation('bad-format', 'data was sent between two streams');
      parser.write(bytes);
    } catch (error) {
      this.#violated(error, parser?.isStarted ?? true);
    }
  }

  #violated(error: unknown, isStarted: boolean): void {
    if (this.#phase === 'closed') return;
    if (error instanceof ConnectionProblem) {
      this.#end(error.problem, STREAM_END);
      return;
    }
    if (error instanceof StreamViolation) {
      this.#log('violation', { condition: error.condition, message: error.message });
      if (isStarted)
        this.#end(problem('protocol', this.#domain, error.message), streamError(error.condition));
      else this.#end(problem('not-xmpp', this.#domain, error.message));
      return;
    }
    this.#log('failure', { message: String(error) });
    this.#end(problemOf(error, 'protocol', this.#domain), streamError('internal-server-error'));
  }

  #receive(element: Element): void {
    if (this.#phase === 'connecting' && this.#negotiation !== undefined) {
      this.#watch();
      this.#negotiation.receive(element);
    } else if (this.#phase === 'online') this.#receiveOnline(element);
  }

  #receiveOnline(element: Element): void {
    if (element.ns === NS_CLIENT && ['message', 'presence', 'iq'].includes(element.name)) {
      this.#route(element, this.#session?.countReceived() ?? 0);
    } else if (is(element, 'r', NS_SM)) this.#pacing?.asked();
    else if (is(element, 'a', NS_SM)) this.#acknowledged(element);
    else if (is(element, 'error', NS_STREAM))
      throw new ConnectionProblem(problemOfStreamError(element, this.#domain));
    else this.#log('ignored', { name: element.name, ns: element.ns, reason: 'nothing that belongs here' });
  }

  #acknowledged(element: Element): void {
    if (this.#session === undefined) return;
    const outcome = this.#session.acknowledge(element.attrs['h']);
    if (outcome.kind === 'accepted') {
      this.#pacing?.answered();
      for (const sign of [...this.#signs]) sign();
      if (outcome.isNew)
        this.#guard(() => {
          this.#events.acknowledged(outcome.position);
        });
      return;
    }
    if (outcome.kind === 'malformed')
      throw new StreamViolation('invalid-xml', 'an acknowledgement without a number');
    // XEP-0198 1.6.1 §4
    const detail = xml('handled-count-too-high', NS_SM, { h: outcome.h, 'send-count': outcome.sent });
    this.#log('violation', { condition: 'handled-count-too-high', h: outcome.h, sent: outcome.sent });
    this.#end(
      problem('protocol', this.#domain, `${outcome.h} stanzas acknowledged, ${outcome.sent} sent`),
      streamError('undefined-condition', detail),
    );
  }

  #route(element: Element, position: number): void {
    const type = element.attrs['type'];
    if (element.name === 'iq' && type !== 'get' && type !== 'set') {
      const isExpected = (type === 'result' || type === 'error') && this.#requests?.settle(element) === true;
      if (!isExpected) this.#log('ignored', { name: 'iq', type, reason: 'no request that it may answer' });
      this.handled(position);
      return;
    }
    this.#guard(() => {
      this.#events.stanza(element, position);
    });
  }

  // ————— Bytes out ———————————————————————————————————————————————————————————————————————————————————————

  /** Writes what one turn of the event loop says as one segment. */
  #write(text: string): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    if (!this.#isFlushing) {
      this.#isFlushing = true;
      socket.cork();
      process.nextTick(() => {
        if (this.#phase === 'online') this.#pacing?.flushing();
        this.#isFlushing = false;
        socket.uncork();
      });
    }
    socket.write(text);
  }

  #acknowledge(): void {
    if (this.#session === undefined) return;
    this.#write(serialize(xml('a', NS_SM, { h: writeCounter(this.#session.handled) })));
  }

  #ask(): void {
    if (this.#session !== undefined) {
      this.#write(serialize(xml('r', NS_SM)));
      return;
    }
    // Any answer will do, `service-unavailable` included (XEP-0199 2.0.1 §4.2).
    const ping = xml('ping', 'urn:xmpp:ping');
    this.request({ type: 'get', to: this.#domain, payload: ping, timeout: this.#limits.dead })
      .catch((error: unknown) => {
        if (error instanceof WireClosed) throw error;
      })
      .then(() => {
        for (const sign of [...this.#signs]) sign();
      })
      .catch(() => {
        this.#log('no-sign-of-life');
      });
  }

  // ————— The end —————————————————————————————————————————————————————————————————————————————————————————

  /** Ends everything, once. `farewell` is what is still said to the server. */
  #end(reason?: Problem, farewell?: string): void {
    if (this.#phase === 'closed') return;
    const wasClosing = this.#phase === 'closing';
    this.#phase = 'closed';
    clearTimeout(this.#watchdog);
    this.#pacing?.stop();
    this.#parser?.stop();
    this.#dialling.abort(new WireClosed('closed while connecting'));
    const closed = new WireClosed('the stream was closed');
    this.#requests?.fail(closed);
    for (const sign of [...this.#signs]) sign();
    this.#ended?.();
    this.#releaseLibrary(closed);
    const socket = this.#socket;
    if (socket !== undefined) {
      if (farewell === undefined && !wasClosing) socket.destroy();
      else {
        socket.end(farewell ?? '');
        setTimeout(() => socket.destroy(), this.#limits.close).unref();
      }
    }
    const problemToTell = wasClosing ? undefined : reason;
    this.#log('closed', { code: problemToTell?.code, detail: problemToTell?.detail });
    this.#announce({ kind: 'closed', ...(problemToTell === undefined ? {} : { problem: problemToTell }) });
  }

  /** Settles every promise that the library still holds, so that no timer and no rejection is left behind. */
  #releaseLibrary(closed: Error): void {
    const library = this.#library;
    this.#libraryParser = undefined;
    if (library === undefined) return;
    for (const waiting of library.iqCaller.handlers.values()) {
      waiting.promise.catch(() => undefined);
      waiting.reject(closed);
    }
    library.emit('error', closed);
  }

  #announce(state: WireState): void {
    this.#guard(() => {
      this.#events.state(state);
    });
  }

  /** A listener that throws is a fault of ours, and no reason to lose the connection or the process. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log('listener-failed', {
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }

  #log(event: string, data?: Readonly<Record<string, unknown>>): void {
    this.#options.log?.(event, data);
  }
}
