/**
 * The wire over the network: one connection, from dialling to the last byte. The library (`@xmpp/client`, imported
 * nowhere else) negotiates the stream; the transport under it and everything after are ours, and once online it sees
 * nothing of the network any more. A fresh library object serves each attempt (a reused one can wedge for ever).
 */
import { client } from '@xmpp/client';
import type { Client } from '@xmpp/client';
import type { Problem } from '../../shared/contract.ts';
import { domainOf, localOf } from '../../shared/jid.ts';
import { ClientState } from './client-state.ts';
import { DetailsNote } from './details.ts';
import { Negotiation } from './negotiation.ts';
import type { Negotiated } from './negotiation.ts';
import { negotiationOptions } from './negotiation-options.ts';
import { onlineState } from './online-state.ts';
import { OnlineStream, isStanza } from './online.ts';
import { problem, problemOf } from './problem.ts';
import { reachOptions } from './reach-options.ts';
import { paceWithin, usualLimits } from './stream-options.ts';
import type { StreamLimits, StreamOptions } from './stream-options.ts';
import { STREAM_END } from './transport/framing.ts';
import { createTransport, releaseLibrary, toLibraryMechanism } from './transport/library.ts';
import type { LibraryParser } from './transport/library.ts';
import { limitsAfterLogin, limitsBeforeLogin } from './transport/parser.ts';
import { reach } from './transport/reach.ts';
import type { Transport } from './transport/transport.ts';
import { Watchdog } from './watchdog.ts';
import { WireClosed } from './wire.ts';
import type { IqRequest, Wire, WireEvents, WireState } from './wire.ts';
import { NS as NS_CLIENT_STATE } from './xep/xep0352.ts';
import { NS_STREAM, is, serialize } from './xml.ts';
import type { Element } from './xml.ts';

export type { StreamLimits, StreamOptions } from './stream-options.ts';

/** Connects as the options say. It never throws and never rejects: whatever goes wrong is a `closed` state. */
export function connectStream(options: StreamOptions, events: WireEvents): Wire {
  const stream = new Stream(options, events);
  stream.start();
  return stream;
}

/** Our transport answers for every service; the library wants to hear a name. */
const SERVICE = 'xmpp://wire';

class Stream implements Wire {
  readonly #options: StreamOptions;
  readonly #events: WireEvents;
  readonly #limits: StreamLimits;
  readonly #domain: string;
  readonly #dialling = new AbortController();
  #phase: 'connecting' | 'online' | 'closing' | 'closed' = 'connecting';
  #library: Client | undefined;
  #libraryParser: LibraryParser | undefined;
  #connection: Transport | undefined;
  #negotiation: Negotiation | undefined;
  readonly #watchdog: Watchdog;
  #online: OnlineStream | undefined;
  readonly #details = new DetailsNote();
  readonly #clientState = new ClientState((element) => this.#connection?.write(serialize(element)));
  #closing: Promise<void> | undefined;
  #serverClosed: (() => void) | undefined;

