/** Where the profile lies when the command line names none: where each system keeps what is a person's, or beside a portable program. */
import { dirname, join } from 'node:path';
import { imageOf } from './appimage.ts';

export interface Surroundings {
  readonly platform: string;
  readonly isPackaged: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home. */
  readonly home: string;
  /** Electron's `appData`: `%APPDATA%`, `~/Library/Application Support`, `$XDG_CONFIG_HOME`. */
  readonly appData: string;
  /** The folder that the program lies in. */
  readonly programFolder: string;
  readonly isFolder: (path: string) => boolean;
}

/** A folder of this name beside a program makes it portable: it keeps everything in there. */
export const PORTABLE = 'Waxwing Data';

/** The absolute path of the profile's folder, which need not exist. */
export function findPlace(around: Surroundings): string {
  const { platform, isPackaged, env, home, appData, isFolder } = around;
  if (isPackaged) {
    // Windows unpacks the portable program anew each time, and says where the one is that was started.
    const unpackedFrom = platform === 'win32' ? env['PORTABLE_EXECUTABLE_DIR'] : undefined;
    if (unpackedFrom) return join(unpackedFrom, PORTABLE);
    const beside = join(folderOfProgram(around), PORTABLE);
    if (isFolder(beside)) return beside;
  }
  const usual = join(appData, 'Waxwing');
  if (platform !== 'linux') return usual;
  // XDG Base Directory Specification 0.8: messages are data, and relative paths are to be ignored.
  const data = env['XDG_DATA_HOME'];
  const place = join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'waxwing');
  // Electron makes the other one by itself when a start is refused: what is there then hides nobody's messages.
  return isFolder(usual) && !isFolder(place) ? usual : place;
}

/** An AppImage is mounted somewhere; the file that was started lies elsewhere. On macOS the program is itself a folder. */
function folderOfProgram({ platform, env, programFolder }: Surroundings): string {
  const image = platform === 'linux' ? imageOf(env, programFolder) : undefined;
  if (image !== undefined) return dirname(image);
  return platform === 'darwin' ? join(programFolder, '..', '..', '..') : programFolder;
}
