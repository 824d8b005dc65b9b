/** Where the profile lies, on every system, and when the program is carried about. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPlace, type Surroundings } from '../../electron/shell/place.ts';

const linux = {
  platform: 'linux',
  isPackaged: true,
  env: {},
  home: '/home/juliet',
  appData: '/home/juliet/.config',
  programFolder: '/opt/Waxwing',
};
const find = (change: Partial<Surroundings>, ...folders: string[]): string =>
  findPlace({ ...linux, isFolder: (path) => folders.includes(path), ...change });

test.each<[string, Partial<Surroundings>, string[], string]>([
  ['Linux', {}, [], '/home/juliet/.local/share/waxwing'],
  ['Linux, told where', { env: { XDG_DATA_HOME: '/data' } }, [], '/data/waxwing'],
  ['Linux, told nonsense', { env: { XDG_DATA_HOME: '../data' } }, [], '/home/juliet/.local/share/waxwing'],
  ['Linux, where it was before', {}, ['/home/juliet/.config/Waxwing'], '/home/juliet/.config/Waxwing'],
  [
    'Linux, where Electron has made a folder of its own since',
    {},
    ['/home/juliet/.config/Waxwing', '/home/juliet/.local/share/waxwing'],
    '/home/juliet/.local/share/waxwing',
  ],
  ['Windows', { platform: 'win32', appData: '/AppData' }, [], '/AppData/Waxwing'],
  ['macOS', { platform: 'darwin', appData: '/Library' }, [], '/Library/Waxwing'],
  ['beside the program', {}, ['/opt/Waxwing/Waxwing Data'], '/opt/Waxwing/Waxwing Data'],
  [
    'beside an AppImage',
    { env: { APPIMAGE: '/stick/Waxwing.AppImage', APPDIR: '/tmp/.mount_x' }, programFolder: '/tmp/.mount_x' },
    ['/stick/Waxwing Data'],
    '/stick/Waxwing Data',
  ],
  [
    'not beside an AppImage that only started this program',
    { env: { APPIMAGE: '/stick/Terminal.AppImage', APPDIR: '/tmp/.mount_y' } },
    ['/stick/Waxwing Data'],
    '/home/juliet/.local/share/waxwing',
  ],
  [
    'no folder of the AppImage’s own choosing',
    { env: { APPIMAGE: 'Waxwing.AppImage', APPDIR: '/tmp/.mount_x' }, programFolder: '/tmp/.mount_x' },
    ['Waxwing Data'],
    '/home/juliet/.local/share/waxwing',
  ],
  [
    'beside a program of macOS',
    { platform: 'darwin', programFolder: '/stick/Waxwing.app/Contents/MacOS' },
    ['/stick/Waxwing Data'],
    '/stick/Waxwing Data',
  ],
  [
    'the portable program of Windows, the first time, too',
    { platform: 'win32', env: { PORTABLE_EXECUTABLE_DIR: '/stick' } },
    [],
    '/stick/Waxwing Data',
  ],
  [
    'Linux does not hear a variable of Windows',
    { env: { PORTABLE_EXECUTABLE_DIR: '/evil' } },
    [],
    '/home/juliet/.local/share/waxwing',
  ],
  [
    'a developer’s Electron is not portable',
    { isPackaged: false },
    ['/opt/Waxwing/Waxwing Data'],
    '/home/juliet/.local/share/waxwing',
  ],
])('%s', (_what, change, folders, expected) => {
  expect(find(change, ...folders)).toBe(join(expected));
});
