/**
 * The published side of OMEMO: device lists and bundles on personal nodes (XEP-0384 0.9.1 #usecases-announcing, and
 * 0.3.0 §4.2, §4.3). Owns how they are asked for and published; what they mean and what is kept of them is decided in
 * omemo.ts.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Listed } from '../store/device-lists.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import {
  askConfigureNode,
  askDeleteNode,
  askItems,
  askPublish,
  askRetract,
  type NodeOptions,
} from '../xmpp/xep/xep0060.ts';
import * as older from '../xmpp/xep/xep0384.ts';
import * as newer from '../xmpp/xep/xep0384-2.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Protocol } from './protocols.ts';

/** Keys as the protocol sends them. */
export type Bundle = older.Bundle;

/** What one protocol needs of the network. Every member rejects with WireClosed when the stream ends, and as it says. */
export interface Publications {
  /**
   * The devices of an address; `'none'` when it has no list, `'refused'` when it has none for us or none that can be
   * read. @throws StanzaError when nobody can tell now
   */
  fetchDeviceList(address: BareJid): Promise<readonly Listed[] | 'none' | 'refused'>;
  /** `undefined` when there is none that a session could come of. @throws StanzaError when nobody can tell now */
  fetchBundle(address: BareJid, device: number): Promise<Bundle | undefined>;
  publishDeviceList(devices: readonly Listed[]): Promise<void>;
  publishBundle(device: number, bundle: Bundle): Promise<void>;
  removeBundle(device: number): Promise<void>;
}

export type OmemoNetwork = Readonly<Record<Protocol, Publications>>;

type Asker = Pick<Wire, 'request'>;

/** Both documents name the item of a list so; one item for each node. */
const ITEM = 'current';
/** Everybody who may write to us has to be able to read them, subscribed or not. */
const SINGLE: NodeOptions = { access_model: 'open', persist_items: true, max_items: 1 };
/** #bundles: the node of the newer protocol has an item for each device. */
const MANY: NodeOptions = newer.BUNDLES_OPTIONS;
/** For servers that do not know `max`: more devices than anybody has. */
const MANY_BY_NUMBER: NodeOptions = { ...MANY, max_items: newer.DEVICE_LIMIT };

export function createOmemoNetwork(wire: Asker): OmemoNetwork {
  return { legacy: olderPublications(wire), omemo2: newerPublications(wire) };
}

/** 0.3.0: a node for each bundle. */
function olderPublications(wire: Asker): Publications {
  return {
    async fetchDeviceList(address) {
      const list = await newestItem(wire, address, older.NODE_DEVICES);
      if (typeof list === 'string') return list;
      return older.readDeviceList(list)?.map((id) => ({ id })) ?? 'refused';
    },
    async fetchBundle(address, device) {
      const bundle = await newestItem(wire, address, older.bundleNode(device));
      return typeof bundle === 'string' ? undefined : older.readBundle(bundle);
    },
    publishDeviceList: (devices) => {
      const payload = older.writeDeviceList(devices.map(({ id }) => id));
      return publish(wire, { node: older.NODE_DEVICES, id: ITEM, payload }, SINGLE);
    },
    publishBundle: (device, bundle) => {
      const payload = older.writeBundle(bundle);
      return publish(wire, { node: older.bundleNode(device), id: ITEM, payload }, SINGLE);
    },
    removeBundle: (device) => orGone(askDeleteNode(wire, older.bundleNode(device))),
  };
}

/** 0.9.1: one node for all bundles. */
function newerPublications(wire: Asker): Publications {
  return {
    async fetchDeviceList(address) {
      const list = await newestItem(wire, address, newer.NODE_DEVICES);
      if (typeof list === 'string') return list;
      return newer.readDeviceList(list) ?? 'refused';
    },
    async fetchBundle(address, device) {
      const id = String(device);
      const items = await fetchItems(wire, { to: address, node: newer.NODE_BUNDLES, ids: [id] });
      const payload = typeof items === 'string' ? undefined : items.find((item) => item.id === id)?.payload;
      return payload && newer.readBundle(payload);
    },
    publishDeviceList: (devices) => {
      const payload = newer.writeDeviceList(devices);
      return publish(wire, { node: newer.NODE_DEVICES, id: ITEM, payload }, SINGLE);
    },
    publishBundle: (device, bundle) => {
      const payload = newer.writeBundle(bundle);
      return publish(wire, { node: newer.NODE_BUNDLES, id: String(device), payload }, MANY);
    },
    removeBundle: (device) => orGone(askRetract(wire, { node: newer.NODE_BUNDLES, id: String(device) })),
  };
}

// ————— Asking ————————————————————————————————————————————————————————————————————————————————————————————

/** Conditions that say nothing about the node, whatever type the server gives them (RFC 6120 §8.3.3). */
const PASSING = new Set([
  'internal-server-error',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'undefined-condition',
]);

async function newestItem(
  wire: Asker,
  address: BareJid,
  node: string,
): Promise<Element | 'none' | 'refused'> {
  // Some programs leave several items on the node; the newest comes first or alone.
  const items = await fetchItems(wire, { to: address, node, max: 1 });
  if (typeof items === 'string') return items;
  return items.find(({ payload }) => payload !== undefined)?.payload ?? 'none';
}

async function fetchItems(
  ...request: Parameters<typeof askItems>
): Promise<Awaited<ReturnType<typeof askItems>> | 'none' | 'refused'> {
  try {
    return await askItems(...request);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    if (error.condition === 'item-not-found') return 'none';
    if (error.type === 'wait' || PASSING.has(error.condition)) throw error;
    return 'refused';
  }
}

/** What is gone already need not be removed. */
async function orGone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
  }
}

// ————— Publishing ————————————————————————————————————————————————————————————————————————————————————————

/** Publishes on a node that everybody can read, making it so when it is otherwise (XEP-0384 0.9.1 #bundles). */
async function publish(
  wire: Asker,
  item: { readonly node: string; readonly id: string; readonly payload: Element },
  options: NodeOptions,
): Promise<void> {
  const isShared = options === MANY;
  try {
    // On a node that keeps one item our bundle would push out those of our other devices.
    await askPublish(wire, { ...item, options, demandsAll: isShared });
    return;
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    // XEP-0060 1.30.0 §7.1.5: `conflict` with `precondition-not-met` when the node is configured otherwise. Other
    // conditions come from servers without publish-options, or which refuse one of the options.
    const isPassing = error.type === 'wait' && !(isShared && error.condition === 'resource-constraint');
    if (isPassing || error.condition === 'item-not-found') throw error;
  }
  if ((await reconfigure(wire, item.node, options)) || !isShared) {
    await askPublish(wire, item);
    return;
  }
  // There is no such node yet, so nobody is pushed out of it by the first item.
  await askPublish(wire, { ...item, options });
  await reconfigure(wire, item.node, options);
}

/** Not every server can be configured; then publishing alone has to do, as it does for Prosody's and ejabberd's defaults. */
async function reconfigure(wire: Asker, node: string, options: NodeOptions): Promise<boolean> {
  for (const each of options === MANY ? [MANY, MANY_BY_NUMBER] : [options]) {
    try {
      await askConfigureNode(wire, node, each);
      return true;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
    }
  }
  return false;
}
