/** What the tray shows: which picture, which words, which commands. Pure; the icon itself is `tray.ts`. */
import type { AccountRow } from '../../shared/contract.ts';
import type { Say } from './speech.ts';

export interface TrayState {
  readonly unread: number;
  /** Of the accounts that are switched on. */
  readonly accounts: readonly Pick<AccountRow, 'state'>[];
}

/** The picture's name, without folder, scale and ending. @param isDark the bar that it stands in */
export function trayPicture(platform: NodeJS.Platform, isDark: boolean, isUnread: boolean): string {
  const look =
    platform === 'darwin'
      ? 'mac-black' // a template: the system tints it
      : platform === 'win32'
        ? `windows-${isDark ? 'white' : 'black'}`
        : 'linux-colour';
  return isUnread ? `${look}-unread` : look;
}

/** Who points at the icon learns how many wait, and of whom and what nothing. */
export function trayTip({ unread }: TrayState, say: Say): string {
  return unread > 0 ? `Waxwing – ${say('desktop.tray.unread', { count: unread })}` : 'Waxwing';
}

export interface TrayItem {
  /** What to do; a line without it only says something. */
  readonly act?: TrayAct;
  readonly label: string;
}
export type TrayAct = 'open' | 'quit';
export type TrayGroup = readonly TrayItem[];

/** The menu in groups, which lines keep apart. */
export function trayMenu(state: TrayState, say: Say): readonly TrayGroup[] {
  return [
    [{ label: connection(state, say) }],
    [{ act: 'open', label: say('desktop.tray.open') }],
    [{ act: 'quit', label: say('desktop.quit') }],
  ];
}

function connection({ accounts }: TrayState, say: Say): string {
  const online = accounts.filter(({ state }) => state === 'online').length;
  if (accounts.length === 0) return say('desktop.tray.no-account');
  if (online === accounts.length) return say('desktop.tray.online');
  if (online > 0) return say('desktop.tray.partly', { online, count: accounts.length });
  return say(
    accounts.some(({ state }) => state === 'connecting') ? 'desktop.tray.connecting' : 'desktop.tray.offline',
  );
}
