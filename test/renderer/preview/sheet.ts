/**
 * One page with a picture of every screen: light and dark, narrow and wide, from left to right and from right to left, so
 * that somebody can look at all of them. `npm run screenshots [-- part of a name]`; CHROMIUM names the browser. Each two of
 * the three choices meet in four pictures; `--all` takes all eight.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';
import { root } from '../../../build/places.ts';
import { scenes, type Scene } from './scenes.ts';
import { servePreview } from './server.ts';

type Look = Required<Pick<Scene, 'theme' | 'size'>> & {
  readonly name: string;
  readonly isRightToLeft: boolean;
};

interface Shot {
  readonly screen: string;
  readonly look: Look;
  readonly file: string;
  /** What the page or the way there complained about. */
  readonly complaints: readonly string[];
}

/** Pages that are open at the same time. */
const LANES = 2;
/** A scene says by this how it differs from the one before it, which is the same screen. */
const VARIANT = /-(?:light|dark|narrow|wide|middle|rtl|huge)(?=-|$)/gu;
const folder = join(root, 'test-results', 'screens');

const looks = (isAll: boolean): Look[] =>
  (['light', 'dark'] as const).flatMap((theme, dark) =>
    [
      { width: 1280, height: 800 },
      { width: 360, height: 740 },
    ].flatMap((size, narrow) =>
      [false, true]
        .filter((isRightToLeft) => isAll || isRightToLeft === ((dark + narrow) % 2 === 1))
        .map((isRightToLeft) => ({
          theme,
          size,
          isRightToLeft,
          name: [theme, narrow === 0 ? 'wide' : 'narrow', isRightToLeft ? 'rtl' : 'ltr'].join('-'),
        })),
    ),
  );

/** The first scene of every screen. */
function screensOf(filter: string): [string, Scene][] {
  const screens = new Map<string, Scene>();
  for (const scene of scenes) {
    const screen = scene.name.replaceAll(VARIANT, '');
    if (screen.includes(filter) && !screens.has(screen)) screens.set(screen, scene);
  }
  return [...screens];
}

async function shoot(
  browser: Browser,
  address: string,
  screen: string,
  scene: Scene,
  look: Look,
): Promise<Shot> {
  const context = await browser.newContext({
    viewport: look.size,
    colorScheme: look.theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(5_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  const file = join(folder, `${screen}-${look.name}.png`);
  try {
    await page.goto(`${address}?scene=${scene.scene}${look.isRightToLeft ? '&dir=rtl' : ''}`);
    await page.locator('#app > *').first().waitFor();
    await scene.act?.(page);
  } catch (error) {
    // Some ways lead nowhere in a narrow window: what is there instead is shown all the same.
    complaints.push(String(error).split('\n', 1).join());
  }
  await page.screenshot({ path: file, animations: 'disabled' });
  const isWider = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  if (isWider) complaints.push('the page is wider than the window');
  await context.close();
  return { screen, look, file, complaints };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function pageOf(shots: readonly Shot[]): string {
  const screens = Map.groupBy(shots, ({ screen }) => screen);
  const figure = ({ look, file, complaints }: Shot): string => {
    const source = escaped(encodeURI(relative(folder, file)));
    const notes = complaints.map((text) => `<p>${escaped(text)}</p>`).join('');
    return `<figure><a href="${source}"><img src="${source}" loading="lazy" alt=""></a><figcaption>${look.name}${notes}</figcaption></figure>`;
  };
  const sections = [...screens].map(
    ([screen, taken]) => `<section><h2>${escaped(screen)}</h2>${taken.map(figure).join('')}</section>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Waxwing, screen by screen</title><style>
body{margin:1rem;background:#888;font:14px system-ui}section{display:flex;flex-wrap:wrap;gap:.75rem;align-items:start}
h2{flex-basis:100%;margin:1rem 0 0;font-size:1rem}figure{margin:0}img{block-size:300px;border:1px solid #555}
figcaption p{max-inline-size:24rem;margin:0;color:#700;background:#fff}</style>${sections.join('\n')}\n`;
}

const words = process.argv.slice(2);
const wanted = looks(words.includes('--all'));
const screens = screensOf(words.find((word) => !word.startsWith('--')) ?? '');
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await build({ configFile: join(import.meta.dirname, 'vite.config.ts') });
const preview = await servePreview();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const shots: Shot[] = [];
const work = screens.flatMap(([screen, scene]) => wanted.map((look) => ({ screen, scene, look })));
try {
  const rest = [...work];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift())
      shots.push(await shoot(browser, preview.address, next.screen, next.scene, next.look));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // In the order of the scenes, whichever lane was faster.
  const place = ({ screen, look }: Shot): number =>
    work.findIndex((each) => each.screen === screen && each.look === look);
  shots.sort((a, b) => place(a) - place(b));
} finally {
  await browser.close();
  preview.close();
}
await writeFile(join(folder, 'index.html'), pageOf(shots));
for (const { screen, look, complaints } of shots)
  for (const complaint of complaints) console.log(`${screen} ${look.name}: ${complaint}`);
console.log(
  `${String(shots.length)} pictures of ${String(screens.length)} screens: ${join(folder, 'index.html')}`,
);
