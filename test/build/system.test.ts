import { expect, test } from 'vitest';
import { hasCandidate, installLine } from '../../build/apt.ts';
import { missing, missingLibraries } from '../../build/system.ts';

test('ldd names the libraries that are not there, and only those', () => {
  const output = `
	linux-vdso.so.1 (0x00007ffd)
	libffmpeg.so => /opt/electron/libffmpeg.so (0x00007f)
	libnss3.so => not found
	libgtk-3.so.0 => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
	/lib64/ld-linux-x86-64.so.2 (0x00007f)
`;
  expect(missingLibraries(output)).toEqual(['libnss3.so', 'libgtk-3.so.0']);
  expect(missingLibraries('\tnot a dynamic executable\n')).toEqual([]);
});

test('a package that cannot be installed is not chosen', () => {
  expect(hasCandidate('libnss3:\n  Installed: (none)\n  Candidate: 2:3.87.1-1\n  Version table:\n')).toBe(
    true,
  );
  // Ubuntu 24.04: `libasound2` is virtual, `libasound2t64` brings it.
  expect(hasCandidate('libasound2:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n')).toBe(
    false,
  );
  expect(hasCandidate('')).toBe(false);
});

test('a person is told one line', () => {
  expect(installLine(['prosody', 'xvfb'])).toBe('sudo apt-get install --no-install-recommends prosody xvfb');
});

test('a program that is not on the PATH is missing', () => {
  const { PATH, DISPLAY } = process.env;
  try {
    process.env['PATH'] = '/nonexistent';
    delete process.env['DISPLAY'];
    expect(missing(['peer', 'window-peers']).map((need) => need.what)).toEqual(
      expect.arrayContaining(['profanity', 'tmux', 'dino-im', 'gajim', 'xdotool']),
    );
    process.env['DISPLAY'] = ':0';
    expect(missing(['display'])).toEqual([]);
  } finally {
    process.env['PATH'] = PATH;
    if (DISPLAY === undefined) delete process.env['DISPLAY'];
    else process.env['DISPLAY'] = DISPLAY;
  }
});
