/** The two channels of the bridge. `preload.ts` repeats the names: it may import no value. */
export const CALL = 'waxwing:call';
export const CHANGE = 'waxwing:change';
