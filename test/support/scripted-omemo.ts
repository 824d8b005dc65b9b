/** The server's part in OMEMO for an engine on a scripted wire: device lists and bundles, shared with the devices of a `Net`. */
import type { IqRequest } from '../../electron/xmpp/wire.ts';
import {
  bundleNode,
  NODE_DEVICES,
  readBundle,
  readDeviceList,
  writeBundle,
  writeDeviceList,
} from '../../electron/xmpp/xep/xep0384.ts';
import { child, childElements, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { jid, type Net } from '../omemo/people.ts';

const BUNDLE = bundleNode(0).slice(0, -1);

/** What the server answers to questions about lists and bundles; undefined to all others. */
export function answerOmemo(net: Net, own: string, { to, type, payload }: IqRequest): Element | undefined {
  const owner = jid((to ?? own).replace(/\/.*/u, ''));
  const publish = child(payload, 'publish', payload.ns);
  if (type === 'set' && publish !== undefined) {
    const node = publish.attrs['node'] ?? '';
    const item = child(publish, 'item', payload.ns);
    const [value] = item === undefined ? [] : childElements(item);
    const bundle = value && readBundle(value);
    const list = value && readDeviceList(value);
    if (node.startsWith(BUNDLE) && bundle) net.bundles.set(`${owner}/${node.slice(BUNDLE.length)}`, bundle);
    if (node === NODE_DEVICES && list) net.lists.set(owner, list);
    return undefined;
  }
  const node = type === 'get' ? child(payload, 'items', payload.ns)?.attrs['node'] : undefined;
  const bundle = node?.startsWith(BUNDLE)
    ? net.bundles.get(`${owner}/${node.slice(BUNDLE.length)}`)
    : undefined;
  const list = node === NODE_DEVICES ? net.lists.get(owner) : undefined;
  const found = bundle !== undefined ? writeBundle(bundle) : list && writeDeviceList(list);
  if (found === undefined || node === undefined) return undefined;
  const items = xml('items', payload.ns, { node }, xml('item', payload.ns, { id: 'current' }, found));
  return stanza('iq', { type: 'result', id: 'x' }, xml('pubsub', payload.ns, {}, items));
}
