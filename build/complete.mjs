/**
 * Completes `node_modules` where npm left something out: under an old Node, npm silently skips the compiled parts of
 * tools that say they want a newer one, although the newer one is what runs them here. Plain old JavaScript, like
 * node.mjs, which calls it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** True when a list such as `["linux"]` or `["!win32"]` lets this value in; no list lets in everything. */
function admits(list, value) {
  if (list === undefined) return true;
  const names = [list].flat();
  if (names.includes(`!${value}`)) return false;
  return names.includes(value) || names.every((name) => name.startsWith('!'));
}

/** `glibc` or `musl`, as npm calls them; `undefined` where there is no choice. */
function findLibc() {
  if (process.platform !== 'linux') return undefined;
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

/**
 * The optional packages of a lockfile that belong on this machine and are not there.
 * @param packages the member `packages` of package-lock.json
 * @param isThere tells whether a path such as `node_modules/x` is installed
 * @param machine `os` and `cpu` in the words of Node, `libc` in those of npm
 * @returns names in the form `name@version`
 */
export function leftOut(packages, isThere, machine) {
  return Object.entries(packages)
    .filter(
      ([path, { optional, os }]) => optional && os !== undefined && path.split('node_modules/').length === 2,
    )
    .filter(([, { os, cpu }]) => admits(os, machine.os) && admits(cpu, machine.cpu))
    .filter(([, { libc }]) => libc === undefined || admits(libc, machine.libc))
    .filter(([path]) => !isThere(path))
    .map(([path, { version }]) => `${path.slice('node_modules/'.length)}@${version}`);
}

/**
 * Installs what is left out, with the npm and the Node that the person uses, at the versions and with the integrity
 * of the lockfile. Does nothing when nothing is missing.
 * @param root the project's folder
 * @returns what went wrong, as a sentence, or `undefined`
 */
export function completeModules(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const isThere = (path) => existsSync(join(root, path, 'package.json'));
  if (!isThere('node_modules/vite')) return undefined; // nothing was installed for development
  const machine = { os: process.platform, cpu: process.arch, libc: findLibc() };
  const missing = leftOut(packages, isThere, machine);
  if (missing.length === 0) return undefined;

  console.error(`npm left out ${missing.join(', ')}: installing …`);
  const args = ['install', '--no-save', '--loglevel=error', ...missing];
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const isKnown = script?.endsWith('.js') && node !== undefined;
  const { status } = isKnown ? spawnSync(node, [script, ...args], options) : spawnSync('npm', args, options);
  return status === 0
    ? undefined
    : `npm could not install ${missing.join(', ')}: run "npm install" with Node 22 or later.`;
}
