/** The file that starts Waxwing at login: what it says, whom it believes, and that it goes again. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import {
  autostartFile,
  autostartState,
  autostartText,
  readAutostart,
  setAutostart,
} from '../../electron/shell/autostart.ts';
import { readExec } from '../support/desktop-file.ts';
import { temporaryFolder } from '../support/folder.ts';

let folder: ReturnType<typeof temporaryFolder> | undefined;
afterEach(() => folder?.remove());

it('lies where session managers look, one for each profile', () => {
  expect(autostartFile({}, '/home/juliet', undefined)).toBe(
    '/home/juliet/.config/autostart/im.waxwing.Waxwing.desktop',
  );
  expect(autostartFile({ XDG_CONFIG_HOME: '/etc/x' }, '/home/juliet', undefined)).toBe(
    '/etc/x/autostart/im.waxwing.Waxwing.desktop',
  );
  // Relative paths are invalid and to be ignored (XDG Base Directory Specification 0.8).
  const named = autostartFile({ XDG_CONFIG_HOME: 'x' }, '/home/juliet', '/tmp/one');
  expect(named).toMatch(/^\/home\/juliet\/\.config\/autostart\/im\.waxwing\.Waxwing-[0-9a-f]{8}\.desktop$/u);
  expect(named).not.toBe(autostartFile({}, '/home/juliet', '/tmp/two'));
});

it('says any command so that it is read back as it was', () => {
  const part = fc.string({ unit: fc.constantFrom('"', '\\', '$', '`', '%', ' ', 'a', 'é', "'", ';', '=') });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (command) => {
      const text = autostartText(command) ?? '';
      expect(readExec(text)).toEqual(command);
      expect(autostartState(text, command)).toBe('on');
    }),
  );
});

it('never says a command that would begin a line of its own', () => {
  expect(autostartText(['/bin/waxwing', '--profile=/a\nExec=/bin/evil'])).toBeUndefined();
});

it('believes whoever switched it off', () => {
  const command = ['/usr/bin/waxwing', '--hidden'];
  const text = autostartText(command) ?? '';
  expect(autostartState(undefined, command)).toBe('off');
  expect(autostartState(text, ['/opt/waxwing', '--hidden'])).toBe('other');
  expect(autostartState(`${text}Hidden=true\n`, command)).toBe('off');
  expect(autostartState(`${text}X-GNOME-Autostart-enabled=false\n`, command)).toBe('off');
  expect(autostartState(`${text}X-GNOME-Autostart-enabled=true\n`, command)).toBe('on');
});

it('is written as a whole, and goes', () => {
  folder = temporaryFolder('autostart');
  const file = join(folder.path, 'config', 'autostart', 'x.desktop');
  const command = ['/usr/bin/waxwing', '--hidden'];
  setAutostart(file, command, false);
  expect(readAutostart(file)).toBeUndefined();
  setAutostart(file, command, true);
  expect(autostartState(readAutostart(file), command)).toBe('on');
  expect(readdirSync(dirname(file))).toEqual(['x.desktop']);
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder.path, 'in-the-way'), '');
  expect(() => setAutostart(join(folder?.path ?? '', 'in-the-way', 'x.desktop'), command, true)).toThrow();
  setAutostart(file, command, false);
  expect(readdirSync(dirname(file))).toEqual([]);
});
