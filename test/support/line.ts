/** Two engines that reach each other: each has a scripted server, and what one sends to the other's address arrives there. */
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { child, childElements, serialize, withAttributes, type Element } from '../../electron/xmpp/xml.ts';
import type { ScriptedServer } from './scripted-wire.ts';

export interface End {
  readonly address: string;
  readonly server: ScriptedServer;
}

/** Joins them. What was sent to either is in its server's `sent` as well. */
export function join(a: End, b: End): void {
  lead(a, b);
  lead(b, a);
}

function lead(from: End, to: End): void {
  const full = ({ server, address }: End): string => `${address}/${server.options?.resource ?? ''}`;
  const isForThem = (stanza: { readonly to?: string | undefined }): boolean =>
    stanza.to === to.address || stanza.to === full(to);
  const { push } = from.server.sent;
  /** Replies that somebody over there waits for. */
  const waiting = new Map<string, (reply: Element) => void>();
  // Beside the record everything goes on, in its order.
  from.server.sent.push = function (...stanzas: Element[]): number {
    for (const each of stanzas) {
      const { to: recipient, id = '', type } = each.attrs;
      if (!isForThem({ to: recipient })) continue;
      if (each.name === 'iq' && (type === 'result' || type === 'error')) replies(to).get(id)?.(each);
      else to.server.deliver(serialize(withAttributes(each, { from: full(from) })));
    }
    return push.apply(this, stanzas);
  };
  pending.set(from, waiting);
  const before = from.server.answers;
  from.server.answers = (iq) => {
    if (!isForThem(iq) || iq.to?.includes('/') !== true) return before(iq);
    const id = `${from.address}-${String((count += 1))}`;
    return new Promise<Element>((resolve, reject) => {
      waiting.set(id, (reply) => {
        if (reply.attrs['type'] === 'result') resolve(reply);
        else reject(errorOf(reply));
      });
      const payload = serialize(iq.payload);
      to.server.deliver(
        `<iq xmlns="jabber:client" type="${iq.type}" id="${id}" from="${full(from)}" to="${iq.to ?? ''}">${payload}</iq>`,
      );
    });
  };
}

let count = 0;
const pending = new Map<End, Map<string, (reply: Element) => void>>();
const replies = (end: End): Map<string, (reply: Element) => void> =>
  pending.get(end) ?? new Map<string, (reply: Element) => void>();

function errorOf(reply: Element): StanzaError {
  const error = child(reply, 'error');
  const condition = error && childElements(error)[0]?.name;
  return new StanzaError(
    condition ?? 'undefined-condition',
    error?.attrs['type'] ?? 'cancel',
    undefined,
    reply,
  );
}
