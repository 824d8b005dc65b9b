/** Whether our account's bookmarks say of a room what is true here; not yet of those that were there before. */
export const bookmarks = `
ALTER TABLE rooms ADD COLUMN unsaved INTEGER NOT NULL DEFAULT 1; -- 0 nothing, 1 settings, 2 whether we are in it, too
`;
