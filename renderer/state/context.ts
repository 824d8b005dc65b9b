/**
 * Hands the one App down to every component.
 */
import { createContext } from 'svelte';
import type { App } from './app.svelte.ts';

export const [useApp, provideApp] = createContext<App>();
