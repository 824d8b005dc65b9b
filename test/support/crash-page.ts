/** Ends the process of the window's page, as a fault would, and sees it come back. */
import type { AppWindow } from './window.ts';

/** Resolves with the address and the words of the page that is there afterwards. Whatever waits in vain says for what. */
export async function crashPage({ app }: Pick<AppWindow, 'app'>): Promise<string> {
  return await app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('there is no window');
    const within = <T>(what: string, work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const tell = (): string =>
          `${what}: ${contents.getURL()}, loading ${String(contents.isLoading())}, crashed ${String(contents.isCrashed())}`;
        setTimeout(() => reject(new Error(tell())), 60_000);
        work.then(resolve, reject);
      });
    // A page that is only coming has no process of its own yet: what is crashed then is what it takes the place of.
    while (contents.isLoadingMainFrame() || contents.getURL() === '')
      await new Promise((resolve) => setTimeout(resolve, 20));
    const loaded = new Promise<void>((resolve) => {
      // Not the end of an earlier load, which may still be to come.
      contents.once('render-process-gone', () => contents.once('did-finish-load', () => resolve()));
    });
    contents.forcefullyCrashRenderer();
    await within('the page', loaded);
    const words = contents.executeJavaScript('document.body.innerText') as Promise<string>;
    return `${contents.getURL()} ${await within('its words', words)}`;
  });
}
