/** The icon in the panel: picture, number and menu, renewed from what the engine tells. What it means is `tray-menu.ts`. */
import { join } from 'node:path';
import { Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { AccountRow, Change } from '../../shared/contract.ts';
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

/** Shows the icon until the program ends. After the program is ready. */
export function showTray({ pictures, say, act }: TrayOptions): TrayIcon {
  const accounts = new Map<number, AccountRow>();
  let unread = 0;
  const picture = (): Electron.NativeImage => {
    const isDark = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI;
    const name = trayPicture(process.platform, isDark, unread > 0);
    const image = nativeImage.createFromPath(join(pictures, `${name}.png`));
    image.setTemplateImage(process.platform === 'darwin');
    return image;
  };
  const tray = new Tray(picture());
  const paint = (): void => {
    const state = { unread, accounts: [...accounts.values()].filter(({ enabled }) => enabled) };
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
        else if (change.put === 'no-account') accounts.delete(change.account);
        else if (change.put !== 'language') continue;
        isConcerned = true;
      }
      if (isConcerned) paint();
    },
  };
}
