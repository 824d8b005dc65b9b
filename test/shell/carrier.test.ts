/** Who brings updates: ours only where it is plain that the program came from us. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARCHIVE_MARK, findCarrier, type Installation } from '../../electron/shell/carrier.ts';

const HOME = '/home/juliet';
const find = (
  change: Partial<Installation>,
  there: readonly string[] = [],
  locked: readonly string[] = [],
): unknown =>
  findCarrier({
    ...{ platform: 'linux', isPackaged: true, env: {}, program: '/opt/Waxwing/waxwing' },
    profile: `${HOME}/.local/share/waxwing`,
    exists: (path) => there.some((each) => join(each) === join(path)),
    isWritable: (path) => !locked.some((each) => join(each) === join(path)),
    isSetuid: (path) => there.some((each) => join(each) === join(`${path} setuid`)),
    ...change,
  });
const folder = `${HOME}/waxwing-1.0.0-linux-x64`;
const archive = { program: `${folder}/waxwing` };
const mark = `${folder}/${ARCHIVE_MARK}`;
const image = {
  env: { APPIMAGE: `${HOME}/Waxwing.AppImage`, APPDIR: '/tmp/.mount_1' },
  program: '/tmp/.mount_1/waxwing',
};
const windows = { platform: 'win32', program: '/Programs/Waxwing/Waxwing.exe' };
const uninstaller = '/Programs/Waxwing/Uninstall Waxwing.exe';
const mac = { platform: 'darwin', program: '/Applications/Waxwing.app/Contents/MacOS/Waxwing' };
const ours = { isInstallable: true, isGuest: false };

test.each<[string, Partial<Installation>, string[], string[], unknown]>([
  ['a deb or rpm', {}, [], [], undefined],
  ['somebody’s own build', { program: `${HOME}/waxwing/out/waxwing` }, [], [], undefined],
  ['the sources', { isPackaged: false, ...archive }, [mark], [], undefined],
  ['a Flatpak', archive, [mark, '/.flatpak-info'], [], undefined],
  ['a Snap', { ...archive, env: { SNAP: '/snap/waxwing/1' } }, [mark], [], undefined],
  ['an AppImage', image, [], [], { carrier: 'appimage', ...ours }],
  [
    'a deb, started by a terminal in an AppImage',
    { env: { APPIMAGE: '/x/Terminal.AppImage', APPDIR: '/tmp/.mount_2' } },
    [],
    [],
    undefined,
  ],
  [
    'an AppImage of somebody else’s',
    image,
    [],
    [HOME],
    { carrier: 'appimage', isInstallable: false, isGuest: false },
  ],
  [
    'an AppImage on a stick',
    image,
    [`${HOME}/Waxwing Data`],
    [],
    { carrier: 'appimage', isInstallable: true, isGuest: true },
  ],
  ['an archive', archive, [mark], [], { carrier: 'archive', ...ours }],
  [
    'an archive whose sandbox has the rights of root',
    archive,
    [mark, `${folder}/chrome-sandbox setuid`],
    [],
    { carrier: 'archive', isInstallable: false, isGuest: false },
  ],
  [
    'an archive in a folder that is not ours',
    archive,
    [mark],
    [HOME],
    { carrier: 'archive', isInstallable: false, isGuest: false },
  ],
  [
    'an archive that holds its profile',
    { ...archive, profile: `${folder}/profile` },
    [mark],
    [],
    { carrier: 'archive', isInstallable: false, isGuest: false },
  ],
  [
    'an archive that keeps everything beside itself',
    archive,
    [mark, `${folder}/Waxwing Data`],
    [],
    { carrier: 'archive', isInstallable: false, isGuest: true },
  ],
  ['the installer of Windows', windows, [uninstaller], [], { carrier: 'nsis', ...ours }],
  ['a folder of Windows that nothing installed', windows, [], [], undefined],
  [
    'the portable program of Windows',
    { ...windows, env: { PORTABLE_EXECUTABLE_DIR: '/stick' } },
    [],
    [],
    { carrier: 'portable', isInstallable: false, isGuest: true },
  ],
  ['macOS', mac, [], [], { carrier: 'mac', ...ours }],
  [
    'macOS, run from its image',
    { ...mac, program: '/private/AppTranslocation/1/d/Waxwing.app/Contents/MacOS/Waxwing' },
    [],
    [],
    { carrier: 'mac', isInstallable: false, isGuest: false },
  ],
])('%s', (_what, change, there, locked, expected) => {
  expect(find(change, there, locked)).toEqual(expected);
});
