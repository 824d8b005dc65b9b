/**
 * An archive for the scripted server (XEP-0313): holds what a test puts in, pages like a server, and remembers what it
 * was asked. Tests that want it to lie replace its answer.
 */
import { NS, NS_EXTENDED, writeFin, type Fin } from '../../electron/xmpp/xep/xep0313.ts';
import { formIn } from '../../electron/xmpp/xep/xep0004.ts';
import { writeDateTime, readDateTime } from '../../electron/xmpp/xep/xep0082.ts';
import { StanzaError, type IqRequest } from '../../electron/xmpp/wire.ts';
import { child, childText, is, stanza, type Element } from '../../electron/xmpp/xml.ts';
import type { ScriptedServer } from './scripted-wire.ts';

const NS_RSM = 'http://jabber.org/protocol/rsm';

export interface Stored {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A `<message/>` with its namespace. */
  readonly message: string;
}

export interface Asked {
  readonly queryId: string;
  readonly max: number;
  readonly after?: string;
  readonly before?: string;
  /** Milliseconds since 1970. */
  readonly start?: number;
  readonly with?: string;
  readonly afterId?: string;
  readonly beforeId?: string;
}

export class ScriptedArchive {
  readonly stored: Stored[] = [];
  readonly asked: Asked[] = [];
  /** What this server gives at most. */
  limit = 50;
  /** Tests replace this to lie. Results are to be sent with `send`. */
  answer: (asked: Asked) => Fin | Promise<Fin> = (asked) => this.honestAnswer(asked);
  readonly #server: ScriptedServer;

  constructor(server: ScriptedServer) {
    this.#server = server;
    server.features.push(NS);
    server.answers = (iq) => (is(iq.payload, 'query', NS) ? this.#answer(iq) : undefined);
  }

  /** From now on it knows `before-id` and `after-id`. */
  extend(): void {
    this.#server.features.push(NS_EXTENDED);
  }

  put(id: string, message: string, at: number = Date.now()): void {
    this.stored.push({ id, at, message });
  }

  honestAnswer(asked: Asked): Fin {
    const { start, beforeId, afterId } = asked;
    const after = asked.after ?? afterId;
    const before = asked.before === undefined || asked.before === '' ? beforeId : asked.before;
    const indexOf = (id: string): number => {
      const index = this.stored.findIndex((each) => each.id === id);
      if (index < 0) throw new StanzaError('item-not-found', 'cancel');
      return index;
    };
    let found = this.stored;
    if (after !== undefined) found = found.slice(indexOf(after) + 1);
    if (before !== undefined) found = found.filter((each) => this.stored.indexOf(each) < indexOf(before));
    if (start !== undefined) found = found.filter(({ at }) => at >= start);
    if (asked.with !== undefined) {
      const isOf = new RegExp(` (from|to)="${asked.with}[/"]`);
      found = found.filter(({ message }) => isOf.test(message));
    }
    const size = Math.min(asked.max, this.limit);
    const page = asked.before === undefined ? found.slice(0, size) : found.slice(-size);
    for (const each of page) this.send(asked.queryId, each);
    const first = page[0]?.id;
    const last = page.at(-1)?.id;
    return fin(page.length === found.length, {
      ...(first !== undefined && { first }),
      ...(last !== undefined && { last }),
    });
  }

  send(queryId: string, { id, at, message }: Stored, from?: string): void {
    this.#server.deliver(
      `<message${from === undefined ? '' : ` from="${from}"`}><result xmlns="${NS}" queryid="${queryId}" id="${id}">` +
        `<forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="${writeDateTime(at)}"/>` +
        `${message}</forwarded></result></message>`,
    );
  }

  async #answer({ payload }: IqRequest): Promise<Element> {
    const set = child(payload, 'set', NS_RSM);
    const after = set && childText(set, 'after');
    const before = set && childText(set, 'before');
    const field = (name: string): string | undefined => formIn(payload)?.fields.get(name)?.[0];
    const start = readDateTime(field('start') ?? '');
    const [withAddress, afterId, beforeId] = [field('with'), field('after-id'), field('before-id')];
    const asked: Asked = {
      queryId: payload.attrs['queryid'] ?? '',
      max: Number(set && childText(set, 'max')),
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
      ...(start !== undefined && { start }),
      ...(withAddress !== undefined && { with: withAddress }),
      ...(afterId !== undefined && { afterId }),
      ...(beforeId !== undefined && { beforeId }),
    };
    this.asked.push(asked);
    return stanza('iq', { type: 'result', id: 'archive' }, writeFin(await this.answer(asked)));
  }
}

export function fin(isComplete: boolean, set: Fin['set'] = {}): Fin {
  return { isComplete, isStable: true, set };
}
