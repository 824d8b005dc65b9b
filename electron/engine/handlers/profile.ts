/** The calls about the profile, as the contract lists them. */
import type { profile as calls } from '../../../shared/calls/profile.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import { getSetting } from '../../store/settings.ts';
import type { Household } from '../engine.ts';
import { RECOVERY_CODE } from '../vault.ts';

export function profileHandlers(house: Household): Pick<Handlers, keyof typeof calls> {
  return {
    'profile.protect': async ({ passphrase }) => {
      await house.protect(passphrase);
      return {};
    },
    'profile.unlock': async ({ secret }) => {
      await house.unlock(secret);
      return {};
    },
    'profile.repair': async ({ secret }) => {
      const { messages, lostStretches } = await house.repair(secret);
      return { messages, lostStretches };
    },
    'profile.recoveryCode': () => {
      const code = getSetting(house.profile().database, RECOVERY_CODE);
      if (typeof code !== 'string') throw new Refusal('not-found');
      return { code };
    },
  };
}
