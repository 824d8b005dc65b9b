/**
 * The window's session with everything taken away that the page does not need: permissions, devices, downloads,
 * and every request but those for our own pages. Which screen may be captured, screens.ts says.
 */
import type { Session } from 'electron';
import type { Capture } from './capture.ts';
import type { Log } from './log.ts';
import { isLoadable, ORIGIN, PAGE } from './urls.ts';

/** "Copy" buttons write plain text; reading the clipboard is another permission, and is not given. See capture.ts. */
function isGiven(permission: string, isMainFrame: boolean, url: string, mayCapture: boolean): boolean {
  const isOurs = isMainFrame && `${url}/`.startsWith(PAGE);
  return isOurs && (permission === 'clipboard-sanitized-write' || (permission === 'media' && mayCapture));
}

export function lockSession(session: Session, isPackaged: boolean, capture: Capture, log: Log): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const mayCapture = 'mediaTypes' in details && capture.mayUse(details.mediaTypes ?? []);
    const isAllowed = isGiven(permission, details.isMainFrame, details.requestingUrl, mayCapture);
    if (!isAllowed) log('shell', 'permission-refused', { permission });
    answer(isAllowed);
  });
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame, mediaType }) =>
    isGiven(permission, isMainFrame, origin, capture.mayUse([mediaType])),
  );
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
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
