/**
 * Updates as far as they are the shell's: whether they are ours to bring here, which way leads out, and what is done with
 * a new version when the program ends. What is offered, fetched and believed is the engine's business.
 */
import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { app, session } from 'electron';
import type { UpdateReady, UpdateTarget } from '../engine/update-source.ts';
import { imageOf } from './appimage.ts';
import { findCarrier } from './carrier.ts';
import { replaceFolder, replaceImage, startInstaller } from './installing.ts';
import type { Log } from './log.ts';
import type { Published } from './publisher.ts';
import { handToSquirrel } from './squirrel.ts';

export interface Updating {
  /** What the engine is told; nothing where others bring updates. */
  readonly target: UpdateTarget | undefined;
  /** The way to an address, in the words of the system's proxy settings. */
  findProxy(address: string): Promise<string>;
  install(ready: UpdateReady | undefined): void;
  /** Ends the program to install, and starts it again. */
  restart(): void;
  /** Installs what is ready. To be awaited when everything else has ended. Never rejects. */
  finish(): Promise<void>;
}

export function createUpdating({ updates }: Published, profile: string, log: Log): Updating {
  const program = process.execPath;
  const carried = findCarrier({
    ...{ platform: process.platform, isPackaged: app.isPackaged, env: process.env, program, profile },
    ...{ exists: existsSync, isWritable, isSetuid },
  });
  let waiting: UpdateReady | undefined;
  let isRestarting = false;

  const put = async (ready: UpdateReady): Promise<void> => {
    const image = imageOf(process.env, program);
    const args = process.argv.slice(1);
    switch (carried?.carrier) {
      case 'appimage':
        if (image === undefined) return;
        await replaceImage(ready, image);
        if (isRestarting) app.relaunch({ execPath: image, args });
        return;
      case 'archive':
        await replaceFolder(ready, dirname(program));
        if (isRestarting) app.relaunch({ args });
        return;
      case 'nsis': {
        const { ProgramFiles: forAll, 'ProgramFiles(x86)': old } = process.env;
        const programs = [forAll, old].filter((each) => each !== undefined);
        await startInstaller(ready, dirname(program), programs, isRestarting);
        return;
      }
      case 'mac':
        await handToSquirrel(ready);
        if (isRestarting) app.relaunch({ args });
        return;
      case 'portable':
      case undefined:
    }
  };

  return {
    target:
      carried === undefined || updates === undefined
        ? undefined
        : { ...updates, ...carried, arch: process.arch },
    async findProxy(address) {
      await app.whenReady();
      // A session of its own, without pages: that of the window has a proxy that leads nowhere (reach.ts).
      return await session.fromPartition('system-proxy').resolveProxy(address);
    },
    install: (ready) => (waiting = ready),
    restart() {
      isRestarting = true;
      app.quit();
    },
    async finish() {
      const ready = waiting;
      waiting = undefined;
      if (ready === undefined) return;
      try {
        await put(ready);
        log('shell', 'updated', { version: ready.version });
        rmSync(ready.path, { force: true });
      } catch (error) {
        // The old version is where it was, and says so when it is started.
        log('shell', 'not-updated', { version: ready.version, error });
        if (isRestarting) app.relaunch();
      }
    },
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isSetuid(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o4000) !== 0;
}
