/**
 * Does for electron-builder what its fpm does, for directories into deb and rpm, with `dpkg-deb` and `rpmbuild` of the
 * system: so that packages are made from the distribution's tools, and without a download. Unknown options end it.
 */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../processes.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ s: { type: 'string', short: 's' }, t: { type: 'string', short: 't' }, force: { type: 'boolean' } },
    depends: { type: 'string', short: 'd', multiple: true, default: [] },
    'deb-recommends': { type: 'string', multiple: true, default: [] },
    ...{ 'deb-compression': { type: 'string' }, 'rpm-compression': { type: 'string' } },
    ...{
      'deb-priority': { type: 'string' },
      'rpm-os': { type: 'string' },
      'rpm-summary': { type: 'string' },
    },
    ...{ architecture: { type: 'string' }, name: { type: 'string' }, version: { type: 'string' } },
    ...{ description: { type: 'string' }, maintainer: { type: 'string' }, vendor: { type: 'string' } },
    ...{ url: { type: 'string' }, license: { type: 'string' }, category: { type: 'string' } },
    ...{
      'after-install': { type: 'string' },
      'after-remove': { type: 'string' },
      package: { type: 'string' },
    },
  },
});

/** An option that must be there. */
function need(name: keyof typeof values): string {
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`--${name} is missing`);
  return value;
}

async function must(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { code, output } = await run(command, args, { env: { ...process.env, ...env } });
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${output}`);
}

/** Copies each `from=to`, and gives every file the rights that a package's files have, whoever built it. */
async function layOut(folder: string): Promise<void> {
  for (const positional of positionals) {
    const [from = '', to = ''] = positional.split('=');
    const target = join(folder, to);
    await mkdir(dirname(target), { recursive: true });
    await cp(from, target, { recursive: true, verbatimSymlinks: true });
  }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0;
    await chmod(path, isProgram ? 0o755 : 0o644);
  }
  await chmod(folder, 0o755);
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Debian Policy 4.7.2, section 5.3. */
async function makeDeb(folder: string): Promise<void> {
  const sizes = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of sizes)
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  const [synopsis = '', ...description] = lines(need('description'));
  const control = [
    `Package: ${need('name')}`,
    `Version: ${need('version')}`,
    `Architecture: ${need('architecture')}`,
    `Maintainer: ${need('maintainer')}`,
    `Installed-Size: ${String(Math.ceil(bytes / 1024))}`,
    `Depends: ${values.depends.join(', ')}`,
    `Recommends: ${values['deb-recommends'].join(', ')}`,
    `Section: ${need('category')}`,
    `Priority: ${need('deb-priority')}`,
    `Homepage: ${need('url')}`,
    `Description: ${synopsis}`,
    ...description.map((line) => ` ${line}`),
  ];
  const meta = join(folder, 'DEBIAN');
  await mkdir(meta, { mode: 0o755 });
  await writeFile(join(meta, 'control'), `${control.join('\n')}\n`, { mode: 0o644 });
  for (const [name, option] of [
    ['postinst', 'after-install'],
    ['postrm', 'after-remove'],
  ] as const) {
    await writeFile(join(meta, name), await readFile(need(option)), { mode: 0o755 });
  }
  const level = process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'];
  const compression = level === undefined ? ['-Zxz'] : ['-Zgzip', `-z${level}`];
  await must('dpkg-deb', ['--root-owner-group', ...compression, '--build', folder, need('package')]);
}

/** rpm 4.18, https://rpm-software-management.github.io/rpm/manual/spec.html */
async function makeRpm(folder: string, work: string): Promise<void> {
  const level = process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'];
  const literal = (text: string): string => text.replaceAll('%', '%%');
  const script = async (option: 'after-install' | 'after-remove'): Promise<string> =>
    literal((await readFile(need(option), 'utf8')).replace(/^#!.*\n/u, ''));
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => ({
      path: join(entry.parentPath, entry.name).slice(folder.length),
      isFolder: entry.isDirectory(),
    }))
    // Folders of the system are the system's.
    .filter(({ path, isFolder }) => !isFolder || path.startsWith('/opt/'))
    .map(({ path, isFolder }) => `${isFolder ? '%dir ' : ''}"${path}"`);
  const description = lines(need('description'));
  // electron-builder names processors as Debian does.
  const architecture = { amd64: 'x86_64', arm64: 'aarch64' }[need('architecture')] ?? need('architecture');
  const spec = [
    '%global __os_install_post %{nil}',
    '%global _build_id_links none',
    '%global debug_package %{nil}',
    '%global _buildhost localhost',
    `%define _binary_payload ${level === undefined ? 'w7T0.xzdio' : `w${level}.gzdio`}`,
    `Name: ${need('name')}`,
    `Version: ${need('version')}`,
    'Release: 1',
    `Summary: ${literal(values['rpm-summary'] ?? description[0] ?? need('name'))}`,
    `License: ${need('license')}`,
    `URL: ${need('url')}`,
    `Vendor: ${literal(need('vendor'))}`,
    `Packager: ${literal(need('maintainer'))}`,
    // What is linked inside, ours and Chromium's, is nobody else's to require or to offer.
    'AutoReqProv: no',
    ...values.depends.map((each) => `Requires: ${each}`),
    '%description',
    ...description.map(literal),
    '%post',
    await script('after-install'),
    '%postun',
    await script('after-remove'),
    '%files',
    '%defattr(-,root,root,-)',
    ...files,
  ];
  const file = join(work, 'package.spec');
  await writeFile(file, `${spec.join('\n')}\n`);
  const output = join(work, 'rpms');
  await must('rpmbuild', [
    ...['-bb', '--quiet', `--target=${architecture}-unknown-linux`, `--buildroot=${folder}`],
    ...['--define', `_topdir ${join(work, 'rpmbuild')}`, '--define', `_rpmdir ${output}`],
    ...['--define', '_rpmfilename package.rpm', '--noclean', file],
  ]);
  await cp(join(output, 'package.rpm'), need('package'));
}

const work = await mkdtemp(join(tmpdir(), 'waxwing-package-'));
try {
  const folder = join(work, 'root');
  await layOut(folder);
  await rm(need('package'), { force: true });
  if (values.t === 'deb') await makeDeb(folder);
  else if (values.t === 'rpm') await makeRpm(folder, work);
  else throw new Error(`${String(values.t)} is not made here`);
  console.log(`Created ${basename(need('package'))}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
