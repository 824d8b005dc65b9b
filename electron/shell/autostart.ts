/**
 * Start at login on desktops that follow freedesktop.org: one file that names our command (Desktop Application Autostart
 * Specification 0.5). Whoever removes it or switches it off elsewhere is believed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file's path. @param profile a folder that was named on the command line: each has a file of its own */
export function autostartFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  profile: string | undefined,
): string {
  const folder = env['XDG_CONFIG_HOME']?.startsWith('/') ? env['XDG_CONFIG_HOME'] : join(home, '.config');
  const suffix =
    profile === undefined ? '' : `-${createHash('sha256').update(profile).digest('hex').slice(0, 8)}`;
  return join(folder, 'autostart', `im.waxwing.Waxwing${suffix}.desktop`);
}

/**
 * The file's text, or nothing for a command that cannot be written there.
 * @param command the program and its arguments
 */
export function autostartText(command: readonly string[]): string | undefined {
  if (command.some((part) => /[\u0000-\u001f\u007f]/u.test(part))) return undefined;
  return `[Desktop Entry]
Type=Application
Name=Waxwing
Icon=im.waxwing.Waxwing
Exec=${command.map(quote).join(' ')}
Terminal=false
StartupNotify=false
X-GNOME-UsesNotifications=true
`;
}

/**
 * Quoted once for the command line and once more as a value of the file (Desktop Entry Specification 1.5, "The Exec key":
 * "the general escape rule for values … is applied before the quoting rule").
 */
function quote(part: string): string {
  const quoted = part.replaceAll(/["`$\\]/gu, String.raw`\$&`).replaceAll('%', '%%');
  return `"${quoted}"`.replaceAll('\\', '\\\\');
}

/** What a file says: our command, another one, or nothing that starts. */
export function autostartState(text: string | undefined, command: readonly string[]): 'on' | 'other' | 'off' {
  if (text === undefined) return 'off';
  // Session managers and their settings switch it off by these lines.
  if (/^(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/imu.test(text)) return 'off';
  const exec = /^Exec=(.*)$/mu.exec(autostartText(command) ?? '')?.[1];
  return /^Exec\s*=\s*(.*)$/mu.exec(text)?.[1] === exec ? 'on' : 'other';
}

/** The file's text, if it can be read. */
export function readAutostart(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not there, which is an answer
  }
}

/** Writes or removes the file. @throws when the folder does not take it */
export function setAutostart(file: string, command: readonly string[], isOn: boolean): void {
  if (!isOn) {
    rmSync(file, { force: true });
    return;
  }
  const text = autostartText(command);
  if (text === undefined) throw new Error('the path has characters that no desktop file can hold');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
