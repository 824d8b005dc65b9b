// The parts of xmpp.js 0.14 that we use; its packages come without types.
declare module '@xmpp/xml' {
  export interface LibraryElement {
    readonly name: string;
    readonly attrs: Record<string, string>;
    text(): string;
    /** Adds text. */
    t(text: string): LibraryElement;
  }
  export default function xml(
    name: string,
    attrs: Record<string, string>,
    ...children: (LibraryElement | string)[]
  ): LibraryElement;
}

declare module '@xmpp/connection-tcp' {
  import type { EventEmitter } from 'node:events';
  import type { LibraryElement } from '@xmpp/xml';

  export default class ConnectionTCP extends EventEmitter {
    Socket: new () => EventEmitter;
    Parser: new () => EventEmitter;
    socketParameters(service: string): object | undefined;
    header(element: unknown): string;
    send(element: LibraryElement): Promise<void>;
  }
}

declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';

  export interface Client extends EventEmitter {
    transports: unknown[];
    readonly reconnect: { stop(): void };
    readonly saslFactory: { _mechs: { readonly name: string; readonly mech: new () => unknown }[] };
    readonly iqCaller: {
      readonly handlers: Map<string, { readonly promise: Promise<unknown>; reject(error: Error): void }>;
    };
    connect(service: string): Promise<void>;
    open(options: { readonly domain: string }): Promise<unknown>;
  }

  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly resource: string;
    readonly username: string;
    readonly password: string;
    readonly timeout: number;
  }): Client;
}
