/**
 * The processor time of the page's main thread, task by task, from Chromium's own trace: on a machine that others use as
 * well a frame waits for them, its processor time does not.
 */
import type { Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly tid: number;
  /** Microseconds on the processor. */
  readonly tdur?: number;
}

/** Runs something and returns the longest task meanwhile, in milliseconds of processor time. */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    categories: 'devtools.timeline,disabled-by-default-devtools.timeline',
  });
  await work();
  const complete = new Promise<void>((resolve) => {
    devtools.once('Tracing.tracingComplete', () => {
      resolve();
    });
  });
  await devtools.send('Tracing.end');
  await complete;
  await devtools.detach();
  const main = events.find(({ name }) => name === 'FireAnimationFrame')?.tid;
  const tasks = events.filter(({ name, tid }) => name === 'RunTask' && tid === main);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000;
}
