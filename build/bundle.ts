/**
 * Bundles the program into `dist/`: the main process, the engine's thread, the preload script and the window.
 * Finished work is kept: nothing happens when no input has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { root } from './places.ts';
import { sveltePlugin } from './svelte.ts';

export interface BundleOptions {
  /** Writes source maps beside the files, for readable stack traces. */
  readonly sourcemaps?: boolean;
  readonly say?: (line: string) => void;
}

const dist = join(root, 'dist');
/** Native, or needed as they are: these stay in `node_modules`. */
const external = ['electron', 'better-sqlite3', 'libsignal-protocol-typescript'];

/** The oldest runtime that may run the result: Electron 42 with Chrome 148 and Node 24.15. */
const targets = { node: 'node24', window: 'chrome148' };

/**
 * Leaves an up-to-date `dist/`, replaced as a whole so that no program ever starts from half of it.
 * @throws Error with the bundler's message when an input is wrong.
 */
export async function bundle({ sourcemaps = false, say = console.log }: BundleOptions = {}): Promise<void> {
  const stamp = fingerprint(sourcemaps);
  const stampFile = join(dist, '.inputs');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

  const start = performance.now();
  const fresh = join(root, '.cache', `bundle-${String(process.pid)}`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    await build(nodeConfig(fresh, sourcemaps, 'electron/main.ts', 'main.js'));
    await build(nodeConfig(fresh, sourcemaps, 'electron/engine/thread.ts', 'engine.js'));
    await build(nodeConfig(fresh, sourcemaps, 'electron/preload.ts', 'preload.cjs'));
    await build(windowConfig(fresh, sourcemaps));
    await cp(join(root, 'build', 'icons', 'tray'), join(fresh, 'tray'), { recursive: true });
    await writeFile(join(fresh, '.inputs'), stamp);
    await replace(fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  say(`Bundled into dist/ in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
}

function fingerprint(sourcemaps: boolean): string {
  const files = globSync(
    ['electron/**/*', 'renderer/**/*', 'shared/**/*', 'build/icons/tray/*', 'build/{bundle,svelte}.ts'],
    {
      cwd: root,
      withFileTypes: true,
    },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256').update(String(sourcemaps));
  for (const file of [...files, join(root, 'package.json'), join(root, 'package-lock.json')]) {
    hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Two bundlers at once are harmless: each moves a whole folder, and the last one stays. */
async function replace(fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  for (let attempt = 1; ; attempt++) {
    if (existsSync(dist)) await rename(dist, old);
    try {
      await rename(fresh, dist);
      break;
    } catch (error) {
      if (attempt === 3) throw error;
    } finally {
      await rm(old, { recursive: true, force: true });
    }
  }
}

const common = (sourcemaps: boolean): InlineConfig => ({
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  mode: 'production',
  cacheDir: join(root, '.cache', 'vite'),
  build: { sourcemap: sourcemaps, emptyOutDir: false, reportCompressedSize: false },
});

/** One file for Node: a module, or CommonJS for a name that ends in `.cjs` (what a sandboxed preload must be). */
function nodeConfig(folder: string, sourcemaps: boolean, input: string, output: string): InlineConfig {
  const base = common(sourcemaps);
  return {
    ...base,
    root,
    publicDir: false,
    ssr: { noExternal: true, external },
    build: {
      ...base.build,
      ssr: true,
      outDir: folder,
      target: targets.node,
      minify: false,
      rolldownOptions: {
        input: join(root, input),
        output: {
          format: output.endsWith('.cjs') ? 'cjs' : 'es',
          entryFileNames: output,
          codeSplitting: false,
        },
      },
    },
  };
}

function windowConfig(folder: string, sourcemaps: boolean): InlineConfig {
  const base = common(sourcemaps);
  return {
    ...base,
    root: join(root, 'renderer'),
    base: './',
    plugins: [sveltePlugin()],
    build: {
      ...base.build,
      outDir: join(folder, 'renderer'),
      target: targets.window,
      minify: true,
      // The page's Content-Security-Policy knows no inline scripts and no data: addresses.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  };
}

if (import.meta.main) await bundle();
