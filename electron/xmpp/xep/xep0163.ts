/**
 * XEP-0163 Personal Eventing Protocol, version 1.2.2. https://xmpp.org/extensions/xep-0163.html
 * How interest in a node is advertised; the events themselves are read by xep0060.ts, and no state lives here.
 */

/** The servers of our account and of our contacts offer this; a client only asks for it. */
export const features: readonly string[] = [];

/** The identity of an account that can keep personal nodes (#support-owner). */
export const PEP_IDENTITY = { category: 'pubsub', type: 'pep' } as const;

/** The feature that makes servers send us the events of a node (#notify-filterednotifications). */
export function notifyFeature(node: string): string {
  return `${node}+notify`;
}
