/** How long messages may be kept, in days; 0 for ever. */
export const keepDays = [0, 365, 30, 7, 1] as const;
export type KeepDays = (typeof keepDays)[number];
