/** How Svelte components are compiled, for the bundle and for tests alike. */
import { svelte } from '@sveltejs/vite-plugin-svelte';

export function sveltePlugin(): ReturnType<typeof svelte> {
  return svelte({
    configFile: false,
    // Runes only in our own components; a library may still be written in the older style.
    dynamicCompileOptions: ({ filename }) =>
      filename.includes('node_modules') ? undefined : { runes: true },
  });
}
