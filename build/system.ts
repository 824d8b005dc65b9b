/**
 * Checks for the system programs and libraries that a purpose needs. As root on Debian and Ubuntu it installs
 * what is missing; everywhere else it says what to run and stops. It starts no service.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from './apt.ts';
import { findProgram } from './processes.ts';

export type Purpose =
  /** Show a window: Electron's libraries, a text font, emoji. */
  | 'window'
  /** A display where there is none. */
  | 'display'
  /** A private D-Bus session. */
  | 'session'
  /** A keyring in such a session. */
  | 'keyring'
  /** A private XMPP server with an archive. */
  | 'server'
  /** A second make of server, to see that the first is not all we know. */
  | 'second-server'
  /** A relay for calls. */
  | 'relay'
  /** Another client on the other side. */
  | 'peer'
  /** Clients with windows of their own, and what drives them. */
  | 'window-peers'
  /** OMEMO by somebody else, to hold ours against. */
  | 'oracle';

/** One thing that is not there, and the Debian packages that bring it: the first that exists is taken. */
export interface Need {
  readonly what: string;
  readonly packages: readonly string[];
}

export interface SystemOptions {
  /** The Electron program whose libraries the purpose `window` looks at. */
  readonly electron?: string;
  readonly say?: (line: string) => void;
}

/** Debian's package for each library that Electron names. Newer releases append `t64` to some. */
const libraryPackages: Readonly<Record<string, readonly string[]>> = {
  'libglib-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libgobject-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libgio-2.0.so.0': ['libglib2.0-0', 'libglib2.0-0t64'],
  'libnspr4.so': ['libnspr4'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libsmime3.so': ['libnss3'],
  'libatk-1.0.so.0': ['libatk1.0-0', 'libatk1.0-0t64'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  'libatspi.so.0': ['libatspi2.0-0', 'libatspi2.0-0t64'],
  'libcups.so.2': ['libcups2', 'libcups2t64'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libcairo.so.2': ['libcairo2'],
  'libgtk-3.so.0': ['libgtk-3-0', 'libgtk-3-0t64'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libX11.so.6': ['libx11-6'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libXss.so.1': ['libxss1'],
  'libxcb.so.1': ['libxcb1'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
  'libgbm.so.1': ['libgbm1'],
  'libdrm.so.2': ['libdrm2'],
  'libexpat.so.1': ['libexpat1'],
  'libudev.so.1': ['libudev1'],
  'libasound.so.2': ['libasound2', 'libasound2t64'],
  'libgcc_s.so.1': ['libgcc-s1'],
};

/** Names of the libraries that `ldd` could not find. */
export function missingLibraries(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

function libraryNeeds(electron: string | undefined): Need[] {
  if (electron === undefined || process.platform !== 'linux') return [];
  const output = execFileSync('ldd', [electron], { encoding: 'utf8' });
  return missingLibraries(output).map((name) => ({ what: name, packages: libraryPackages[name] ?? [] }));
}

const program = (name: string, ...packages: string[]): Need[] =>
  findProgram(name) ? [] : [{ what: name, packages: packages.length === 0 ? [name] : packages }];

/** A file that some folder of libraries must hold; `pattern` is relative to it. */
const library = (what: string, pattern: string, packages: string[]): Need[] =>
  process.platform !== 'linux' || globSync(`/usr/{lib,lib64,local/lib}/{,*/}${pattern}`).length > 0
    ? []
    : [{ what, packages }];

/** Something that is at a place of its own. */
const file = (what: string, pattern: string, packages: string[]): Need[] =>
  process.platform !== 'linux' || globSync(pattern).length > 0 ? [] : [{ what, packages }];

const fontFolders = ['/usr/share/fonts', '/usr/local/share/fonts', join(homedir(), '.local/share/fonts')];
const font = (what: string, name: RegExp, packages: string[]): Need[] => {
  if (process.platform !== 'linux') return [];
  const files = fontFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  return files.some((file) => name.test(file)) ? [] : [{ what, packages }];
};

const needs: Record<Purpose, (options: SystemOptions) => Need[]> = {
  window: ({ electron }) => [
    ...libraryNeeds(electron),
    ...font('a font', /\.(ttf|otf|ttc)$/i, ['fonts-noto-core']),
    ...font('an emoji font', /emoji.*\.(ttf|otf)$/i, ['fonts-noto-color-emoji']),
  ],
  display: () => (process.env['DISPLAY'] ? [] : program('Xvfb', 'xvfb')),
  session: () => program('dbus-daemon', 'dbus-daemon', 'dbus'),
  keyring: () => [
    ...program('gnome-keyring-daemon', 'gnome-keyring'),
    ...library('libsecret', 'libsecret-1.so.0', ['libsecret-1-0']),
  ],
  server: () => [
    ...program('prosody'),
    ...program('openssl'),
    ...file('SASL2 for Prosody', '/usr/{lib,local/lib}/prosody/modules/mod_sasl2_fast', ['prosody-modules']),
    ...library('the SQLite driver of Prosody', 'lua/5.*/dbd/sqlite3.so', ['lua-dbi-sqlite3']),
  ],
  'second-server': () => [...program('ejabberdctl', 'ejabberd'), ...program('openssl')],
  relay: () => program('turnserver', 'coturn'),
  peer: () => [...program('profanity'), ...program('tmux')],
  'window-peers': () => [
    ...program('chromium'),
    ...program('dino-im'),
    ...program('gajim'),
    ...file('OMEMO for Gajim', '/usr/share/gajim/plugins/omemo', ['gajim-omemo']),
    ...program('Xvfb', 'xvfb'),
    ...program('dbus-daemon', 'dbus-daemon', 'dbus'),
    ...program('xdotool'),
    ...program('gdbus', 'libglib2.0-bin'),
    ...program('ip', 'iproute2'),
    ...program('unshare', 'util-linux'),
    ...file('authorities to trust', '/etc/ssl/certs/ca-certificates.crt', ['ca-certificates']),
  ],
  oracle: () =>
    ['oldmemo', 'twomemo'].flatMap((name) =>
      file(`python-${name}`, `/usr/lib/python3/dist-packages/${name}/__init__.py`, [`python3-${name}`]),
    ),
};

/** What is missing for these purposes; empty when all is there. */
export function missing(purposes: readonly Purpose[], options: SystemOptions = {}): Need[] {
  return purposes.flatMap((purpose) => needs[purpose](options));
}

/**
 * Returns when everything that the purposes need is there.
 * @throws Error whose message says what is missing and the one line that installs it.
 */
export async function ensureSystem(purposes: readonly Purpose[], options: SystemOptions = {}): Promise<void> {
  const { say = console.log } = options;
  const absent = missing(purposes, options);
  if (absent.length === 0) return;
  await installPackages(absent, say);
  const stillAbsent = missing(purposes, options);
  if (stillAbsent.length > 0) {
    throw new Error(`Still missing after installing packages: ${describe(stillAbsent)}.`);
  }
}

/** The things by name, each once. */
export function describe(absent: readonly Need[]): string {
  return [...new Set(absent.map((need) => need.what))].join(', ');
}
