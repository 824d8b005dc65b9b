/**
 * XEP-0490 Message Displayed Synchronization, version 1.0.1. https://xmpp.org/extensions/xep-0490.html
 * How far each chat was read, kept on a private node of our account for our other devices. Without server assist
 * (#server-assist), which saves a stanza and is offered by few servers.
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { childElements, is, xml, type Element } from '../xml.ts';
import { askItems, askPublishKept, type Item } from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';
import { NS as NS_IDS, readId } from './xep0359.ts';

export const NS = 'urn:xmpp:mds:displayed:0';
/** #notify */
export const features = [notifyFeature(NS)];

export interface ReadPosition {
  /** Whose chat: a person or a room. */
  readonly chat: BareJid;
  /** Whose archive gave the id: our own account's for people, the room's for rooms (#publish). */
  readonly by: string;
  /** The archive's id of the last message that was read. */
  readonly archiveId: string;
}

/** Reads an item; `undefined` unless it holds exactly one stanza id (#pep-node) and its own id is a bare address. */
export function readPosition({ id, payload }: Item): ReadPosition | undefined {
  const chat = readBareJid(id ?? '');
  if (chat === undefined || payload === undefined || !is(payload, 'displayed', NS)) return undefined;
  const [stanzaId, ...more] = childElements(payload, 'stanza-id', NS_IDS);
  const archiveId = readId(stanzaId?.attrs['id']);
  const by = readBareJid(stanzaId?.attrs['by'] ?? '');
  return archiveId === undefined || by === undefined || more.length > 0 ? undefined : { chat, by, archiveId };
}

export function writePosition({ by, archiveId }: ReadPosition): Element {
  return xml('displayed', NS, {}, xml('stanza-id', NS_IDS, { by, id: archiveId }));
}

/** All positions that our devices have published (#catchup). @throws StanzaError (`item-not-found`: none yet), WireClosed */
export async function askPositions(wire: Pick<Wire, 'request'>): Promise<ReadPosition[]> {
  const items = await askItems(wire, { node: NS });
  return items.flatMap((item) => readPosition(item) ?? []);
}

/** #publish: nobody but us may read it, and nothing is lost for want of room. */
const OPTIONS = {
  persist_items: true,
  max_items: 'max',
  send_last_published_item: 'never',
  access_model: 'whitelist',
} as const;

/** Publishes how far a chat was read. @throws StanzaError, WireClosed */
export async function askPublishPosition(wire: Pick<Wire, 'request'>, position: ReadPosition): Promise<void> {
  await askPublishKept(wire, {
    node: NS,
    id: position.chat,
    payload: writePosition(position),
    options: OPTIONS,
  });
}
