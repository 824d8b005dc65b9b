/**
 * What a person may want to know of their server: what it offers, who runs it, how we are connected. Gathers what
 * others know, and asks for the name of the software; it decides nothing.
 */
import { domainOf } from '../../shared/jid.ts';
import { serverFeatures, type ServerFeature, type ServerInfo } from '../../shared/contract.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { askSoftware, type Software } from '../xmpp/xep/xep0092.ts';
import { readContactAddresses } from '../xmpp/xep/xep0157.ts';
import type { Account } from './account.ts';
import type { Disco } from './disco.ts';

/** What is known; `stream` holds the namespaces of the stream's features, while there is a stream. */
interface Known {
  readonly disco: Disco;
  readonly stream: ReadonlySet<string> | undefined;
}

type Test = (known: Known) => boolean | undefined;

const ofServer =
  (feature: string): Test =>
  ({ disco }) =>
    disco.isKnown ? disco.serverHas(feature) : undefined;
const ofAccount =
  (feature: string): Test =>
  ({ disco }) =>
    disco.isKnown ? disco.accountHas(feature) : undefined;
/** Older servers name in their own information what is a matter of the account. */
const ofEither =
  (feature: string): Test =>
  ({ disco }) =>
    disco.isKnown ? disco.accountHas(feature) || disco.serverHas(feature) : undefined;
const ofService =
  (feature: string): Test =>
  ({ disco }) =>
    disco.isKnown ? disco.serviceWith(feature) !== undefined : undefined;
const ofStream =
  (namespace: string): Test =>
  ({ stream }) =>
    stream?.has(namespace);

const tests: Readonly<Record<ServerFeature, Test>> = {
  archive: ofAccount('urn:xmpp:mam:2'),
  carbons: ofServer('urn:xmpp:carbons:2'),
  'personal-data': ({ disco }) => (disco.isKnown ? disco.hasPersonalNodes : undefined),
  upload: ofService('urn:xmpp:http:upload:0'),
  rooms: ofService('http://jabber.org/protocol/muc'),
  blocking: ofServer('urn:xmpp:blocking'),
  resumption: ofStream('urn:xmpp:sm:3'),
  'quick-sign-in': ofStream('urn:xmpp:sasl:2'),
  'stable-ids': ofAccount('urn:xmpp:sid:0'),
  'client-state': ofStream('urn:xmpp:csi:0'),
  'roster-versioning': ofStream('urn:xmpp:features:rosterver'),
  push: ofEither('urn:xmpp:push:0'),
  'call-relay': ofServer('urn:xmpp:extdisco:2'),
  'password-change': ofServer('jabber:iq:register'),
};

/** The page about an account's server. */
export async function describeServer(account: Account): Promise<ServerInfo> {
  const { disco, wire } = account;
  const { connection } = account.link;
  const domain = domainOf(account.address);
  const software = wire === undefined ? undefined : await softwareOf(account, domain);
  return {
    domain,
    ...(software !== undefined && { software: { name: software.name, version: software.version } }),
    features: featuresOf(account),
    contacts: readContactAddresses(disco.server).map(({ purpose, addresses }) => ({
      purpose,
      addresses: [...addresses],
    })),
    ...(connection !== undefined && { connection }),
  };
}

/** What the server offers, as far as that is known. */
export function featuresOf({ disco, link }: Account): ServerInfo['features'] {
  return serverFeatures.map((feature) => ({
    feature,
    state: stateOf(tests[feature]({ disco, stream: link.streamFeatures })),
  }));
}

function stateOf(has: boolean | undefined): ServerInfo['features'][number]['state'] {
  if (has === undefined) return 'unknown';
  return has ? 'offered' : 'missing';
}

/** Many servers hide what they are: that is their right, and no failure of the page. */
async function softwareOf(account: Account, domain: string): Promise<Software | undefined> {
  try {
    return account.wire && (await askSoftware(account.wire, domain));
  } catch (error) {
    if (error instanceof StanzaError || error instanceof WireClosed) return undefined;
    throw error;
  }
}
