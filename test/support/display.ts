/** A screen for windows where there is none: the X server Xvfb on a number that it finds free itself. */
import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';

export interface Display {
  /** For the environment variable `DISPLAY`, for example `:99`. */
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** The display there is, unless `isPrivate`; else a new one of 1280 × 800 points in 24 bit. */
export async function startDisplay({ isPrivate = false } = {}): Promise<Display> {
  const present = process.env['DISPLAY'];
  if (present && !isPrivate) return { name: present, stop: () => Promise.resolve() };
  const folder = temporaryFolder('display');
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'];
  const daemon = await startDaemon('Xvfb', args, { log: join(folder.path, 'xvfb.log'), announces: true });
  const stop = async (): Promise<void> => {
    await daemon.stop();
    folder.remove();
  };
  try {
    return { name: `:${(await daemon.announcement()).trim()}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
