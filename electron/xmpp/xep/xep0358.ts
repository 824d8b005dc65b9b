/**
 * XEP-0358 Publishing Available Jingle Sessions, version 0.4. https://xmpp.org/extensions/xep-0358.html
 * Says that somebody's client would send a file if it is asked to, and asks. Who may ask is decided by the engine.
 */
import { readFullJid, type FullJid } from '../../../shared/jid.ts';
import { readText } from '../jingle-grammar.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, is, xml, type Element } from '../xml.ts';
import { NS as NS_FILE } from './xep0234.ts';

export const NS = 'urn:xmpp:jinglepub:1';
/** Whoever sees this may publish a file to us instead of uploading it. */
export const features = [NS];

/** A session that can be asked for. */
export interface Publication {
  /** The client that has it. */
  readonly publisher: FullJid;
  readonly id: string;
}

const LONGEST = 2_048;
const ADDRESS = /^xmpp:([^?#]+)\?jingle;id=([^;&#]+)$/;

/** Reads a `<jinglepub/>` of a file. One of an account instead of its client is nobody who could be asked. */
export function readPublication(element: Element): Publication | undefined {
  const publisher = readFullJid(element.attrs['from'] ?? '');
  const id = readText(element.attrs['id'], 128);
  const isOfFile = child(element, 'description', NS_FILE) !== undefined;
  if (!is(element, 'jinglepub', NS) || publisher === undefined || id === undefined || !isOfFile)
    return undefined;
  return { publisher, id };
}

export function writePublication({ publisher, id }: Publication): Element {
  return xml('jinglepub', NS, { from: publisher, id }, xml('description', NS_FILE));
}

/** The same as an address (#jingle-uri-query-types): one text for one publication. */
export function addressOf({ publisher, id }: Publication): string {
  const place = encodeURIComponent(publisher).replaceAll('%40', '@').replaceAll('%2F', '/');
  return `xmpp:${place}?jingle;id=${encodeURIComponent(id)}`;
}

/** Reads such an address; `undefined` for any other. */
export function readPublicationAddress(text: string): Publication | undefined {
  const [, place = '', name = ''] = (text.length > LONGEST ? null : ADDRESS.exec(text)) ?? [];
  const publisher = readFullJid(decoded(place));
  const id = readText(decoded(name), 128);
  return publisher === undefined || id === undefined ? undefined : { publisher, id };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a percent sign that encodes nothing: no address has one
  }
}

/** Asks for a session. @returns its id @throws StanzaError, WireClosed */
export async function askStart(wire: Pick<Wire, 'request'>, { publisher, id }: Publication): Promise<string> {
  const reply = await wire.request({ type: 'get', to: publisher, payload: xml('start', NS, { id }) });
  const sid = readText(child(reply, 'starting', NS)?.attrs['sid']);
  if (sid === undefined) throw new StanzaError('undefined-condition', 'cancel', 'no session was named');
  return sid;
}

/** Reads the `<start/>` of a request: which publication is asked for. */
export function readStart(element: Element): string | undefined {
  return is(element, 'start', NS) ? readText(element.attrs['id'], 128) : undefined;
}

export function writeStarting(sid: string): Element {
  return xml('starting', NS, { sid });
}
