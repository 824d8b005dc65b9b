/**
 * A page whose process was ended and begun anew, as locking does: Playwright speaks with it no more, so it is asked for by
 * the way of the developer tools.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { AppWindow } from './window.ts';

export interface FreshPage {
  readonly page: Page;
  readonly end: () => Promise<void>;
}

/** The page that a window of the program shows, by its address, as soon as it shows these words. */
export async function freshPage(
  { profile }: AppWindow,
  words: string,
  address = 'app://waxwing/',
  limit = 60_000,
): Promise<FreshPage> {
  // Playwright has the program open this port; Chromium writes which it is.
  const [port] = readFileSync(join(profile, 'chromium', 'DevToolsActivePort'), 'utf8').split('\n');
  const deadline = performance.now() + limit;
  for (;;) {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${String(port)}`);
    const pages = browser.contexts().flatMap((context) => context.pages());
    const page = pages.find((each) => each.url() === address);
    try {
      if (page === undefined) throw new Error('there is no page yet');
      await page.getByText(words).first().waitFor({ timeout: 5_000 });
      return { page, end: () => browser.close() };
    } catch (error) {
      // One that was met in between is as good as none.
      await browser.close();
      if (performance.now() > deadline) throw error;
    }
  }
}
