/** What the tray shows: which picture, which words, which commands. Pure; the icon itself is `tray.ts`. */
import type { AccountRow } from '../../shared/contract.ts';
import type { MuteSpan } from '../../shared/quiet.ts';
import type { Say } from './speech.ts';

export interface TrayState {
  readonly unread: number;
  /** Of the accounts that are switched on. */
  readonly accounts: readonly Pick<AccountRow, 'state'>[];
  /** Nothing disturbs now; absent while the profile is not open. */
  readonly isSilent?: boolean | undefined;
  /** Absent while there is no lock to close or to open. */
  readonly lock?: 'open' | 'closed' | undefined;
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
export type TrayAct = 'open' | 'quit' | 'lock' | `mute ${MuteSpan}`;
export type TrayGroup = readonly TrayItem[];

/** The menu in groups, which lines keep apart. */
export function trayMenu(state: TrayState, say: Say): readonly TrayGroup[] {
  const groups: readonly TrayGroup[] = [
    [{ label: connection(state, say) }],
    [{ act: 'open', label: say(state.lock === 'closed' ? 'desktop.tray.unlock' : 'desktop.tray.open') }],
    silence(state, say),
    state.lock === 'open' ? [{ act: 'lock', label: say('desktop.tray.lock') }] : [],
    [{ act: 'quit', label: say('desktop.quit') }],
  ];
  return groups.filter((group) => group.length > 0);
}

function silence({ isSilent }: TrayState, say: Say): TrayGroup {
  if (isSilent === undefined) return [];
  if (isSilent) return [{ act: 'mute off', label: say('desktop.mute.off') }];
  return [
    { act: 'mute hour', label: say('desktop.mute.hour') },
    { act: 'mute morning', label: say('desktop.mute.morning') },
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
