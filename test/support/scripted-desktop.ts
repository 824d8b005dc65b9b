/** The scripted port's answers about the desktop and about what may disturb. */
import type { Change, DesktopRow, LockRow, NotificationsRow } from '../../shared/contract.ts';
import { silentUntil } from '../../shared/quiet.ts';
import type { Answers } from './scripted-port.ts';

export const usualDesktop: DesktopRow = {
  closing: 'ask',
  minimizesToTray: false,
  startsAtLogin: false,
  awayAfter: 5,
};
export const usualNotifications: NotificationsRow = {
  preview: 'all',
  quiet: { isOn: false, days: [0, 1, 2, 3, 4, 5, 6], from: 1_320, to: 420 },
  rules: [],
};

export const usualLock: LockRow = { isOn: true, after: 5, withSystem: true };

type Answered =
  | 'lock.on'
  | 'lock.off'
  | 'lock.set'
  | 'lock.now'
  | 'desktop.set'
  | 'desktop.speak'
  | 'desktop.openWindow'
  | 'notifications.set'
  | 'notifications.setRule'
  | 'notifications.mute';

export function scriptedDesktop(announce: (change: Change) => void): Required<Pick<Answers, Answered>> {
  let row = usualDesktop;
  let notifications = usualNotifications;
  let lock = usualLock;
  const changeLock = (changed: Partial<LockRow>): Record<string, never> => {
    lock = { ...lock, ...changed };
    announce({ put: 'lock', row: lock });
    return {};
  };
  const change = (next: NotificationsRow): Record<string, never> => {
    notifications = next;
    announce({ put: 'notifications', row: next });
    return {};
  };
  return {
    'desktop.set': (changed) => {
      row = { ...row, ...(changed as Partial<DesktopRow>) };
      announce({ put: 'desktop', row });
      return {};
    },
    'desktop.speak': () => ({}),
    'desktop.openWindow': (role) => {
      announce({ put: 'window', role });
      return {};
    },
    'lock.on': () => changeLock({ isOn: true }),
    'lock.off': () => changeLock({ isOn: false }),
    'lock.set': (changed) => changeLock(changed as Partial<LockRow>),
    'lock.now': () => {
      announce({ put: 'profile', row: { state: 'screen-locked' } });
      return {};
    },
    'notifications.set': (changed) => change({ ...notifications, ...(changed as Partial<NotificationsRow>) }),
    'notifications.setRule': ({ account, rule }) =>
      change({
        ...notifications,
        rules: [...notifications.rules.filter((each) => each.account !== account), { account, rule }],
      }),
    'notifications.mute': ({ span }) => {
      const { mutedUntil: _, ...rest } = notifications;
      const until = silentUntil(span, Date.now());
      return change({ ...rest, ...(until !== undefined && { mutedUntil: until }) });
    },
  };
}
