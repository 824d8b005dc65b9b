/** How it stands between us and each device behind a chat: in which protocols it can be reached, and whether that works. */
import type { Output } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { isSessionWith } from '../omemo/protocols.ts';
import type { ChatRecord } from '../store/chats.ts';
import * as keys from '../store/keys.ts';
import { lastFromDevice } from '../store/message-readers.ts';
import type { Account } from './account.ts';

type Health = Output<'devices.health'>['devices'][number];

/** Failures that say that the two sides no longer understand each other. */
const BROKEN: readonly (string | undefined)[] = ['no-session', 'forged', 'malformed'];

export function healthOf(account: Account, chat: ChatRecord): Health[] {
  const { database } = account.profile;
  const sides = [...new Set([chat.address, account.address])] as BareJid[];
  return sides.flatMap((address) =>
    keys.listDevices(database, account.id, address).map((record): Health => {
      const { device, protocols } = record;
      const last = lastFromDevice(database, chat.id, address, device);
      const isBroken = last !== undefined && BROKEN.includes(last.unreadable);
      const session = isBroken ? 'broken' : hasSession(account, address, record) ? 'works' : 'never';
      return { address, device, protocols: [...protocols], session };
    }),
  );
}

/** True when there is a session under the key that the device has now. */
function hasSession({ profile, id }: Account, address: BareJid, record: keys.DeviceRecord): boolean {
  const { device, identityKey } = record;
  return keys.PROTOCOLS.some((protocol) => {
    const stored = keys.getSession(profile.database, id, { protocol, address, device });
    return isSessionWith(protocol, stored, identityKey);
  });
}
