/**
 * The window's session with everything taken away that the page does not need: permissions, devices, downloads,
 * and every request but those for our own pages.
 */
import type { Session } from 'electron';
import type { Log } from './log.ts';
import { isLoadable, ORIGIN, PAGE } from './urls.ts';

/** The one permission that is given: "Copy" buttons write plain text. Reading the clipboard is another, and is not. */
function isGiven(permission: string, isMainFrame: boolean, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && isMainFrame && `${url}/`.startsWith(PAGE);
}

export function lockSession(session: Session, isPackaged: boolean, log: Log): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { isMainFrame, requestingUrl }) => {
    const isAllowed = isGiven(permission, isMainFrame, requestingUrl);
    if (!isAllowed) log('shell', 'permission-refused', { permission });
    answer(isAllowed);
  });
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) =>
    isGiven(permission, isMainFrame, origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.on('will-download', (event) => {
    log('shell', 'download-refused');
    event.preventDefault();
  });

  session.webRequest.onBeforeRequest(({ url, resourceType }, answer) => {
    const isRefused = !isLoadable(url, isPackaged);
    if (isRefused) log('shell', 'request-refused', { resourceType, scheme: url.slice(0, url.indexOf(':')) });
    answer({ cancel: isRefused });
  });

  // Chromium fetches dictionaries from Google by itself. Here it finds only what we serve, which is none so far.
  session.setSpellCheckerDictionaryDownloadURL(`${ORIGIN}/dictionaries/`);
}
