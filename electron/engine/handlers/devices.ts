/** The calls about devices, as the contract lists them. */
import type { devices as calls } from '../../../shared/calls/devices.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import * as keys from '../../store/keys.ts';
import { reviewDoubts } from '../doubts.ts';
import type { Household } from '../engine.ts';
import { addressOf, type Find } from '../find.ts';
import { renewSession } from '../key-transport.ts';

export function devicesHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'devices.setTrust': ({ account: id, address, device, trust, fingerprint }) => {
      const account = find.accountOf(id);
      const row = account.omemo.setTrust(addressOf(address), device, trust, fingerprint);
      if (row === undefined) throw new Refusal('not-found');
      house.profile().announce([{ put: 'device', row }]);
      reviewDoubts(account);
      return {};
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
