/** Builds the preview page, out of the source tree, the way the window itself is built. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: '../../../.cache/preview',
    emptyOutDir: true,
    target: 'chrome148',
    modulePreload: { polyfill: false },
  },
});
