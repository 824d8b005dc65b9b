/** The calls about the screen lock, as the contract lists them. */
import type { lock as calls } from '../../../shared/calls/lock.ts';
import type { Handlers } from '../../../shared/answer.ts';
import type { Household } from '../engine.ts';

export function lockHandlers(house: Household): Pick<Handlers, keyof typeof calls> {
  const { lock } = house;
  return {
    'lock.on': async ({ passphrase }) => {
      house.profile();
      await lock.switchOn(passphrase);
      return {};
    },
    'lock.off': async ({ secret }) => {
      house.profile();
      await lock.switchOff(secret);
      return {};
    },
    'lock.set': (changed) => {
      lock.set(changed);
      return {};
    },
    'lock.now': ({ isSystem = false }) => {
      lock.now(isSystem);
      return {};
    },
  };
}
