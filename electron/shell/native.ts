/**
 * What the desktop does for us: opens addresses in other programs, shows notifications and the number on the icon, asks.
 * The only file that opens anything outside Waxwing.
 */
import { join } from 'node:path';
import { app, dialog, Notification, shell, type BrowserWindow } from 'electron';
import type { Change, Port } from '../../shared/contract.ts';
import type { FileQuestion, Notice } from '../engine/host.ts';
import type { Log } from './log.ts';
import { Notices, noticeWords } from './notices.ts';
import type { Say } from './speech.ts';
import { Unread } from './unread.ts';
import { externalUrl } from './urls.ts';

export interface NativeOptions {
  readonly window: () => BrowserWindow | undefined;
  /** Whether somebody would see at once what comes in a chat. */
  readonly isLookedAt: (chat: number) => boolean;
  /** Shows a chat in the window that has it, at once or as soon as that is open. */
  readonly openChat: (chat: number) => void;
  readonly say: Say;
  readonly log: Log;
}

export interface Native {
  /**
   * Opens an address in the program that the desktop has for it; anything that `externalUrl` refuses is ignored.
   * @param isAsked whether a key or button was pressed just now. Otherwise the person is asked first: the page may be
   * out of our hands, and an address can carry what it has read.
   */
  openExternal(address: string, isAsked: boolean): Promise<void>;
  notify(notice: Notice): void;
  /** Takes back the notifications that are settled by these changes. */
  settle(changes: readonly Change[]): void;
  /** Opens a file that the person saved, or shows it in its folder. */
  desktop(action: 'open' | 'reveal', path: string): void;
  /** Asks a question with two answers; resolves to whether the first was chosen. */
  ask(question: Question): Promise<boolean>;
  /** Asks for a file to write or to read; nothing when the person wants none. */
  chooseFiles(question: FileQuestion): Promise<readonly string[]>;
}

export interface Question {
  readonly message: string;
  readonly detail: string;
  readonly yes: string;
  readonly no: string;
}

/** Milliseconds without further questions about addresses after one was refused. */
const QUIET = 30_000;

export function createNative({ window, isLookedAt, openChat, say, log }: NativeOptions): Native {
  const notices = new Notices(
    (notice) => new Notification(noticeWords(notice, process.platform, say)),
    openChat,
  );
  let isAsking = false;
  let refusedAt = -Infinity;

  const ask = async ({ message, detail, yes, no }: Question): Promise<boolean> => {
    const options = {
      type: 'question' as const,
      message,
      detail,
      buttons: [yes, no],
      defaultId: 1,
      cancelId: 1,
    };
    const parent = window();
    const { response } = await (parent === undefined
      ? dialog.showMessageBox(options)
      : dialog.showMessageBox(parent, options));
    return response === 0;
  };

  const isWanted = async (url: string): Promise<boolean> => {
    if (isAsking || performance.now() - refusedAt < QUIET) return false;
    isAsking = true;
    try {
      const isYes = await ask({
        message: say('desktop.address.title'),
        detail: url,
        yes: say('desktop.address.open'),
        no: say('desktop.address.not'),
      });
      if (!isYes) refusedAt = performance.now();
      return isYes;
    } finally {
      isAsking = false;
    }
  };

  return {
    ask,
    async chooseFiles({ kind, name, isSeveral }) {
      const parent = window();
      if (kind === 'save') {
        const options = {
          defaultPath: join(app.getPath('documents'), name),
          properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
        };
        const { canceled, filePath } = await (parent === undefined
          ? dialog.showSaveDialog(options)
          : dialog.showSaveDialog(parent, options));
        return canceled || filePath === '' ? [] : [filePath];
      }
      const options = {
        defaultPath: app.getPath('documents'),
        properties: ['openFile' as const, ...(isSeveral ? ['multiSelections' as const] : [])],
      };
      const { canceled, filePaths } = await (parent === undefined
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options));
      return canceled ? [] : filePaths;
    },
    async openExternal(address, isAsked) {
      const url = externalUrl(address);
      if (url === undefined) {
        log('shell', 'address-refused', { scheme: /^[a-z][a-z0-9+.-]{0,20}:/iu.exec(address)?.[0] });
        return;
      }
      if (!isAsked && !(await isWanted(url))) return;
      await shell.openExternal(url).catch((error: unknown) => {
        // The address itself is nobody's business, so neither is the error's text, which may repeat it.
        log('shell', 'open-failed', { scheme: new URL(url).protocol, isError: error instanceof Error });
      });
    },
    desktop(action, path) {
      if (action === 'reveal') shell.showItemInFolder(path);
      else {
        void shell.openPath(path).then((problem) => {
          if (problem !== '') log('shell', 'open-failed');
        });
      }
    },
    notify(notice) {
      if (!isLookedAt(notice.chat) && Notification.isSupported()) notices.show(notice);
    },
    settle: (changes) => notices.apply(changes),
  };
}

/**
 * Keeps the number on the program's icon and in the title of its first window, from the engine's first change on. The page
 * has no say in that title.
 * @param tell told of each new number, after the program is ready
 */
export function showUnread(
  engine: Port,
  window: () => BrowserWindow | undefined,
  tell: (count: number) => void,
): void {
  const unread = new Unread();
  engine.onChange(({ changes }) => {
    const count = unread.apply(changes, Date.now());
    if (count === undefined) return;
    void app.whenReady().then(() => {
      app.setBadgeCount(count);
      tell(count);
      const title = count > 0 ? `(${String(count)}) Waxwing` : 'Waxwing';
      window()?.setTitle(title);
    });
  });
}
