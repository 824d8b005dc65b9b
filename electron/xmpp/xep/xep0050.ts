/**
 * XEP-0050 Ad-Hoc Commands, version 1.3.0. https://xmpp.org/extensions/xep-0050.html
 * Asks what commands a service has, and runs those of a single step. We serve none.
 */
import type { Wire } from '../wire.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { formIn, type Form } from './xep0004.ts';
import { NS_ITEMS, readItems, type Item } from './xep0030.ts';

export const NS = 'http://jabber.org/protocol/commands';
/** We serve none: nothing to advertise. */
export const features: readonly string[] = [];

const STATUSES = ['executing', 'completed', 'canceled'] as const;
const NOTES = ['info', 'warn', 'error'] as const;
const LONGEST_NOTE = 1_024;
const MOST_NOTES = 8;

/** What a service says about a command that was run (#execute). */
export interface CommandResult {
  readonly node: string;
  readonly status: (typeof STATUSES)[number];
  readonly session?: string;
  readonly form?: Form;
  readonly notes: readonly { readonly type: (typeof NOTES)[number]; readonly text: string }[];
}

/** Reads a `<command/>` of a reply. */
export function readCommand(element: Element): CommandResult | undefined {
  const status = STATUSES.find((each) => each === element.attrs['status']);
  const { node, sessionid } = element.attrs;
  if (!is(element, 'command', NS) || status === undefined || node === undefined) return undefined;
  const form = formIn(element);
  const notes = childElements(element, 'note', NS)
    .slice(0, MOST_NOTES)
    .map((note) => ({
      type: NOTES.find((each) => each === note.attrs['type']) ?? ('info' as const),
      text: textOf(note).slice(0, LONGEST_NOTE).toWellFormed(),
    }));
  return {
    node,
    status,
    ...(sessionid !== undefined && { session: sessionid }),
    ...(form !== undefined && { form }),
    notes,
  };
}

export function writeCommand(node: string): Element {
  return xml('command', NS, { node, action: 'execute' });
}

type Requester = Pick<Wire, 'request'>;

/** The commands that a service lists for us (#retrieve). @throws StanzaError, WireClosed */
export async function askCommands(wire: Requester, to: string): Promise<Item[]> {
  const reply = await wire.request({ type: 'get', to, payload: xml('query', NS_ITEMS, { node: NS }) });
  const query = child(reply, 'query', NS_ITEMS);
  return (query && readItems(query)) ?? [];
}

/** Runs a command; `undefined` when the reply is no answer to it. @throws StanzaError, WireClosed */
export async function askExecution(
  wire: Requester,
  to: string,
  node: string,
): Promise<CommandResult | undefined> {
  const reply = await wire.request({ type: 'set', to, payload: writeCommand(node) });
  const command = child(reply, 'command', NS);
  const result = command && readCommand(command);
  return result?.node === node ? result : undefined;
}
