/**
 * Fingerprints of source files: of what they say and of everything that it can mean. Two equal ones mean that a check
 * that looks at types through imports finds the same again. They err on the side of looking again: every quoted
 * relative path counts as an import, whatever stands around it.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path/posix';
import { root } from './places.ts';

/** Texts by path from the root, with slashes. */
export type Sources = ReadonlyMap<string, string>;

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'test-results']);
const QUOTED_PATH = /(["'`])(\.{1,2}(?:\/[^"'`\n]*)?)\1/g;
/** What a path may leave out, or say instead of what is there. */
const ENDINGS = ['', '.ts', '.d.ts', '.js', '.svelte.ts', '/index.ts', '/index.js'];

/** Every file whose types somebody may see: code, components and data. */
export function readSources(): Sources {
  const paths = globSync('**/*.{ts,mts,cts,js,mjs,cjs,svelte,json}', {
    cwd: root,
    exclude: (path) => SKIPPED.has(basename(path)) || basename(path).startsWith('.'),
  });
  const sorted = paths.map((path) => path.replaceAll('\\', '/')).sort();
  return new Map(sorted.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Seen by every file without an import. */
function isAmbient(path: string, text: string): boolean {
  return /\.d\.[mc]?ts$/.test(path) || /\bdeclare\s+(global|module)\b/.test(text);
}

function importsOf(path: string, text: string, sources: Sources): string[] {
  return [...text.matchAll(QUOTED_PATH)].flatMap(([, , quoted = '']) => {
    const target = normalize(join(dirname(path), quoted)).replace(/\/$/, '');
    const other = target.replace(/\.([mc]?)js$/, '.$1ts');
    return [...ENDINGS.map((ending) => target + ending), other].filter((each) => sources.has(each));
  });
}

/** Each file with all that it reaches through imports, itself and the ambient files among them. */
export function reaches(sources: Sources): Map<string, ReadonlySet<string>> {
  const imports = new Map<string, readonly string[]>();
  for (const [path, text] of sources) imports.set(path, importsOf(path, text, sources));
  const ambient = [...sources].filter(([path, text]) => isAmbient(path, text)).map(([path]) => path);
  const found = new Map<string, ReadonlySet<string>>();
  for (const path of sources.keys()) {
    const reached = new Set([path, ...ambient]);
    // A set is walked to its end, including what is added on the way.
    for (const each of reached) for (const next of imports.get(each) ?? []) reached.add(next);
    found.set(path, reached);
  }
  return found;
}

/** @param common what stands behind every file: versions and settings */
export function fingerprints(sources: Sources, common: string): Map<string, string> {
  const own = new Map([...sources].map(([path, text]) => [path, hash(path, text)]));
  return new Map(
    [...reaches(sources)].map(([path, reached]) => [
      path,
      hash(common, path, ...[...reached].sort().map((each) => own.get(each) ?? '')),
    ]),
  );
}

/** The versions of everything that is installed, and of what runs it, with the settings in these files. */
export function surroundings(...files: readonly string[]): string {
  const installed = ['package-lock.json', 'node_modules/.package-lock.json', 'package.json', 'tsconfig.json'];
  return hash(
    process.version,
    ...[...installed, ...files].map((file) => readFileSync(join(root, file), 'utf8')),
  );
}

export function hash(...parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${String(part.length)} `).update(part);
  return sum.digest('base64url');
}
