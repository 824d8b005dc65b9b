/**
 * The environment of the renderer's tests: code compiled as for the window, so that runes are live, and run in
 * Node without a DOM. Tests that need a page belong to `e2e`.
 */
import type { Environment } from 'vitest/runtime';

const environment: Environment = {
  name: 'window-without-page',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};
export default environment;
