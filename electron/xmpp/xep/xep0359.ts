/**
 * XEP-0359 Unique and Stable Stanza IDs, version 0.7.0. https://xmpp.org/extensions/xep-0359.html
 * Ids that senders and archives put on messages. Anybody can write any of them (#security): which of them count is
 * decided by the engine, so all are kept, also two by the same archive (H27).
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import { child, childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:sid:0';
/** Not advertised: it would claim that we assign stanza ids and remove forged ones (#disco). */
export const features: readonly string[] = [];

/** Longer ids than this are somebody's attempt to fill our database. */
const ID_LIMIT = 1_024;
/** A message passes few archives; a hundred ids on it are no help to anybody. */
const COUNT_LIMIT = 20;

export interface StanzaId {
  readonly by: Jid;
  readonly id: string;
}

/** An id as any stanza or element carries it, if it is one that can be kept. */
export function readId(id: string | undefined): string | undefined {
  return id !== undefined && id !== '' && id.length <= ID_LIMIT ? id : undefined;
}

export function readOriginId(message: Element): string | undefined {
  return readId(child(message, 'origin-id', NS)?.attrs['id']);
}

export function writeOriginId(id: string): Element {
  return xml('origin-id', NS, { id });
}

export function readStanzaIds(message: Element): StanzaId[] {
  return childElements(message, 'stanza-id', NS)
    .slice(0, COUNT_LIMIT)
    .flatMap(({ attrs }) => {
      const by = readJid(attrs['by'] ?? '');
      const id = readId(attrs['id']);
      return by !== undefined && id !== undefined ? [{ by, id }] : [];
    });
}

export function writeStanzaId({ by, id }: StanzaId): Element {
  return xml('stanza-id', NS, { by, id });
}
