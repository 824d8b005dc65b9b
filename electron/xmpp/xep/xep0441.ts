/**
 * XEP-0441 Message Archive Management Preferences, version 0.2.0. https://xmpp.org/extensions/xep-0441.html
 * What a server is to keep in our archive. Lists of exceptions are read and written back unchanged.
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { NS } from './xep0313.ts';

export { NS };
/** Servers advertise nothing of their own for it (#disco); a client only asks. */
export const features: readonly string[] = [];

const DEFAULTS = ['always', 'never', 'roster'] as const;

export interface Preferences {
  /** What is kept of addresses in neither list (#config-default): all, nothing, or what contacts say. */
  readonly otherwise: (typeof DEFAULTS)[number];
  readonly always: readonly Jid[];
  readonly never: readonly Jid[];
}

/** Reads `<prefs/>`; one without a default that the document knows says nothing. */
export function read(element: Element): Preferences | undefined {
  if (!is(element, 'prefs', NS)) return undefined;
  const otherwise = DEFAULTS.find((each) => each === element.attrs['default']);
  return otherwise && { otherwise, always: readList(element, 'always'), never: readList(element, 'never') };
}

export function write({ otherwise, always, never }: Preferences): Element {
  const list = (name: string, jids: readonly Jid[]): Element =>
    xml(
      name,
      NS,
      {},
      jids.map((jid) => xml('jid', NS, {}, jid)),
    );
  return xml('prefs', NS, { default: otherwise }, list('always', always), list('never', never));
}

/** Asks what our server keeps; `undefined` when it says nothing that could be read. @throws StanzaError, WireClosed */
export async function askPreferences(wire: Pick<Wire, 'request'>): Promise<Preferences | undefined> {
  return answered(await wire.request({ type: 'get', payload: xml('prefs', NS) }));
}

/**
 * Asks our server to keep something else. It may decide otherwise: what it answers is what holds (#config).
 * @throws StanzaError, WireClosed
 */
export async function askChange(
  wire: Pick<Wire, 'request'>,
  preferences: Preferences,
): Promise<Preferences | undefined> {
  return answered(await wire.request({ type: 'set', payload: write(preferences) }));
}

function answered(reply: Element): Preferences | undefined {
  const preferences = child(reply, 'prefs', NS);
  return preferences && read(preferences);
}

function readList(element: Element, name: string): Jid[] {
  const list = child(element, name, NS);
  const entries = list === undefined ? [] : childElements(list, 'jid', NS);
  return entries.flatMap((each) => readJid(textOf(each).trim()) ?? []);
}
