/** The calls about what may be told, as the contract lists them. */
import type { privacy as calls } from '../../../shared/calls/privacy.ts';
import type { Handlers } from '../../../shared/answer.ts';
import type { Household } from '../engine.ts';
import { tellPresence } from '../presence.ts';
import { getPrivacy, setPrivacy } from '../privacy.ts';

export function privacyHandlers(house: Household): Pick<Handlers, keyof typeof calls> {
  return {
    'privacy.get': () => ({ ...getPrivacy(house.profile().database) }),
    'privacy.set': (wanted) => {
      const profile = house.profile();
      const before = getPrivacy(profile.database);
      profile.commit(() => {
        setPrivacy(profile.database, wanted);
      });
      if (before.tellsTime === wanted.tellsTime) return {};
      // What we advertise changed, and the hashes over it (XEP-0390 #rules-generating).
      tellPresence(house.accounts.values());
      return {};
    },
  };
}
