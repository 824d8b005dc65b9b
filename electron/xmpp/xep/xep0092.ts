/**
 * XEP-0092 Software Version, version 1.1. https://xmpp.org/extensions/xep-0092.html
 * Asks which program another entity is, and says which one we are. Whether the operating system is told is decided by
 * the person (#security), who may ask by the engine.
 */
import type { Wire } from '../wire.ts';
import { child, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'jabber:iq:version';
export const features = [NS];

/** In characters: these are shown on one line. */
const LONGEST = 256;

export interface Software {
  readonly name: string;
  /** Empty when it does not say, though it should (#protocol). */
  readonly version: string;
  readonly system?: string;
}

export function readSoftware(element: Element): Software | undefined {
  if (!is(element, 'query', NS)) return undefined;
  const [name, version, system] = ['name', 'version', 'os'].map((part) =>
    childText(element, part)?.trim().slice(0, LONGEST).toWellFormed(),
  );
  if (name === undefined || name === '') return undefined;
  return { name, version: version ?? '', ...(system !== undefined && system !== '' && { system }) };
}

export function writeSoftware({ name, version, system }: Software): Element {
  return xml(
    'query',
    NS,
    {},
    xml('name', NS, {}, name),
    xml('version', NS, {}, version),
    system !== undefined && xml('os', NS, {}, system),
  );
}

/**
 * Asks an entity which program it is; `undefined` when it does not say.
 * @throws StanzaError, WireClosed
 */
export async function askSoftware(wire: Pick<Wire, 'request'>, to: string): Promise<Software | undefined> {
  const reply = await wire.request({ type: 'get', to, payload: xml('query', NS) });
  const query = child(reply, 'query', NS);
  return query && readSoftware(query);
}

export const answer = {
  ns: NS,
  name: 'query',
  type: 'get',
  /** @param software without `system` unless the person allows to tell it */
  handle(_payload: Element, { software }: { readonly software: Software }): Element {
    return writeSoftware(software);
  },
} as const;