  constructor(options: StreamOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#domain = domainOf(options.address);
    this.#watchdog = new Watchdog(this.#limits.step, this.#details.roundTrip, () => {
      const step = this.#negotiation?.step ?? 'connecting';
      this.#end(problem('timeout', this.#domain, `no answer while ${step}`));
    });
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
    return this.#online?.nextPosition ?? 0;
  }

  get largestStanza(): number | undefined {
    return this.#details.allowed.maxBytes;
  }

  get handledUpTo(): number {
    return this.#online?.handledUpTo ?? this.#options.resume?.received ?? 0;
  }

  send(stanza: Element): number {
    if (!isStanza(stanza)) throw new TypeError(`<${stanza.name}/> is not a stanza`);
    return this.#expectOnline().send(stanza);
  }

  async request(iq: IqRequest): Promise<Element> {
    return await this.#expectOnline().request(iq);
  }

  handled(position: number): void {
    this.#online?.handled(position);
  }

  async isAlive(within?: number): Promise<boolean> {
    return this.#phase === 'online' && (await this.#expectOnline().isAlive(within));
  }

  expectMuch(until: Promise<unknown>): void {
    if (this.#phase === 'online') this.#online?.expectMuch(until);
  }

  setActive(isActive: boolean): void {
    this.#clientState.set(isActive);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  drop(): void {
    this.#end();
  }

  #expectOnline(): OnlineStream {
    if (this.#phase !== 'online' || this.#online === undefined)
      throw new WireClosed('the stream is not online');
    return this.#online;
  }

  async #close(): Promise<void> {
    const [online, connection] = [this.#online, this.#connection];
    if (this.#phase !== 'online' || online === undefined || connection === undefined) {
      this.#end();
      return;
    }
    this.#phase = 'closing';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#limits.close);
      this.#serverClosed = () => {
        clearTimeout(timer);
        resolve();
      };
      online.acknowledge();
      online.stop(new WireClosed('the stream was closed'));
      connection.close();
    });
    this.#end(undefined, '');
  }

  // ————— Negotiation —————————————————————————————————————————————————————————————————————————————————————

  async #negotiate(): Promise<void> {
    const { address, resource } = this.#options;
    const library = client({
      service: SERVICE,
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
        connect: () => this.#reach(),
        open: (done) => {
          const connection = this.#negotiating(done);
          connection?.open({ to: this.#domain, from: address }, done);
          if (connection !== undefined) this.#negotiation?.opened();
        },
        write: (text, done) => this.#negotiating(done)?.write(text, done),
        opened: (parser) => {
          this.#openStream(parser);
        },
      }),
    ];
    await library.connect(SERVICE);
    await library.open({ domain: this.#domain });
  }

  /** Bound to the negotiation: whatever the library should think of later stays unsaid. */
  #negotiating(done: (error: Error) => void): Transport | undefined {
    if (this.#phase === 'connecting' && this.#connection !== undefined) return this.#connection;
    done(new WireClosed('not negotiating'));
    return undefined;
  }

  async #reach(): Promise<void> {
    const log = (event: string, data: Readonly<Record<string, unknown>>): void => {
      this.#log(event, data);
    };
    const options = reachOptions(this.#options, this.#domain, this.#limits, log);
    const reached = await reach(options, this.#dialling.signal);
    if (this.#phase !== 'connecting') {
      reached.abandon();
      throw new WireClosed('closed while connecting');
    }
    const { transport, tlsVersion, cipher } = reached;
    this.#log('secured', { transport, protocol: tlsVersion, cipher });
    this.#details.reached(reached);
    const connection = reached.start({
      heard: () => {
        this.#details.heard();
        this.#online?.heard();
      },
      asked: this.#details.asked,
      flushing: () => this.#online?.flushing(),
      leaving: () => {
        this.#details.asked();
        this.#events.leaving?.();
      },
      failed: (reason, farewell) => {
        this.#end(reason, farewell);
      },
      log,
    });
    this.#connection = connection;
    this.#negotiation = new Negotiation(negotiationOptions(this.#options, this.#domain, reached), {
      use: (mechanism) => {
        if (this.#library !== undefined) this.#library.saslFactory._mechs = [toLibraryMechanism(mechanism)];
      },
      pass: (element) => this.#libraryParser?.passElement(element),
      restarting: () => {
        connection.expectNothing();
      },
      authenticated: () => {
        connection.allow(limitsAfterLogin);
      },
      write: (text) => {
        connection.write(text);
      },
      remember: (memory) => {
        this.#guard(() => {
          this.#events.remember(memory);
        });
      },
      lost: (acknowledged) => {
        this.#guard(() => {
          this.#events.acknowledged(acknowledged);
        });
      },
      online: (negotiated) => {
        this.#goOnline(negotiated, connection);
      },
      fail: (error) => {
        this.#end(problemOf(error, 'protocol', this.#domain), STREAM_END);
      },
      log,
    });
  }

  /** The library opens a stream on the connection: the first, or the one after authentication. */
  #openStream(libraryParser: LibraryParser): void {
    if (this.#phase !== 'connecting') return;
    this.#libraryParser = libraryParser;
    this.#watchdog.watch(this.#negotiation?.isAuthenticated);
    this.#connection?.expectStream(
      {
        start: (header) => {
          libraryParser.passStart(header);
        },
        element: (element) => {
          this.#receive(element);
        },
        end: () => {
          if (this.#phase === 'closing') this.#serverClosed?.();
          else this.#end(problem('closed', this.#domain, 'the server closed the stream'), STREAM_END);
        },
      },
      this.#negotiation?.isAuthenticated === true ? limitsAfterLogin : limitsBeforeLogin,
    );
  }

  #receive(element: Element): void {
    if (is(element, 'features', NS_STREAM)) {
      this.#details.noteFeatures(element);
      if (this.#online !== undefined) this.#online.largest = this.largestStanza;
    }
    if (this.#phase === 'connecting') {
      this.#watchdog.watch(this.#negotiation?.isAuthenticated);
      this.#negotiation?.receive(element);
    } else if (this.#phase === 'online') {
      this.#online?.receive(element);
      this.#offerClientState(); // after SASL2 the last features come when we are online already
    }
  }

  #offerClientState(): void {
    if (this.#details.offers(NS_CLIENT_STATE)) this.#clientState.offered();
  }

  #goOnline(negotiated: Negotiated, connection: Transport): void {
    const { resumed, early } = negotiated;
    this.#watchdog.stop();
    this.#libraryParser = undefined;
    const limits = paceWithin(this.#limits, this.#details.allowed);
    const online = new OnlineStream(negotiated, this.#domain, limits, this.#details.roundTrip, {
      write: (text) => {
        connection.write(text);
      },
      ask: (text) => {
        connection.ask(text);
      },
      fail: (reason, farewell) => {
        this.#end(reason, farewell);
      },
      stanza: (stanza, position) => {
        this.#guard(() => {
          this.#events.stanza(stanza, position);
        });
      },
      acknowledged: (position) => {
        this.#guard(() => {
          this.#events.acknowledged(position);
        });
      },
      seen: (direction, stanza) => {
        this.#guard(() => {
          this.#events.seen?.(direction, stanza);
        });
      },
      log: (event, data) => {
        this.#log(event, data);
      },
    });
    online.largest = this.largestStanza;
    this.#online = online;
    this.#phase = 'online';
    this.#offerClientState();
    this.#log(resumed === undefined ? 'online' : 'resumed', { counts: negotiated.counters !== undefined });
    this.#announce(onlineState(negotiated, this.#details.online(negotiated)));
    for (const element of early) {
      if (this.#expectsStanzas()) online.receiveEarly(element);
    }
  }

  /** Listeners may have closed the wire in the meantime. */
  #expectsStanzas(): boolean {
    return this.#phase === 'online';
  }

  // ————— The end —————————————————————————————————————————————————————————————————————————————————————————

  /** Ends everything, once. `farewell` is what is still said to the server; without one the socket is dropped. */
  #end(reason?: Problem, farewell?: string): void {
    if (this.#phase === 'closed') return;
    const told = this.#phase === 'closing' ? undefined : reason;
    this.#phase = 'closed';
    this.#watchdog.stop();
    const closed = new WireClosed('the stream was closed');
    this.#dialling.abort(closed);
    if (farewell === undefined) this.#connection?.destroy();
    else this.#connection?.end(farewell);
    this.#online?.stop(closed);
    this.#serverClosed?.();
    this.#libraryParser = undefined;
    if (this.#library !== undefined) releaseLibrary(this.#library, closed);
    this.#log('closed', { code: told?.code, detail: told?.detail });
    this.#announce({ kind: 'closed', ...(told !== undefined && { problem: told }) });
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
      this.#log('listener-failed', { error: error instanceof Error ? error.stack : String(error) });
    }
  }

  #log(event: string, data?: Readonly<Record<string, unknown>>): void {
    this.#options.log?.(event, data);
  }
}
