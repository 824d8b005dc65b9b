/** Whether our account's bookmarks say of a room what is true here; not yet of those that were there before. */
export const bookmarks = `
ALTER TABLE rooms ADD COLUMN is_unsaved INTEGER NOT NULL DEFAULT 1;
`;
