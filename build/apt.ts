/** Installs Debian packages where we may, and otherwise words the request. It starts none of their services. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, run, type Finished } from './processes.ts';
import type { Need } from './system.ts';

const APT_LIMIT = 900_000;
const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
const policyFile = '/usr/sbin/policy-rc.d';
const policy =
  '#!/bin/sh\n# Made by the tests of Waxwing while they install packages: no service may start.\nexit 101\n';

/** True when `apt-cache policy NAME` says that the package can be installed; a virtual one has no candidate. */
export function hasCandidate(policyOutput: string): boolean {
  const candidate = /^\s*Candidate: (.+)$/m.exec(policyOutput)?.[1];
  return candidate !== undefined && candidate !== '(none)';
}

/** The line that a person without our rights has to run. */
export function installLine(names: readonly string[]): string {
  return `sudo apt-get install --no-install-recommends ${names.join(' ')}`;
}

/**
 * Installs what the needs name.
 * @throws Error with the one line to run where it may not, and with apt's words where that failed.
 */
export async function installPackages(absent: readonly Need[], say: (line: string) => void): Promise<void> {
  const things = [...new Set(absent.map((need) => need.what))].join(', ');
  if (!findProgram('apt-get')) {
    throw new Error(`Missing: ${things}. Please install these with your system's package manager.`);
  }
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    say(`Missing: ${things}. Asking apt …`);
    await apt(['update', '-q']); // an old list may do: only the installation decides
  }
  const names = await choosePackages(absent);
  if (names.length === 0) throw new Error(`Missing, and no known package brings it: ${things}.`);
  if (!isRoot) throw new Error(`Missing: ${things}. Please run:\n\n  ${installLine(names)}\n`);

  say(`Installing ${names.join(' ')} …`);
  const { code, output } = await withoutServices(() => apt(['install', ...options, ...names]));
  if (code !== 0) throw new Error(`apt-get install failed:\n${output.split('\n').slice(-15).join('\n')}`);
}

/** One package for each need: the first whose name this release of the system knows. */
async function choosePackages(absent: readonly Need[]): Promise<string[]> {
  const chosen = new Set<string>();
  for (const { packages } of absent) {
    for (const name of packages) {
      const { output } = await run('apt-cache', ['policy', name], { env: { ...process.env, LC_ALL: 'C' } });
      if (hasCandidate(output) || name === packages.at(-1)) {
        chosen.add(name);
        break;
      }
    }
  }
  return [...chosen].sort();
}

function apt(args: string[]): Promise<Finished> {
  // RUNLEVEL=1 keeps a System V init from starting what was just installed.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', LC_ALL: 'C.UTF-8' };
  return run('apt-get', args, { env, limit: APT_LIMIT });
}

/** Debian's own way to forbid starting services (policy-rc.d): a packaged Prosody must not open its ports. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const isOurs = claimPolicy();
  try {
    return await work();
  } finally {
    if (isOurs) rmSync(policyFile, { force: true });
  }
}

function claimPolicy(): boolean {
  try {
    writeFileSync(policyFile, policy, { mode: 0o755, flag: 'wx' });
    return true;
  } catch {
    // There is one already: the system's, which stays, or ours, left behind when a run was killed.
    return readFileSync(policyFile, 'utf8') === policy;
  }
}
