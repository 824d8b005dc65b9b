/** How somebody is called: by asking all their devices, or one of them directly, whose program does not know how to be asked. */
import { withResource, type BareJid, type FullJid } from '../../shared/jid.ts';
import { NS as NS_RTP } from '../xmpp/xep/xep0167.ts';
import { NS as NS_ICE } from '../xmpp/xep/xep0176.ts';
import { NS as NS_DTLS } from '../xmpp/xep/xep0320.ts';
import { NS as NS_INITIATION } from '../xmpp/xep/xep0353.ts';
import type { Account } from './account.ts';

/** XEP-0167 #support: sound, and all that it takes to be heard by nobody else. */
const NEEDED = [NS_RTP, `${NS_RTP}:audio`, NS_ICE, NS_DTLS];

/**
 * The device to call without asking first; undefined when all shall be asked: one that knows how to be asked is here, or
 * perhaps asleep, and a message wakes it (XEP-0353 #reqs).
 */
export function directDevice(account: Account, peer: BareJid): FullJid | undefined {
  const here = [...(account.presences.get(peer) ?? [])].flatMap(([resource, { priority }]) => {
    const jid = withResource(peer, resource);
    const features = jid && account.capabilities.known(jid)?.features;
    return jid === undefined || features === undefined ? [] : [{ jid, features, priority }];
  });
  if (here.some(({ features }) => features.has(NS_INITIATION))) return undefined;
  return here
    .filter(({ features }) => NEEDED.every((each) => features.has(each)))
    .sort((a, b) => b.priority - a.priority)[0]?.jid;
}
