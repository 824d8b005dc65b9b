/** A wire with everything that it announced, in order, for tests that ask what happened. */
import type { Problem } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { connectStream, type StreamOptions } from '../../electron/xmpp/stream.ts';
import type { Memory } from '../../electron/xmpp/auth/memory.ts';
import type { Wire, WireState } from '../../electron/xmpp/wire.ts';
import type { Element } from '../../electron/xmpp/xml.ts';

/** What `listen` calls this installation. */
export const AGENT = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

export type OnlineState = Extract<WireState, { kind: 'online' }>;

export interface Listener {
  readonly wire: Wire;
  readonly states: WireState[];
  readonly stanzas: { readonly stanza: Element; readonly position: number }[];
  readonly acknowledged: number[];
  /** What was to be remembered, in order. */
  readonly memories: Memory[];
  readonly logs: { readonly event: string; readonly data: Readonly<Record<string, unknown>> | undefined }[];
  /** The first online state. @throws Error when the wire closes instead. */
  readonly online: Promise<OnlineState>;
  /** Why the wire closed; `undefined` after our own `close` or `drop`. */
  readonly closed: Promise<Problem | undefined>;
  /** Resolves when so many stanzas have arrived in all. */
  readonly received: (count: number) => Promise<void>;
}

export type ListenOptions = Omit<
  StreamOptions,
  'address' | 'password' | 'resource' | 'pins' | 'scramSeen' | 'memory'
> & {
  readonly address?: string;
  readonly password?: string;
  readonly resource?: string;
  readonly pins?: readonly string[];
  readonly scramSeen?: boolean;
  readonly memory?: Memory;
  /** The password is not kept. */
  readonly withoutPassword?: boolean;
  /** Called before a stanza counts as received. */
  readonly onStanza?: (stanza: Element, position: number, wire: Wire) => void;
  readonly onLeaving?: () => void;
};

/** Connects and listens. Stanzas are not marked as handled unless `onStanza` does. */
export function listen(options: ListenOptions): Listener {
  const { onStanza, onLeaving, address = 'alice@a.test', withoutPassword = false, ...rest } = options;
  const states: WireState[] = [];
  const stanzas: Listener['stanzas'] = [];
  const acknowledged: number[] = [];
  const memories: Memory[] = [];
  const logs: Listener['logs'] = [];
  const online = Promise.withResolvers<OnlineState>();
  const closed = Promise.withResolvers<Problem | undefined>();
  const waiting = new Set<() => void>();
  online.promise.catch(() => undefined); // not every test asks
  const wire = connectStream(
    {
      ...(!withoutPassword && { password: 'secret' }),
      resource: 'd1',
      pins: [],
      scramSeen: false,
      memory: { agent: AGENT, sasl2Seen: false },
      ...rest,
      address: address as BareJid,
      log: (event, data) => logs.push({ event, data }),
    },
    {
      state: (state) => {
        states.push(state);
        if (state.kind === 'online') online.resolve(state);
        if (state.kind === 'closed') {
          online.reject(new Error(`closed: ${JSON.stringify(state.problem)}`));
          closed.resolve(state.problem);
        }
      },
      stanza: (stanza, position) => {
        onStanza?.(stanza, position, wire);
        stanzas.push({ stanza, position });
        for (const check of [...waiting]) check();
      },
      acknowledged: (position) => acknowledged.push(position),
      remember: (memory) => memories.push(memory),
      leaving: () => onLeaving?.(),
    },
  );
  return {
    wire,
    states,
    stanzas,
    acknowledged,
    memories,
    logs,
    online: online.promise,
    closed: closed.promise,
    received: async (count) => {
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (stanzas.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
  };
}
