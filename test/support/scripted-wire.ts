/**
 * A wire that plays a script: it answers what the engine asks on its own (an empty server), records what is sent, and
 * delivers whatever a test makes up. Everything above it is real.
 */
import type { Problem } from '../../shared/contract.ts';
import type { FullJid } from '../../shared/jid.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import {
  StanzaError,
  WireClosed,
  type Connect,
  type ConnectOptions,
  type IqRequest,
  type Wire,
  type WireEvents,
} from '../../electron/xmpp/wire.ts';
import { is, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';

const NS_DISCO = 'http://jabber.org/protocol/disco#info';
const NS_ROSTER = 'jabber:iq:roster';

export interface RosterEntry {
  readonly jid: string;
  readonly subscription: string;
  readonly name?: string;
}

export class ScriptedServer {
  /** Everything sent, in order, without the answers to requests. */
  readonly sent: Element[] = [];
  readonly requests: IqRequest[] = [];
  readonly roster: RosterEntry[];
  /** False: no connection comes about. */
  isReachable = true;
  /** Why none comes about otherwise. */
  refusal: Problem | undefined;
  /** Features that the server, and our account, advertise. */
  features: string[] = ['urn:xmpp:carbons:2', 'urn:xmpp:sid:0'];
  handled: number[] = [];
  /** What it was told about somebody looking. */
  active: boolean[] = [];
  /** Answers requests that a test cares about; `undefined` leaves one to the empty server. */
  answers: (iq: IqRequest) => Element | Promise<Element> | undefined = () => undefined;
  options: ConnectOptions | undefined;
  #events: WireEvents | undefined;
  #position = 0;

  constructor(roster: RosterEntry[] = []) {
    this.roster = roster;
  }

  readonly connect: Connect = (options, events) => {
    this.options = options;
    this.#events = events;
    this.#position = 0;
    const isOpen = { value: true };
    queueMicrotask(() => {
      events.state({ kind: 'connecting' });
      const problem = this.isReachable ? this.refusal : { code: 'unreachable' as const };
      if (problem !== undefined) {
        events.state({ kind: 'closed', problem });
        return;
      }
      events.state({
        kind: 'online',
        jid: `${options.address}/${options.resource}` as FullJid,
        session: { id: 'scripted' },
        scram: true,
      });
    });
    return this.#wire(isOpen);
  };

  #wire(isOpen: { value: boolean }): Wire {
    const { sent } = this;
    const end = (): void => {
      isOpen.value = false;
    };
    return {
      get nextPosition() {
        return sent.length + 1;
      },
      get handledUpTo() {
        return 0;
      },
      expectMuch: () => undefined,
      setActive: (isActive) => {
        this.active.push(isActive);
      },
      isAlive: () => Promise.resolve(isOpen.value),
      send: (element) => {
        if (!isOpen.value) throw new WireClosed('scripted');
        sent.push(element);
        this.#events?.seen?.('out', element);
        return sent.length;
      },
      request: (iq) => {
        this.requests.push(iq);
        return Promise.resolve(this.answers(iq) ?? this.#answer(iq));
      },
      handled: (position) => {
        this.handled.push(position);
      },
      close: () => {
        end();
        return Promise.resolve();
      },
      drop: end,
    };
  }

  #answer({ payload }: IqRequest): Element {
    if (payload.ns === NS_DISCO) {
      return reply(
        xml('query', NS_DISCO, {}, ...this.features.map((name) => xml('feature', NS_DISCO, { var: name }))),
      );
    }
    if (payload.ns === NS_ROSTER && payload.children.length === 0) {
      return reply(
        xml('query', NS_ROSTER, {}, ...this.roster.map((entry) => xml('item', NS_ROSTER, { ...entry }))),
      );
    }
    if (
      payload.ns.startsWith('http://jabber.org/protocol/pubsub') &&
      payload.children.some((each) => typeof each !== 'string' && is(each, 'items', payload.ns))
    ) {
      throw new StanzaError('item-not-found', 'cancel');
    }
    return reply();
  }

  /** Delivers a stanza as the server would. */
  deliver(text: string): void {
    const element = parseStanza(text);
    if (element === undefined) throw new Error(`the test's own XML is broken: ${text}`);
    this.#position += 1;
    this.#events?.seen?.('in', element);
    this.#events?.stanza(element, this.#position);
  }

  acknowledge(position: number): void {
    this.#events?.acknowledged(position);
  }

  get delivered(): number {
    return this.#position;
  }
}

function reply(payload?: Element): Element {
  return stanza('iq', { type: 'result', id: 'scripted' }, payload);
}
