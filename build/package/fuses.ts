/**
 * The fuses of a released Electron: each set on purpose, and read back from the program itself. They take away what a
 * started program could be talked into, whoever starts it (https://www.electronjs.org/docs/latest/tutorial/fuses).
 */
import { readFileSync } from 'node:fs';
import type { FuseOptionsV1 } from 'app-builder-lib';

/** In the order of the wire. */
export const FUSES = {
  /** `ELECTRON_RUN_AS_NODE` would make of us a Node that runs anybody's script under our name. */
  runAsNode: false,
  enableCookieEncryption: true,
  /** `NODE_OPTIONS` and `NODE_EXTRA_CA_CERTS` are not heard. */
  enableNodeOptionsEnvironmentVariable: false,
  /** `--inspect` and the signal that opens the debugger. */
  enableNodeCliInspectArguments: false,
  /** On macOS and Windows a changed archive does not start. */
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  /** Our pages have a scheme of their own. */
  grantFileProtocolExtraPrivileges: false,
} as const satisfies FuseOptionsV1;

/** Stands before the wire in the binary; then follow its version, its length and a digit for each fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/**
 * Reads the fuses from a program.
 * @returns by name; the ones that this Electron has and `FUSES` does not know are numbered
 * @throws Error when the file is no Electron, or its wire is of a version that is not understood
 */
export function readFuses(file: string): Record<string, boolean | 'removed'> {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(SENTINEL);
  if (at < 0) throw new Error(`${file} has no fuses.`);
  const [version, length = 0] = bytes.subarray(at + SENTINEL.length);
  if (version !== 1) throw new Error(`The fuses of ${file} are of version ${String(version)}, not 1.`);
  const start = at + SENTINEL.length + 2;
  const names = Object.keys(FUSES);
  return Object.fromEntries(
    [...bytes.toString('latin1', start, start + length)].map((digit, index) => [
      names[index] ?? `fuse ${String(index)}`,
      digit === 'r' ? 'removed' : digit === '1',
    ]),
  );
}
