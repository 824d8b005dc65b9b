/** Reads a desktop file's command as a session manager does (Desktop Entry Specification 1.5, "The Exec key"). */

/** The arguments of the line `Exec=`, the program first. */
export function readExec(text: string): string[] {
  const value = /^Exec=(.*)$/mu.exec(text)?.[1] ?? '';
  const line = value.replaceAll('\\\\', '\\');
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/gu)].map(([, quoted, plain]) =>
    (quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/gu, '$1')).replaceAll('%%', '%'),
  );
}
