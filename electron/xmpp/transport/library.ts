/**
 * What the library is given instead of its own transport: a socket that is secured before it connects, and a parser
 * that only passes on what the negotiation admits. The library decodes, parses and dials nothing (traps X1–X5, X15).
 */
import { EventEmitter } from 'node:events';
import ConnectionTCP from '@xmpp/connection-tcp';
import xml from '@xmpp/xml';
import type { LibraryElement } from '@xmpp/xml';
import type { Mechanism } from '../auth/mechanism.ts';
import type { Element } from '../xml.ts';
import type { Written } from './transport.ts';

/** Stands for the header of a stream, which every transport of ours writes in its own way. */
const HEADER = '(header)';

/** What the library's transport asks of ours. */
export interface Underlay {
  /** Resolves when a secured connection stands. */
  connect(): Promise<void>;
  write(text: string, done: Written): void;
  /** Opens a stream, the first or a restarted one. */
  open(done: Written): void;
  /** The library opens a stream, the first or a restarted one, and listens to this parser. */
  opened(parser: LibraryParser): void;
}

/** The library's end of the parser. */
export class LibraryParser extends EventEmitter {
  passStart(header: Element): void {
    this.emit('start', toLibrary(header));
  }

  passElement(element: Element): void {
    this.emit('element', toLibrary(element));
  }
}

/** A transport class for `client.transports`. */
export function createTransport(underlay: Underlay): new () => ConnectionTCP {
  class Socket extends EventEmitter {
    /** The library sends `from` and PLAIN only on secure sockets; ours never is anything else. */
    readonly secure = true;

    connect(): void {
      underlay.connect().then(
        () => this.emit('connect'),
        (error: unknown) => this.emit('error', error),
      );
    }

    write(text: string, done: Written): void {
      if (text === HEADER) underlay.open(done);
      else underlay.write(text, done);
    }
  }

  class Parser extends LibraryParser {
    constructor() {
      super();
      underlay.opened(this);
    }
  }

  class Transport extends ConnectionTCP {
    override socketParameters(): object {
      return {};
    }

    override header(): string {
      return HEADER;
    }

    /** RFC 6120 §6.4.2: an initial response of no length is `=`. The library leaves the element empty: that is none. */
    override send(element: LibraryElement): Promise<void> {
      if (element.name === 'auth' && element.text() === '') element.t('=');
      return super.send(element);
    }
  }
  Transport.prototype.Socket = Socket;
  Transport.prototype.Parser = Parser;
  return Transport;
}

/** Our element in the library's form. */
function toLibrary(element: Element): LibraryElement {
  return xml(
    element.name,
    { ...element.attrs, xmlns: element.ns },
    ...element.children.map((part) => (typeof part === 'string' ? part : toLibrary(part))),
  );
}

/** A mechanism in the form of the library's SASL factory. The library puts the texts through `btoa` and `atob`. */
export function toLibraryMechanism(mechanism: Mechanism): {
  readonly name: string;
  readonly mech: new () => unknown;
} {
  let response: string | undefined;
  class LibraryMechanism {
    readonly name = mechanism.name;
    readonly clientFirst = true;

    response(): string {
      return response ?? mechanism.start().toString('latin1');
    }

    async challenge(data: string): Promise<void> {
      const text = await mechanism.respond(Buffer.from(data, 'latin1').toString());
      response = Buffer.from(text).toString('latin1');
    }
  }
  return { name: mechanism.name, mech: LibraryMechanism };
}

/** What of the library is asked for when it is no longer needed. */
interface Releasable {
  readonly iqCaller: {
    readonly handlers: Map<string, { promise: Promise<unknown>; reject(error: Error): void }>;
  };
  emit(event: 'error', error: Error): unknown;
}

/** Settles every promise that the library still holds, so that no timer and no rejection is left behind. */
export function releaseLibrary(library: Releasable, closed: Error): void {
  for (const waiting of library.iqCaller.handlers.values()) {
    waiting.promise.catch(() => undefined);
    waiting.reject(closed);
  }
  library.emit('error', closed);
}
