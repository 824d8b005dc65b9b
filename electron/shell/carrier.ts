/**
 * How this program came onto the computer, and so who brings the next version. Ours to bring is only what is plainly
 * ours; what a distribution, a store or somebody's own build has put there is left to them.
 */
import { basename, dirname, join } from 'node:path';
import type { Carrier } from '../../shared/contract.ts';
import { imageOf } from './appimage.ts';
import { PORTABLE } from './place.ts';
import { isWithin } from './within.ts';

export interface Carried {
  readonly carrier: Carrier;
  /** Waxwing may put a new version in its own place. */
  readonly isInstallable: boolean;
  /** It keeps everything beside itself, as on a stick in somebody's computer. */
  readonly isGuest: boolean;
}

export interface Installation {
  readonly platform: string;
  readonly isPackaged: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The path of this program, without links. */
  readonly program: string;
  readonly profile: string;
  readonly exists: (path: string) => boolean;
  readonly isWritable: (path: string) => boolean;
  /** Somebody with the rights of root has given it those rights. */
  readonly isSetuid: (path: string) => boolean;
}

/** Lies in our archive for Linux, and in nothing else that we make: the folder alone does not tell. */
export const ARCHIVE_MARK = 'resources/archive';

/** Nothing where others bring updates. */
export function findCarrier(here: Installation): Carried | undefined {
  if (!here.isPackaged) return undefined;
  if (here.platform === 'linux') return onLinux(here);
  return here.platform === 'win32' ? onWindows(here) : onMac(here);
}

function onLinux({ env, program, profile, exists, isWritable, isSetuid }: Installation): Carried | undefined {
  if (exists('/.flatpak-info') || env['SNAP'] !== undefined) return undefined;
  const image = imageOf(env, program);
  if (image !== undefined) {
    const isInstallable = isWritable(image) && isWritable(dirname(image));
    return { carrier: 'appimage', isInstallable, isGuest: exists(join(dirname(image), PORTABLE)) };
  }
  const folder = dirname(program);
  if (!exists(join(folder, ARCHIVE_MARK))) return undefined;
  const isGuest = exists(join(folder, PORTABLE));
  return {
    carrier: 'archive',
    // The folder is replaced as a whole: it must hold nothing of the person's, and no rights that we cannot give.
    isInstallable:
      !isGuest &&
      !isWithin(profile, folder) &&
      !isSetuid(join(folder, 'chrome-sandbox')) &&
      isWritable(folder) &&
      isWritable(dirname(folder)),
    isGuest,
  };
}

function onWindows({ env, program, exists }: Installation): Carried | undefined {
  if (env['PORTABLE_EXECUTABLE_DIR']) return { carrier: 'portable', isInstallable: false, isGuest: true };
  const folder = dirname(program);
  if (!exists(join(folder, 'Uninstall Waxwing.exe'))) return undefined;
  return { carrier: 'nsis', isInstallable: true, isGuest: exists(join(folder, PORTABLE)) };
}

function onMac({ program, exists, isWritable }: Installation): Carried | undefined {
  const bundle = join(program, '..', '..', '..');
  if (!basename(bundle).endsWith('.app')) return undefined;
  return {
    carrier: 'mac',
    // A program that was not moved out of its image yet runs from a copy that nobody can replace.
    isInstallable: !bundle.includes('/AppTranslocation/') && isWritable(dirname(bundle)),
    isGuest: exists(join(dirname(bundle), PORTABLE)),
  };
}
