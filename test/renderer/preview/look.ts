/**
 * Looks at the preview in a real browser, under the window's own Content-Security-Policy: takes a picture of each
 * scene, runs axe on it and reports what the page complained about. `node test/renderer/preview/look.ts [folder] [filter]`
 * after a build of the preview; CHROMIUM names the browser.
 */
import { readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { scenes, type Scene } from './scenes.ts';
import { servePreview } from './server.ts';

const axe = await readFile(
  fileURLToPath(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url)),
  'utf8',
);
const [folder = '/tmp/waxwing-look', filter = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });

const { address, close } = await servePreview();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
let found = 0;
try {
  for (const scene of scenes.filter(({ name }) => name.includes(filter))) found += await look(browser, scene);
} finally {
  await browser.close();
  close();
}
console.log(`${found} findings`);

async function look(to: Browser, scene: Scene): Promise<number> {
  const context = await to.newContext({
    viewport: scene.size,
    colorScheme: scene.theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  try {
    await page.goto(`${address}?scene=${scene.scene}${scene.dir === undefined ? '' : `&dir=${scene.dir}`}`);
    await page.waitForTimeout(400);
    await scene.act?.(page);
    await page.waitForTimeout(250);
  } catch (error) {
    complaints.push(String(error));
  }
  await page.screenshot({ path: join(folder, `${scene.name}.png`) });
  complaints.push(...(await violations(page)));
  await context.close();
  for (const complaint of complaints) console.log(`${scene.name}: ${complaint}`);
  return complaints.length;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: () => Promise<{
          violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes
        .slice(0, 3)
        .map(
          (node) => `axe ${id} ${node.target.join(' ')} ${node.failureSummary?.replaceAll('\n', ' ') ?? ''}`,
        ),
    );
  });
}
