/** The calls about devices, as the contract lists them. */
import type { Input } from '../../../shared/contract.ts';
import type { KeyClaim } from '../../../shared/key-claims.ts';
import type { devices as calls } from '../../../shared/calls/devices.ts';
import type { Handlers } from '../../../shared/answer.ts';
import * as keys from '../../store/keys.ts';
import { reviewDoubts } from '../doubts.ts';
import { addressOf, type Find } from '../find.ts';
import { decide } from '../decisions.ts';
import { checkKeys, verifyKeys } from '../verification.ts';
import { healthOf } from '../health.ts';
import { renewSession } from '../key-transport.ts';

export function devicesHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'devices.setTrust': ({ account, address, device, trust, fingerprint }) => {
      const shown = fingerprint === undefined ? {} : { fingerprint };
      decide(find.accountOf(account), [{ address: addressOf(address), device, trust, ...shown }]);
      return {};
    },

    'devices.check': ({ account, address, keys: claims }) =>
      checkKeys(find.accountOf(account), addressOf(address), claims.map(toClaim)),

    'devices.verify': ({ account, address, keys: claims }) => {
      verifyKeys(find.accountOf(account), addressOf(address), claims.map(toClaim));
      return {};
    },

    // The shell has heard them on their way here, and decides.
    'app.allowCamera': () => ({}),
    'app.forbidCamera': () => ({}),
    'app.allowMicrophone': () => ({}),
    'app.forbidMicrophone': () => ({}),

    'devices.health': ({ chat: id }) => {
      const { account, chat } = find.chatOf(id);
      return { devices: healthOf(account, chat) };
    },

    'devices.dismiss': ({ account: id, address, device }) => {
      const account = find.accountOf(id);
      account.profile.commit(() => {
        keys.dismissDevice(account.profile.database, account.id, addressOf(address), device);
      });
      reviewDoubts(account);
      return {};
    },

    'devices.renewSession': async ({ account: id, address, device }) => {
      await renewSession(find.accountOf(id), addressOf(address), device);
      return {};
    },
  };
}

const toClaim = ({ device, ...claim }: Input<'devices.check'>['keys'][number]): KeyClaim => ({
  ...claim,
  ...(device !== undefined && { device }),
});
