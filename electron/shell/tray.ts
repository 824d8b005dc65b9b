/** The icon in the panel: picture, number and menu, renewed from what the engine tells. What it means is `tray-menu.ts`. */
import { join } from 'node:path';
import { Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { AccountRow, Change, ProfileRow } from '../../shared/contract.ts';
import type { Say } from './speech.ts';
import { trayMenu, trayPicture, trayTip, type TrayAct } from './tray-menu.ts';

export interface TrayOptions {
  /** The folder of the pictures. */
  readonly pictures: string;
  readonly say: Say;
  readonly act: (act: TrayAct) => void;
}

export interface TrayIcon {
  /** What asks for attention, everywhere. */
  count(unread: number): void;
  apply(changes: readonly Change[]): void;
}

/** A timer's limit. */
const LONGEST_WAIT = 2_147_483_647;

/** Shows the icon until the program ends. After the program is ready. */
export function showTray({ pictures, say, act }: TrayOptions): TrayIcon {
  const accounts = new Map<number, AccountRow>();
  let unread = 0;
  /** Milliseconds since 1970; absent before the profile is open. */
  let silentUntil: number | undefined;
  let hasLock = false;
  let profile: ProfileRow['state'] = 'opening';
  let timer: NodeJS.Timeout | undefined;
  const picture = (): Electron.NativeImage => {
    const isDark = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI;
    const name = trayPicture(process.platform, isDark, unread > 0);
    const image = nativeImage.createFromPath(join(pictures, `${name}.png`));
    image.setTemplateImage(process.platform === 'darwin');
    return image;
  };
  const tray = new Tray(picture());
  const paint = (): void => {
    const left = silentUntil === undefined ? undefined : silentUntil - Date.now();
    clearTimeout(timer);
    if (left !== undefined && left > 0) timer = setTimeout(paint, Math.min(left, LONGEST_WAIT)).unref();
    const state = {
      unread,
      accounts: [...accounts.values()].filter(({ enabled }) => enabled),
      // What the engine would refuse is not offered.
      isSilent: left === undefined || profile !== 'open' ? undefined : left > 0,
      lock: profile === 'screen-locked' ? ('closed' as const) : hasLock ? ('open' as const) : undefined,
    };
    tray.setImage(picture());
    tray.setToolTip(trayTip(state, say));
    const groups = trayMenu(state, say).map((group) =>
      group.map(({ label, act: wanted }) =>
        wanted === undefined ? { label, enabled: false } : { label, click: () => act(wanted) },
      ),
    );
    tray.setContextMenu(
      Menu.buildFromTemplate(
        groups.flatMap((group, at) => (at === 0 ? group : [{ type: 'separator' }, ...group])),
      ),
    );
  };
  // On macOS a click shows the menu.
  if (process.platform !== 'darwin') tray.on('click', () => act('open'));
  nativeTheme.on('updated', paint);
  paint();

  return {
    count(now) {
      unread = now;
      paint();
    },
    apply(changes) {
      let isConcerned = false;
      for (const change of changes) {
        if (change.put === 'account') accounts.set(change.row.id, change.row);
        else if (change.put === 'notifications') silentUntil = change.row.mutedUntil ?? 0;
        else if (change.put === 'lock') hasLock = change.row.isOn;
        else if (change.put === 'profile') profile = change.row.state;
        else if (change.put === 'no-account') accounts.delete(change.account);
        else if (change.put !== 'language') continue;
        isConcerned = true;
      }
      if (isConcerned) paint();
    },
  };
}
