/**
 * The menus: what the keyboard and the clipboard need, zoom, and nothing for developers in a released build.
 * The menu bar hides on Linux and Windows until Alt is pressed.
 */
import { Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';
import type { Say } from './speech.ts';

/** Sets the menu in the language that is spoken now. */
export function setMenu(isPackaged: boolean, say: Say): void {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom', label: say('desktop.menu.zoom-reset') },
    { role: 'zoomIn', label: say('desktop.menu.zoom-in') },
    { role: 'zoomOut', label: say('desktop.menu.zoom-out') },
    { type: 'separator' },
    { role: 'togglefullscreen', label: say('desktop.menu.full-screen') },
  ];
  if (!isPackaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  const application: MenuItemConstructorOptions =
    process.platform === 'darwin'
      ? { role: 'appMenu' }
      : { label: 'Waxwing', submenu: [{ role: 'quit', label: say('desktop.quit') }] };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      application,
      {
        label: say('desktop.menu.edit'),
        submenu: [
          { role: 'undo', label: say('desktop.menu.undo') },
          { role: 'redo', label: say('desktop.menu.redo') },
          { type: 'separator' },
          { role: 'cut', label: say('desktop.menu.cut') },
          { role: 'copy', label: say('desktop.menu.copy') },
          { role: 'paste', label: say('desktop.menu.paste') },
          { role: 'selectAll', label: say('desktop.menu.select-all') },
        ],
      },
      { label: say('desktop.menu.view'), submenu: view },
      {
        label: say('desktop.menu.window'),
        submenu: [
          { role: 'minimize', label: say('desktop.menu.minimize') },
          { role: 'close', label: say('desktop.menu.close') },
        ],
      },
    ]),
  );
}

/** The menu of the right mouse button: clipboard, and the spell checker's proposals. */
export function offerContextMenu(contents: WebContents, say: Say): void {
  contents.on(
    'context-menu',
    (_event, { isEditable, selectionText, misspelledWord, dictionarySuggestions, editFlags }) => {
      const items: MenuItemConstructorOptions[] = [];
      if (isEditable && misspelledWord !== '') {
        for (const word of dictionarySuggestions) {
          items.push({ label: word, click: () => contents.replaceMisspelling(word) });
        }
        if (items.length > 0) items.push({ type: 'separator' });
      }
      if (isEditable) {
        items.push(
          { role: 'cut', label: say('desktop.menu.cut'), enabled: editFlags.canCut },
          { role: 'copy', label: say('desktop.menu.copy'), enabled: editFlags.canCopy },
          { role: 'paste', label: say('desktop.menu.paste'), enabled: editFlags.canPaste },
          { type: 'separator' },
          { role: 'selectAll', label: say('desktop.menu.select-all'), enabled: editFlags.canSelectAll },
        );
      } else if (selectionText.trim() !== '') {
        items.push({ role: 'copy', label: say('desktop.menu.copy') });
      }
      if (items.length > 0) Menu.buildFromTemplate(items).popup();
    },
  );
}
