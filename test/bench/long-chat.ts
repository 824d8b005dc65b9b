/**
 * A chat of 100,000 messages, every fourth a photograph, in the real window: opening it, scrolling a long way up and
 * back, going to what was searched for, resizing. How long its longest frame takes, whether anything jumps, and how
 * much the page grows.
 */
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../support/folder.ts';
import { chatEntry } from '../support/drive.ts';
import { openWindow, type AppWindow } from '../support/window.ts';
import {
  firstInSight,
  paintPhoto,
  placeOf,
  scrollFar,
  startCounting,
  stopCounting,
  type Seen,
} from './long-chat-meter.ts';
import { longestTask } from './main-thread.ts';
import { makeProfile } from './profile.ts';
import { sampleOf, type Row } from './table.ts';

const NAME = 'friend0';
const NEEDLE = 'pallasgarrulus';
/** In CSS pixels; a wheel that is turned hard makes the step in a sixtieth of a second. */
const STEP = 400;

const value = (name: string, unit: string, amount: number): Row => ({ name, unit, ours: sampleOf([amount]) });

/** The longest of its frames and the 99th percentile. The first one is no frame of its own. */
function frameRows(name: string, frames: readonly number[]): Row[] {
  const sorted = frames.slice(1).toSorted((a, b) => a - b);
  return [
    value(`${name}: longest frame`, 'ms', sorted.at(-1) ?? Number.NaN),
    value(`${name}: 99th percentile of frames`, 'ms', sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN),
  ];
}

/** Pictures have to be encoded by somebody: an empty window can do that. */
async function makePhotos(count: number, width: number): Promise<Uint8Array[]> {
  const { path, remove } = temporaryFolder('bench-photos');
  const window = await openWindow({ profile: path });
  try {
    const photos: Uint8Array[] = [];
    for (let index = 0; index < count; index += 1)
      photos.push(Buffer.from(await window.page.evaluate(paintPhoto, { index, width }), 'base64'));
    return photos;
  } finally {
    await window.close();
    remove();
  }
}

/** The page's own memory once its waste is collected: its JavaScript in MiB, and how many nodes it has. */
async function weigh(page: Page): Promise<{ readonly megabytes: number; readonly nodes: number }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('Performance.enable');
  const { metrics } = await devtools.send('Performance.getMetrics');
  await devtools.detach();
  const of = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return { megabytes: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes') };
}

/** Scrolls twice as far: once for its frames, once for its processor time, as tracing costs some itself. */
async function scroll(page: Page, pixels: number, step: number): Promise<Seen & { readonly task: number }> {
  const seen = await page.evaluate(scrollFar, { pixels, step });
  const task = await longestTask(page, async () => {
    await page.evaluate(scrollFar, { pixels, step });
  });
  return { ...seen, task };
}

function scrollRows(name: string, { frames, task, drift, blank }: Seen & { readonly task: number }): Row[] {
  return [
    ...frameRows(name, frames),
    value(`${name}: longest task of the page`, 'ms of processor', task),
    value(`${name}: largest drift of a message`, 'px', drift),
    value(`${name}: most of the log without a message`, 'px', blank),
  ];
}

/** Runs something in the window and counts the frames meanwhile. */
async function counted(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(startCounting);
  await work();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  return page.evaluate(stopCounting);
}

async function resize(window: AppWindow): Promise<{ frames: number[]; drift: number }> {
  const { page, app } = window;
  const size = (width: number): Promise<void> =>
    app.evaluate(({ BrowserWindow }, wide) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(wide, 760);
    }, width);
  await size(1100);
  await page.waitForFunction(() => innerWidth === 1100);
  const anchor = await page.evaluate(firstInSight);
  const frames = await counted(page, async () => {
    for (const width of [1060, 1000, 940, 880, 820, 760, 820, 940, 1060, 1100]) {
      await size(width);
      await page.waitForFunction((wide) => innerWidth === wide, width);
    }
  });
  const now = anchor && (await page.evaluate(placeOf, anchor.message));
  const drift = anchor === undefined || now === undefined ? Number.NaN : Math.abs(now - anchor.top);
  return { frames, drift };
}

async function search(page: Page): Promise<number[]> {
  const found = page.locator('[data-message]').filter({ hasText: NEEDLE });
  return counted(page, async () => {
    await page.keyboard.press('Control+f');
    await page.keyboard.type(NEEDLE);
    await page.keyboard.press('Enter');
    await found.first().waitFor();
  });
}

export async function measureLongChat({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const messages = isShort ? 2_000 : 100_000;
  const far = isShort ? 20_000 : 200_000;
  const pictures = await makePhotos(isShort ? 2 : 16, isShort ? 800 : 2_400);
  const { path, remove } = temporaryFolder('bench-long-chat');
  const needle = { at: Math.floor(messages / 4), text: `it was the ${NEEDLE}` };
  await makeProfile(path, { chats: 1, messages, seed: 1, pictures, isRead: true, needle });
  const window = await openWindow({ profile: path });
  try {
    const { page } = window;
    await chatEntry(page, NAME).waitFor();
    const started = performance.now();
    const opening = await counted(page, async () => {
      await chatEntry(page, NAME).click();
      await page.locator('[data-message]').last().waitFor();
    });
    const opened = performance.now() - started - 500;
    const before = await weigh(page);
    const up = await scroll(page, far, -STEP);
    const after = await weigh(page);
    const down = await scroll(page, far, STEP);
    const found = await search(page);
    const resizing = await resize(window);
    if (window.problems.length > 0) throw new Error(window.problems.join('\n'));
    return [
      value(`a chat of ${messages} messages: from the click to its newest ones`, 'ms', opened),
      ...frameRows('opening it', opening),
      ...scrollRows(`scrolling ${up.moved} pixels up`, up),
      ...scrollRows(`scrolling ${down.moved} pixels down`, down),
      ...frameRows('going to a hit of a search', found),
      ...frameRows('resizing the window', resizing.frames),
      value('how far the first message in sight moved by that', 'px', resizing.drift),
      value('JavaScript of the page when it is open', 'MiB', before.megabytes),
      value('and after scrolling up', 'MiB', after.megabytes),
      value('nodes of the page when it is open', 'nodes', before.nodes),
      value('and after scrolling up', 'nodes', after.nodes),
    ];
  } finally {
    await window.close();
    remove();
  }
}
