/** What an account does after it is bound to a stream: learn who is there, be seen, and keep its keys in order. */
import { createOmemoNetwork } from '../omemo/devices.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { askEnable } from '../xmpp/xep/xep0280.ts';
import { writePresence } from '../xmpp/xep/presence.ts';
import { NS as NS_CARBONS } from '../xmpp/xep/xep0280.ts';
import type { Account } from './account.ts';
import { syncBlockList } from './blocking.ts';
import { fetchPortraits } from './portraits.ts';
import { sendLetters } from './trust-letters.ts';
import { ownPresence } from './presence.ts';
import { syncRoster } from './roster.ts';
import { readClock } from './server-clock.ts';

/**
 * Runs once per fresh stream, and once after a restart of the process even on a resumed one, because what is known
 * only in memory (features, presences) is gone then.
 * @throws WireClosed when the connection ended meanwhile; everything else is logged and left for the next time.
 */
export async function greet(account: Account, wire: Wire): Promise<void> {
  account.omemo.ensureIdentity();
  account.history.begin();
  account.calls.goOn();
  account.disco.begin();
  await Promise.all([
    readClock(account, wire),
    attempt(account, 'roster', () => syncRoster(account, wire)),
    attempt(account, 'blocking', () => syncBlockList(account, wire)),
    attempt(account, 'archive', async () => {
      const own = await account.disco.askOwn(wire);
      account.history.learn(own.features);
    }),
    attempt(account, 'carbons', async () => {
      if (account.link.hasCarbons) {
        account.history.seesOtherDevices();
        return;
      }
      // The server's own features, which are not those of our account (XEP-0280 §disco).
      const { features } = await account.disco.askServer(wire);
      if (!features.has(NS_CARBONS)) return;
      await askEnable(wire);
      account.history.seesOtherDevices();
    }),
  ]);
  account.history.startNow();
  // Who counts as present is not told again who else is there: after a restart of the process we have to leave for a
  // moment to learn it. In all other cases nobody sees us flicker.
  const { link } = account;
  if (link.isSeen === 'perhaps') wire.send(writePresence({ type: 'unavailable' }));
  if (link.isSeen !== true) link.shown(wire.send(ownPresence(account)));
  await attempt(account, 'keys', () => account.omemo.prepare(createOmemoNetwork(wire)));
  await attempt(account, 'read', () => account.readState.catchUp(wire));
  // After presence: what is said from now on arrives live, so that no gap opens behind the last page. After the keys:
  // a new device may still change its id before anybody has written to it.
  sendLetters(account);
  const entering = attempt(account, 'rooms', () => account.rooms.enterAll(wire));
  entering.catch(() => undefined); // the stream ended: told below, or to nobody who waits
  await attempt(account, 'history', () => account.history.catchUp(wire));
  account.calls.settle();
  fetchPortraits(account);
  // Nobody waits for this: what the services are is known from the last time, or not needed yet.
  void attempt(account, 'services', () => account.disco.explore(wire)).catch((error: unknown) => {
    account.log('greeting-interrupted', { error: String(error) });
  });
}

/** A resumed stream: what the last connection began goes on. Nothing was missed meanwhile. */
export function goOn(account: Account, wire: Wire): void {
  account.calls.goOn();
  account.history.goOn(wire);
  account.rooms.goOn(wire);
}

/** One server's missing feature never keeps the rest from working. */
async function attempt(account: Account, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireClosed) throw error;
    const condition = error instanceof StanzaError ? error.condition : String(error);
    account.log('greeting-step-failed', { name, condition });
  }
}
