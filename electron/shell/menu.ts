/**
 * The menus: what the keyboard and the clipboard need, zoom, and nothing for developers in a released build.
 * The menu bar hides on Linux and Windows until Alt is pressed.
 */
import { Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';

export function setMenu(isPackaged: boolean): void {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  if (!isPackaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  const application: MenuItemConstructorOptions =
    process.platform === 'darwin' ? { role: 'appMenu' } : { label: 'Waxwing', submenu: [{ role: 'quit' }] };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      application,
      { role: 'editMenu' },
      { label: 'View', submenu: view },
      { role: 'windowMenu' },
    ]),
  );
}

/** The menu of the right mouse button: clipboard, and the spell checker's proposals. */
export function offerContextMenu(contents: WebContents): void {
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
          { role: 'cut', enabled: editFlags.canCut },
          { role: 'copy', enabled: editFlags.canCopy },
          { role: 'paste', enabled: editFlags.canPaste },
          { type: 'separator' },
          { role: 'selectAll', enabled: editFlags.canSelectAll },
        );
      } else if (selectionText.trim() !== '') {
        items.push({ role: 'copy' });
      }
      if (items.length > 0) Menu.buildFromTemplate(items).popup();
    },
  );
}
