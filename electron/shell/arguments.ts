/**
 * The command line: two options of our own, an `xmpp:` link that the desktop hands over, and the switches of Chromium
 * and Node that would take the protection away. Everything else is ignored.
 */
import { resolve } from 'node:path';
import { readXmppUri } from '../../shared/xmpp-uri.ts';
import type { Sentence } from './speech.ts';

export interface Arguments {
  /** The profile folder, absolute; absent for the person's own. */
  readonly profile?: string;
  /** Start without showing the window. */
  readonly isHidden: boolean;
  /** A link to show to the person; it does nothing by itself. */
  readonly uri?: string;
  /** Why the command line cannot be followed: opening another profile than the one meant would be worse. */
  readonly problem?: Sentence;
}

const PROFILE = '--profile=';

/** Reads `--profile=<folder>`, `--minimised` (also `--hidden`) and one `xmpp:` link. Relative folders start at `directory`. */
export function readArguments(argv: readonly string[], directory: string): Arguments {
  const uri = linkIn(argv);
  const shown = {
    isHidden: argv.includes('--minimised') || argv.includes('--hidden'),
    ...(uri !== undefined && { uri }),
  };
  const profiles = argv.filter((argument) => argument.startsWith(PROFILE) || argument === '--profile');
  const [given] = profiles;
  if (given === undefined) return shown;
  const folder = given.slice(PROFILE.length);
  if (profiles.length > 1 || folder === '' || folder.includes('\0')) {
    return { ...shown, problem: 'desktop.refused.profile' };
  }
  return { ...shown, profile: resolve(directory, folder) };
}

/** The only link, if it can be read: of several, none was meant more than the others. */
function linkIn(argv: readonly string[]): string | undefined {
  const [link, ...others] = argv.filter((argument) => /^xmpp:/iu.test(argument));
  return link !== undefined && others.length === 0 && readXmppUri(link) !== undefined ? link : undefined;
}

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

/** What the program is started in. */
export interface Circumstances {
  readonly isPackaged: boolean;
  /** Made for trying, and marked so. */
  readonly isTrial: boolean;
  readonly hasSwitch: (name: string) => boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The runtime's Node-API version. */
  readonly napi: string | undefined;
}

/** Lets a packaged build be driven by tests, also in containers. Only a build for trying hears it, and no other switch is let in. */
const OVERRIDE = 'WAXWING_ALLOW_UNSAFE_SWITCHES';
const TESTED: readonly string[] = ['no-sandbox', 'remote-debugging-port'];

/** Why the program must not run like this: a sentence for the person, with its values. */
export interface Obstacle {
  readonly sentence: Sentence;
  readonly values?: Readonly<Record<string, string>>;
}

/** `undefined` when it may run. */
export function findObstacle(
  { problem }: Arguments,
  { isPackaged, isTrial, hasSwitch, env, napi }: Circumstances,
): Obstacle | undefined {
  const isTested = isTrial && env[OVERRIDE] === '1';
  const refused = UNSAFE.filter((name) => !(isTested && TESTED.includes(name)));
  const unsafe = isPackaged ? refused.filter(hasSwitch) : [];
  if (unsafe.length > 0) {
    return { sentence: 'desktop.refused.switches', values: { switches: `--${unsafe.join(', --')}` } };
  }
  // The database is a Node-API 10 addon; an older runtime would crash instead of refusing it.
  if (!(Number(napi) >= 10)) return { sentence: 'desktop.refused.old' };
  return problem && { sentence: problem };
}
