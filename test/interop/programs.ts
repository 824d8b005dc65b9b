/** The programs that Waxwing is held against, and what of them is missing here. */
import { findProgram, run } from '../../build/processes.ts';
import { converse, startConverse } from '../support/peers/converse.ts';
import { startDino } from '../support/peers/dino.ts';
import { startGajim } from '../support/peers/gajim.ts';
import { canIsolate } from '../support/peers/namespace.ts';
import type { Peer } from '../support/peers/peer.ts';
import { startProfanityPeer, type ProfanityOptions } from '../support/peers/profanity.ts';

export interface Program {
  readonly name: string;
  /** Its package in Debian, which knows its version. */
  readonly package?: string;
  readonly version?: string;
  readonly start: (options: ProfanityOptions) => Promise<Peer>;
  /** The tests know how it goes into rooms. */
  readonly hasRooms: boolean;
  /** Only contacts may read its keys: in a group it is with nobody else. */
  readonly keysAreForContacts?: true;
  /** Scenarios that it does not master, whatever we do, each with what is known of the reason. */
  readonly lacks: Readonly<Record<string, string>>;
  /** Why it can not be run on this machine; undefined when it can. */
  readonly obstacle: () => Promise<string | undefined>;
}

const absent = (...commands: string[]): string | undefined => {
  const missing = commands.filter((command) => findProgram(command) === undefined);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
};

export const programs: readonly Program[] = [
  {
    name: 'Profanity',
    package: 'profanity',
    start: startProfanityPeer,
    hasRooms: true,
    keysAreForContacts: true,
    lacks: {
      'our third device only listens':
        'Profanity begins sessions when encryption is turned on, and then with nobody whose first message it did not get.',
      'their second device is away':
        'Profanity looks for the archive at the server’s address, where Prosody does not announce it.',
    },
    obstacle: () => Promise.resolve(absent('profanity', 'tmux')),
  },
  {
    name: 'Dino',
    package: 'dino-im',
    start: startDino,
    hasRooms: true,
    lacks: {
      'our subject':
        'Not known: Dino keeps the subject nowhere but on its screen, which the tests do not read.',
    },
    obstacle: async () => {
      const missing = absent('dino-im', 'Xvfb', 'dbus-daemon', 'xdotool', 'gdbus', 'unshare', 'ip');
      if (missing !== undefined) return missing;
      return (await canIsolate()) ? undefined : 'this system allows no network namespace';
    },
  },
  {
    name: 'Gajim',
    package: 'gajim',
    start: startGajim,
    hasRooms: true,
    lacks: {},
    obstacle: () => Promise.resolve(absent('gajim', 'Xvfb', 'dbus-daemon')),
  },
  {
    name: 'Converse.js',
    version: converse.version,
    start: startConverse,
    hasRooms: false,
    lacks: {},
    obstacle: () => Promise.resolve(absent('chromium')),
  },
];

/** The version of a program as its package has it, without Debian's own part. */
export async function versionOf({ package: name, version }: Program): Promise<string> {
  if (version !== undefined) return version;
  if (name === undefined) return 'unknown';
  const { code, output } = await run('dpkg-query', ['-W', '-f', '${Version}', name]);
  return code === 0 ? output.replace(/-[^-]*$/, '') : 'unknown';
}
