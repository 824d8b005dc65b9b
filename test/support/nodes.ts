/** Personal nodes (XEP-0163) behind scripted servers: what one publishes, the other finds. */
import { child, childElements, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import type { ScriptedServer } from './scripted-wire.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';

/** @param nodes by address and name, shared by the servers that know each other */
export function keepNodes(server: ScriptedServer, address: string, nodes: Map<string, Element[]>): void {
  server.answers = ({ to = address, payload }) => {
    if (payload.ns !== PUBSUB) return undefined;
    const publish = child(payload, 'publish');
    const items = child(payload, 'items');
    const key = `${to} ${(publish ?? items)?.attrs['node'] ?? ''}`;
    if (publish !== undefined) {
      const [item] = childElements(publish, 'item');
      const others = (nodes.get(key) ?? []).filter(({ attrs }) => attrs['id'] !== item?.attrs['id']);
      nodes.set(key, item === undefined ? others : [item, ...others]);
      return stanza('iq', { type: 'result', id: 'n' });
    }
    const found = nodes.get(key);
    if (items === undefined || found === undefined) return undefined;
    const wanted = childElements(items, 'item').map(({ attrs }) => attrs['id']);
    const chosen = found.filter(({ attrs }) => wanted.length === 0 || wanted.includes(attrs['id']));
    const list = xml('items', PUBSUB, { node: items.attrs['node'] }, chosen);
    return stanza('iq', { type: 'result', id: 'n' }, xml('pubsub', PUBSUB, {}, list));
  };
}
