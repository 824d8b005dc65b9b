/**
 * The command line: two options of our own, and the switches of Chromium and Node that would take the protection
 * away. Everything else is ignored.
 */
import { resolve } from 'node:path';

export interface Arguments {
  /** The profile folder, absolute; absent for the person's own. */
  readonly profile?: string;
  /** Start without showing the window. */
  readonly isHidden: boolean;
  /** Why the command line cannot be followed: opening another profile than the one meant would be worse. */
  readonly problem?: string;
}

const PROFILE = '--profile=';

/** Reads `--profile=<folder>` and `--hidden`. Relative folders start at `directory`. */
export function readArguments(argv: readonly string[], directory: string): Arguments {
  const isHidden = argv.includes('--hidden');
  const profiles = argv.filter((argument) => argument.startsWith(PROFILE) || argument === '--profile');
  const [given] = profiles;
  if (given === undefined) return { isHidden };
  const folder = given.slice(PROFILE.length);
  if (profiles.length > 1 || folder === '' || folder.includes('\0')) {
    return { isHidden, problem: 'Waxwing takes one profile folder: --profile=<folder>' };
  }
  return { isHidden, profile: resolve(directory, folder) };
}

/** Whoever can set this variable can replace the program, too; it is there for tests of packaged builds. */
export const OVERRIDE = 'WAXWING_ALLOW_UNSAFE_SWITCHES';

/** Switches that a released Waxwing does not run with. */
const UNSAFE = [
  'no-sandbox',
  'disable-setuid-sandbox',
  'disable-namespace-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-gpu-sandbox',
  'single-process',
  'no-zygote',
  'disable-web-security',
  'disable-site-isolation-trials',
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'js-flags',
  'load-extension',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'enable-logging',
  'log-net-log',
] as const;

/** The unsafe switches that are set; empty when the program may run. */
export function unsafeSwitches(hasSwitch: (name: string) => boolean): readonly string[] {
  return UNSAFE.filter(hasSwitch);
}
