/** The calls about the desktop, as the contract lists them. */
import type { desktop as calls } from '../../../shared/calls/desktop.ts';
import type { Handlers } from '../../../shared/answer.ts';
import { setDesktop } from '../desktop.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';

export function desktopHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'desktop.set': (changed) => {
      const profile = house.profile();
      profile.commit((changes) => {
        changes.push({ put: 'desktop', row: setDesktop(profile.database, changed) });
      });
      return {};
    },
    'desktop.openWindow': (role) => {
      find.chatOf(role.chat);
      house.announce([{ put: 'window', role }]);
      return {};
    },
    // Kept nowhere: each window says it when it opens.
    'desktop.speak': ({ locale }) => {
      house.announce([{ put: 'language', locale }]);
      return {};
    },
  };
}
