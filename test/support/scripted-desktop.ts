/** The scripted port's answers about the desktop. */
import type { Change, DesktopRow } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

export const usualDesktop: DesktopRow = { closing: 'ask', minimizesToTray: false, startsAtLogin: false };

export function scriptedDesktop(
  announce: (change: Change) => void,
): Required<Pick<Answers, 'desktop.set' | 'desktop.speak'>> {
  let row = usualDesktop;
  return {
    'desktop.set': (changed) => {
      row = { ...row, ...(changed as Partial<DesktopRow>) };
      announce({ put: 'desktop', row });
      return {};
    },
    'desktop.speak': () => ({}),
  };
}
