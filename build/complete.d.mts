/** Types of complete.mjs, which is plain JavaScript so that an old Node can read it. */

export interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly libc?: string | readonly string[];
}

export interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string | undefined;
}

export function leftOut(
  packages: Readonly<Record<string, LockedPackage>>,
  isThere: (path: string) => boolean,
  machine: Machine,
): string[];
export function completeModules(root: string): string | undefined;
