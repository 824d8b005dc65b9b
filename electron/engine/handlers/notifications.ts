/** The calls about what may disturb, as the contract lists them. */
import type { notifications as calls } from '../../../shared/calls/notifications.ts';
import type { Handlers } from '../../../shared/answer.ts';
import type { NotificationsRow } from '../../../shared/contract.ts';
import { silentUntil } from '../../../shared/quiet.ts';
import { getNotifications, setNotifications } from '../disturbance.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';

export function notificationsHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  const change = (next: (row: NotificationsRow) => NotificationsRow): Record<string, never> => {
    const profile = house.profile();
    const { database } = profile;
    profile.commit((changes) => {
      const row = next(getNotifications(database));
      setNotifications(database, row);
      changes.push({ put: 'notifications', row });
    });
    return {};
  };
  return {
    'notifications.set': ({ preview, quiet }) =>
      change((row) => ({
        ...row,
        ...(preview !== undefined && { preview }),
        ...(quiet !== undefined && { quiet }),
      })),
    'notifications.setRule': ({ account, rule }) => {
      const { id } = find.accountOf(account);
      return change((row) => ({
        ...row,
        rules: [
          ...row.rules.filter((each) => each.account !== id),
          ...(rule === 'all' ? [] : [{ account: id, rule }]),
        ],
      }));
    },
    'notifications.mute': ({ span }) =>
      change(({ mutedUntil: _, ...row }) => {
        const until = silentUntil(span, house.host.now());
        return { ...row, ...(until !== undefined && { mutedUntil: until }) };
      }),
  };
}
