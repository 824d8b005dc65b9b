/** The type of every icon component, for parts that are handed one. */
import type Check from '@lucide/svelte/icons/check';

export type Icon = typeof Check;
