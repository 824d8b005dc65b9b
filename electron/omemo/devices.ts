/**
 * The published side of OMEMO: device lists and bundles on personal nodes (XEP-0384 0.3.0 §4.2, §4.3).
 * Owns how they are asked for and published; what they mean and what is kept of them is decided in omemo.ts.
 */
import type { BareJid } from '../../shared/jid.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import {
  askConfigureNode,
  askDeleteNode,
  askItems,
  askPublish,
  type NodeOptions,
} from '../xmpp/xep/xep0060.ts';
import {
  bundleNode,
  NODE_DEVICES,
  readBundle,
  readDeviceList,
  writeBundle,
  writeDeviceList,
  type Bundle,
} from '../xmpp/xep/xep0384.ts';
import type { Element } from '../xmpp/xml.ts';

/** What OMEMO needs of the network. Every member rejects with WireClosed when the stream ends, and as it says. */
export interface OmemoNetwork {
  /**
   * The devices of an address; `'none'` when it has no list, `'refused'` when it has none for us or none that can be
   * read. @throws StanzaError when nobody can tell now
   */
  fetchDeviceList(address: BareJid): Promise<readonly number[] | 'none' | 'refused'>;
  /** `undefined` when there is none that a session could come of. @throws StanzaError when nobody can tell now */
  fetchBundle(address: BareJid, device: number): Promise<Bundle | undefined>;
  publishDeviceList(devices: readonly number[]): Promise<void>;
  publishBundle(device: number, bundle: Bundle): Promise<void>;
  removeBundle(device: number): Promise<void>;
}

/** §4.2 and §4.3 name the item so; one item for each node. */
const ITEM = 'current';
/** Everybody who may write to us has to be able to read them, subscribed or not. */
const PUBLIC: NodeOptions = { access_model: 'open', persist_items: true, max_items: 1 };

export function createOmemoNetwork(wire: Pick<Wire, 'request'>): OmemoNetwork {
  return {
    async fetchDeviceList(address) {
      const list = await fetchItem(wire, address, NODE_DEVICES);
      if (typeof list === 'string') return list;
      return readDeviceList(list) ?? 'refused';
    },
    async fetchBundle(address, device) {
      const bundle = await fetchItem(wire, address, bundleNode(device));
      return typeof bundle === 'string' ? undefined : readBundle(bundle);
    },
    publishDeviceList: (devices) => publish(wire, NODE_DEVICES, writeDeviceList(devices)),
    publishBundle: (device, bundle) => publish(wire, bundleNode(device), writeBundle(bundle)),
    async removeBundle(device) {
      try {
        await askDeleteNode(wire, bundleNode(device));
      } catch (error) {
        if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
      }
    },
  };
}

/** Conditions that say nothing about the node, whatever type the server gives them (RFC 6120 §8.3.3). */
const PASSING = new Set([
  'internal-server-error',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'undefined-condition',
]);

async function fetchItem(
  wire: Pick<Wire, 'request'>,
  address: BareJid,
  node: string,
): Promise<Element | 'none' | 'refused'> {
  try {
    // Some programs leave several items on the node; the newest comes first or alone.
    const items = await askItems(wire, { to: address, node, max: 1 });
    return items.find(({ payload }) => payload !== undefined)?.payload ?? 'none';
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    if (error.condition === 'item-not-found') return 'none';
    if (error.type === 'wait' || PASSING.has(error.condition)) throw error;
    return 'refused';
  }
}

/** Publishes on a node that everybody can read, making it so when it is otherwise. */
async function publish(wire: Pick<Wire, 'request'>, node: string, payload: Element): Promise<void> {
  const item = { node, id: ITEM, payload };
  try {
    await askPublish(wire, { ...item, options: PUBLIC });
    return;
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    // XEP-0060 1.30.0 §7.1.5: `conflict` with `precondition-not-met` when the node is configured otherwise. Other
    // conditions come from servers without publish-options, or which refuse one of the options.
    if (error.type === 'wait' || error.condition === 'item-not-found') throw error;
  }
  await reconfigure(wire, node);
  await askPublish(wire, item);
}

/** Not every server can be configured; then publishing alone has to do, as it does for Prosody's and ejabberd's defaults. */
async function reconfigure(wire: Pick<Wire, 'request'>, node: string): Promise<void> {
  try {
    await askConfigureNode(wire, node, PUBLIC);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
  }
}
